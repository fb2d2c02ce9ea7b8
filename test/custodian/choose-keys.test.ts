import { describe, expect, it } from "vitest";
import { type KeyChoiceOptions, chooseKeys } from "../../src/custodian/choose-keys.ts";
import { designSchema } from "../../src/custodian/design-schema.ts";
import { countSamePeople } from "../../src/custodian/same-people.ts";
import { type AtomColumns, measureSharing } from "../../src/custodian/sharing.ts";
import { random } from "../../src/random.ts";

/** A town of `count` people; `spread` is the number of values of each atom. */
function sampleOf(count: number, spread: Record<string, number>): AtomColumns {
  const draw = random("town");
  return { count, values: new Map(Object.entries(spread).map(([atom, values]) => [atom, Int32Array.from({ length: count }, () => Math.floor(draw() * values))])) };
}

const town = sampleOf(4000, {
  forename: 600, "forename.phonetic": 400, "forename.initial": 22, "forename.start": 200, "forename.shape": 500,
  surname: 1500, "surname.phonetic": 900, "surname.initial": 24, "surname.start": 500, "surname.shape": 1200,
  date_of_birth: 20_000, "date_of_birth.day": 31, "date_of_birth.month": 12, "date_of_birth.year": 80,
  sex: 2, postcode: 1500, "postcode.sector": 90,
});
const options: KeyChoiceOptions = {
  fields: (["forename", "surname", "date_of_birth", "sex", "postcode"] as const).map((name) => ({ name, kind: name })),
  samples: [town],
  expectedRecords: 4000,
  reachedBy: [["date_of_birth", "forename"], ["date_of_birth", "surname"]],
  price: 0.06,
  budget: 0.1,
  limit: 0.025,
  countsPeople: true,
  withheld: false,
  maximum: 32,
};

describe("the choice of keys", () => {
  const keys = chooseKeys(options);

  it("takes keys over two fields or more, each of little sharing, all within the budget", () => {
    expect(keys.length).toBeGreaterThan(5);
    for (const { parts, gain, sharing } of keys) {
      expect(new Set(parts.map((part) => part.split(".")[0])).size).toBeGreaterThan(1);
      expect(sharing).toBeLessThanOrEqual(options.limit);
      expect(gain).toBeGreaterThan(0);
    }
    expect(keys.reduce((sum, { sharing }) => sum + sharing, 0)).toBeLessThanOrEqual(options.budget);
  });

  it("spends less where less may be shared", () => {
    const frugal = chooseKeys({ ...options, budget: 0.02 });
    expect(frugal.reduce((sum, { sharing }) => sum + sharing, 0)).toBeLessThanOrEqual(0.02);
    expect(frugal.reduce((sum, { gain }) => sum + gain, 0)).toBeLessThan(keys.reduce((sum, { gain }) => sum + gain, 0));
  });

  it("expects more sharing in larger files", () => {
    const larger = chooseKeys({ ...options, expectedRecords: 40_000 });
    const sharingOf = (parts: readonly string[]): number => measureSharing(town, parts).records;
    expect(Math.max(...larger.map(({ parts }) => sharingOf(parts)))).toBeLessThan(Math.max(...keys.map(({ parts }) => sharingOf(parts))));
  });

  it("takes broader keys where shared values are withheld, and none that most cannot use", () => {
    const withheld = chooseKeys({ ...options, withheld: true, price: 0.002, budget: Infinity, limit: 0.5 });
    const sharing = (chosen: typeof keys): number => chosen.reduce((sum, key) => sum + key.sharing, 0);
    expect(sharing(withheld)).toBeGreaterThan(sharing(keys));
    expect(withheld[0]!.gain).toBeGreaterThan(keys[0]!.gain);
    expect(Math.max(...withheld.map((key) => key.sharing))).toBeLessThan(0.4);
  });

  it("may take single attributes only where people are not counted", () => {
    const plain = chooseKeys({ ...options, reachedBy: [], countsPeople: false, price: 1e-6, budget: Infinity, limit: 500 });
    expect(plain.some(({ parts }) => parts.length === 1)).toBe(true);
  });

  it("has a plain schema look at all who agree in one rare value, whatever else differs", () => {
    const { keys: plain } = designSchema({ profile: "plain", fields: options.fields, samples: [town], expectedRecords: 4000 });
    // every name and postcode is a few people's; the sexes are thousands'
    for (const field of ["forename", "surname", "date_of_birth", "postcode"]) expect(plain.some(({ parts }) => parts.every((part) => part.split(".")[0] === field)), field).toBe(true);
    expect(plain.some(({ parts }) => parts.join() === "sex")).toBe(false);
    const grown = designSchema({ profile: "plain", fields: options.fields, samples: [town], expectedRecords: 4_000_000 });
    expect(grown.keys.some(({ parts }) => parts.join() === "postcode")).toBe(false);
  });
});

describe("sharing", () => {
  it("counts those who share with somebody else", () => {
    const sample: AtomColumns = { count: 5, values: new Map([["surname", Int32Array.of(0, 0, 1, 2, -1)], ["postcode", Int32Array.of(0, 0, 0, 0, 0)]]) };
    expect(measureSharing(sample, ["surname"]).records).toBeCloseTo(2 / 5);
    expect(measureSharing(sample, ["surname", "postcode"]).records).toBeCloseTo(2 / 5);
    expect(measureSharing(sample, ["postcode"]).records).toBe(1);
  });
});

describe("a person's second record", () => {
  const fields = ["forename", "forename.initial", "surname", "date_of_birth", "postcode", "sex"];
  const pair = Int32Array.from({ length: 600 }, (_, row) => row >> 1);
  const own = pair.map((_, row) => row);
  const count = (columns: Partial<Record<(typeof fields)[number], Int32Array>>): number => countSamePeople({ count: 600, values: new Map(fields.map((atom) => [atom, columns[atom] ?? pair])) }, "date_of_birth", "surname");

  it("is known by what else is alike", () => {
    expect(count({})).toBe(300);
    expect(count({ postcode: own })).toBe(300);
    expect(count({ postcode: own, forename: own })).toBe(0);
    expect(count({ date_of_birth: own })).toBe(0);
  });

  it("is not a twin's, nor anybody's where only what few tell apart is alike", () => {
    expect(count({ forename: own, "forename.initial": own })).toBe(0);
    expect(count({ forename: own, "forename.initial": pair.map(() => -1), postcode: own, sex: pair.map(() => 0) })).toBe(0);
    // without a forename in one of them the rest decides
    expect(count({ "forename.initial": pair.map((value, row) => (row % 2 === 0 ? -1 : value)) })).toBe(300);
  });
});
