import { describe, expect, it } from "vitest";
import { type KeyChoiceOptions, chooseKeys } from "../../src/custodian/choose-keys.ts";
import { designSchema } from "../../src/custodian/design-schema.ts";
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

  it("does not count a person's own second record", () => {
    const twice = (column: Int32Array): Int32Array => Int32Array.from([...column, ...column]);
    const doubled: AtomColumns = { count: 8000, values: new Map([...town.values].map(([atom, column]) => [atom, twice(column)])) };
    const parts = ["forename", "surname", "date_of_birth.year"];
    expect(measureSharing(doubled, parts, "records").records).toBe(1);
    expect(measureSharing(doubled, parts).records).toBeLessThan(0.05);
  });

  it("knows a person's records by a third, and without a forename", () => {
    // of each of 300 people three records: without a forename, with the surname misspelt, with another postcode; the first and the last have too little in common
    const people = sampleOf(300, Object.fromEntries([...town.values].map(([atom, column]) => [atom, new Set(column).size])));
    const damaged = (change: (atom: string, value: number, person: number) => number): [string, number[]][] => [...people.values].map(([atom, column]) => [atom, [...column].map((value, person) => change(atom, value, person))]);
    const records = [
      damaged((atom, value) => (atom.startsWith("forename") ? -1 : value)),
      damaged((atom, value, person) => (["surname", "surname.start", "surname.shape"].includes(atom) ? 100_000 + person : value)),
      damaged((atom, value, person) => (atom.startsWith("postcode") ? 200_000 + person : value)),
    ];
    const sample: AtomColumns = { count: 900, values: new Map([...people.values.keys()].map((atom, i) => [atom, Int32Array.from(records.flatMap((columns) => columns[i]![1]))])) };
    for (const parts of [["surname", "date_of_birth"], ["surname.phonetic", "date_of_birth.day", "date_of_birth.month"]]) {
      expect(measureSharing(sample, parts, "records").records).toBeGreaterThan(0.6);
      expect(measureSharing(sample, parts).records, parts.join(" + ")).toBeLessThan(0.05);
    }
  });

  it("takes records of one e-mail address and like forenames for one person, whatever their dates; a family's are not", () => {
    const pair = Int32Array.from({ length: 600 }, (_, row) => row >> 1);
    const own = pair.map((_, row) => row);
    const sharing = (start: Int32Array): number => measureSharing({ count: 600, values: new Map([["forename", own], ["forename.initial", start], ["forename.start", start], ["surname", pair], ["email", pair], ...["date_of_birth", "date_of_birth.day", "date_of_birth.month", "date_of_birth.year"].map((atom): [string, Int32Array] => [atom, own])]) }, ["surname", "email"]).records;
    expect(sharing(pair)).toBe(0);
    expect(sharing(own)).toBe(1);
  });

  it("knows a person's records though one lacks the date, by more than the name", () => {
    const pair = Int32Array.from({ length: 600 }, (_, row) => row >> 1);
    const own = pair.map((_, row) => row);
    const date = pair.map((person, row) => (row % 2 === 0 ? person : -1));
    const sharing = (address: Int32Array, forename: Int32Array): number =>
      measureSharing({ count: 600, values: new Map([["forename", own], ["forename.initial", forename], ["forename.start", forename], ["surname", pair], ["address", address], ["postcode", address], ...["date_of_birth", "date_of_birth.day", "date_of_birth.month", "date_of_birth.year"].map((atom): [string, Int32Array] => [atom, date])]) }, ["forename.start", "surname"]).records;
    expect(sharing(pair, pair)).toBe(0);
    expect(sharing(own, pair)).toBe(1);
  });

  it("does not take a household for one person because one of its records lacks the forename", () => {
    // households of three: two of different initials, one without a forename; no dates of birth
    const household = Int32Array.from({ length: 900 }, (_, row) => Math.floor(row / 3));
    const forename = household.map((_, row) => (row % 3 === 2 ? -1 : row));
    const initial = household.map((_, row) => (row % 3 === 2 ? -1 : row % 3));
    const withDates = (date: Int32Array | undefined): AtomColumns => ({ count: 900, values: new Map([["forename", forename], ["forename.initial", initial], ["surname", household], ["address", household], ["postcode", household], ...(date === undefined ? [] : ["date_of_birth", ...["day", "month", "year"].map((part) => `date_of_birth.${part}`)].map((atom): [string, Int32Array] => [atom, date]))]) });
    for (const date of [undefined, household.map(() => -1)]) expect(measureSharing(withDates(date), ["surname", "address"]).records).toBe(1);
  });
});
