import { describe, expect, it } from "vitest";
import { attackFile } from "../../src/audit/attack-file.ts";
import { cascadeAttack } from "../../src/audit/cascade-attack.ts";
import { type EqualityColumn, type EqualityStructure, classesOf, mix, restrict, structureFrom } from "../../src/audit/equality-structure.ts";
import { filterEvenness, lengthCorrelation } from "../../src/audit/filter-evenness.ts";
import { findings } from "../../src/audit/findings.ts";
import { frequencyAttack } from "../../src/audit/frequency-attack.ts";
import { partialStructureAttack } from "../../src/audit/partial-structure-attack.ts";
import { plainSchema } from "../../src/audit/plain-schema.ts";
import { structureAttack } from "../../src/audit/structure-attack.ts";
import { withholdShared } from "../../src/audit/withhold-shared.ts";
import { random } from "../../src/random.ts";
import type { LinkageSchema } from "../../src/schema/linkage-schema.ts";
import { standardSchema } from "../example-schema.ts";
import { attackedFile } from "./invented-people.ts";

/** A column from the values of its records, "" where missing. */
function column(values: readonly string[]): EqualityColumn {
  const numbers = new Map<string, number>();
  const low = Uint32Array.from(values, (value) => {
    if (value === "") return 0;
    if (!numbers.has(value)) numbers.set(value, numbers.size + 1);
    return numbers.get(value)!;
  });
  return { name: "", kind: "key", ...classesOf({ low, high: new Uint32Array(values.length) }) };
}

function structureOf(...columns: string[][]): EqualityStructure {
  return { count: columns[0]!.length, columns: columns.map(column), buckets: [], masks: new Uint32Array(columns[0]!.length), strata: new Uint32Array(columns[0]!.length) };
}

const share = ({ named, judged }: { named: number; judged: number }): number => named / judged;
const people = 2000;
const quality = { ...standardSchema, keys: standardSchema.keys.slice(1, 3) };
const file = attackedFile(quality, people, people);
const plain = attackedFile(plainSchema(standardSchema), people, people);
const attempt = attackFile(file);
const control = attackFile(plain);
const reds = (schema: LinkageSchema, choices?: Parameters<typeof attackedFile>[3]): string[] => [...new Set(findings(attackFile(attackedFile(schema, people, 300, choices)), control, schema).filter(({ verdict }) => verdict === "red").map(({ attack }) => attack))];

describe("on unprotected records every attack succeeds", () => {
  it("structure, without any known person", () => {
    expect(share(control.structure[0]!)).toBeGreaterThan(0.95);
  });
  it("cascade from 20 known people", () => {
    expect(share(control.cascade[0]!)).toBeGreaterThan(0.9);
  });
  it("landmark with 100 known people", () => {
    expect(share(control.landmark.find(({ of }) => of === "100 known, all columns")!)).toBeGreaterThan(0.95);
  });
  it("pattern mining", () => {
    expect(control.patterns.named).toBeGreaterThan(0);
  });
  it("weight, without any known person", () => {
    expect(share(control.weight)).toBeGreaterThan(0.05);
  });
  it("the weight of a filter tells the length of the name", () => {
    expect(control.filters[0]!.correlation).toBeGreaterThan(0.9);
  });
});

describe("on protected records", () => {
  it("no attack names many", () => {
    expect(share(attempt.structure[0]!)).toBeLessThan(0.01);
    for (const outcome of [...attempt.cascade, ...attempt.landmark, attempt.weight, attempt.frequency]) expect(share(outcome)).toBeLessThan(0.005);
    expect(attempt.patterns.named).toBe(0);
  });

  it("nothing is red", () => {
    expect(reds(quality)).toEqual([]);
  });

  it.each<[string, LinkageSchema, string]>([
    ["a token over one attribute", { ...quality, tokens: ["surname"] }, "top value"],
    ["no diffusion", { ...quality, filters: quality.filters.map((filter) => ({ ...filter, diffusion: 0 })) }, "weight"],
    ["a key over one attribute", { ...quality, keys: [...quality.keys, { parts: ["surname"] }] }, "key sharing"],
    ["anchors reduced to the year of birth", { ...quality, filters: quality.filters.map((filter) => ({ ...filter, anchor: ["date_of_birth.year"] })) }, "structure"],
    ["no anchors and no diffusion", { ...quality, filters: quality.filters.map((filter) => ({ ...filter, anchor: [], diffusion: 0 })) }, "pattern mining"],
    ["a key that more than a tenth share", { ...quality, keys: [...quality.keys, { parts: ["surname", "postcode.sector"] }] }, "key sharing"],
  ])("goes red on %s", (_, schema, attack) => {
    expect(reds(schema)).toContain(attack);
  });

  it("goes red on a common stand-in that was kept as a value", () => {
    expect(reds(quality, { placeholders: true })).toEqual(["frequency"]);
  });
});

describe("where values of keys that records share are withheld", () => {
  const withholding = (schema: LinkageSchema): typeof file => {
    const sent = attackedFile(schema, people, 300);
    return { ...sent, seen: withholdShared(sent.seen), register: withholdShared(sent.register), sent: sent.register };
  };
  const broad = { ...quality, keys: [["surname", "postcode.sector"], ["forename.start", "date_of_birth.year"], ["forename", "postcode.sector"], ["surname.start", "sex", "date_of_birth.month"]].map((parts) => ({ parts })) };

  it("the file by itself tells next to nothing of who belongs together, however broad its keys", () => {
    const sent = share(attackFile(attackedFile(broad, people, 300)).structure[0]!);
    const withheld = share(attackFile(withholding(broad)).structure[0]!);
    expect(sent).toBeGreaterThan(0.3);
    expect(withheld).toBeLessThan(sent / 10);
  });

  it("what links show of it is attacked too, and goes red where much is withheld", () => {
    const attempts = attackFile(withholding(broad));
    expect(attempts.withheld.map(({ of }) => of)).toEqual(attempts.structure.map(({ of }) => of));
    attempts.withheld.forEach(({ named }, i) => expect(named).toBeGreaterThanOrEqual(attempts.structure[i]!.named));
    expect(findings(attempts, control, standardSchema).filter(({ attack, verdict }) => attack === "withheld keys" && verdict === "red")).not.toEqual([]);
    expect(findings(attackFile(withholding(quality)), control, standardSchema).filter(({ verdict }) => verdict === "red")).toEqual([]);
    expect(attempt.withheld).toEqual([]);
  });
});

describe("the structure attack", () => {
  // a-b-c share a value each with the next, d-e share two, f is alone, g-h share one
  const register = structureOf(["1", "1", "2", "3", "3", "4", "5", "5"], ["1", "2", "2", "3", "3", "4", "5", "6"]);

  it("names whoever has a place in the pattern that nobody else has", () => {
    const claims = structureAttack(restrict(register, Int32Array.of(7, 6, 5, 4, 3, 2, 1, 0)), register).at(-1)!;
    expect([...claims]).toEqual([-1, -1, 5, -1, -1, 2, 1, 0]);
  });

  it("tolerates missing people when it compares pairs", () => {
    // three share a value, two of them another as well; without the third the sizes mislead
    const family = { ...structureOf(["1", "1", "1", "2", "2", "3"], ["1", "1", "2", "3", "4", "4"]), masks: Uint32Array.of(0, 1, 0, 0, 0, 0) };
    const seen = restrict(family, Int32Array.of(1, 0, 3, 5));
    expect([...partialStructureAttack(seen, family)]).toEqual([1, 0, -1, -1]);
    expect([...structureAttack(seen, family)[2]!].slice(0, 2)).not.toEqual([1, 0]);
  });

  it("finds nobody where nothing is shared", () => {
    const alone = structureOf(["1", "2", "3"]);
    expect([...structureAttack(alone, alone)[2]!]).toEqual([-1, -1, -1]);
    expect([...partialStructureAttack(alone, alone)]).toEqual([-1, -1, -1]);
  });
});

describe("the cascade attack", () => {
  it("goes from the known to those they share with, and on", () => {
    const chain = structureOf(["1", "1", "2", "2", "3"], ["1", "2", "2", "3", "3"]);
    expect([...cascadeAttack(chain, chain, Int32Array.of(0, -1, -1, -1, -1))]).toEqual([-1, 1, 2, 3, 4]);
  });

  it("does not guess between two", () => {
    const three = structureOf(["1", "1", "1"]);
    expect([...cascadeAttack(three, three, Int32Array.of(0, -1, -1))]).toEqual([-1, -1, -1]);
    expect([...cascadeAttack(three, three, Int32Array.of(0, 1, -1))]).toEqual([-1, -1, 2]);
  });

  it("uses what records lack and what a bucket rules out", () => {
    const bucketed = (classes: number[]): EqualityStructure => ({ ...structureOf(["1", "1", "1", "2"]), buckets: [{ name: "", kind: "bucket", classes: Int32Array.from(classes), sizes: new Int32Array(3).fill(1) }] });
    // record 3 makes known which bucket holds value 1, so record 1 alone can be person 1
    expect([...cascadeAttack(bucketed([0, 1, 0, 1]), bucketed([0, 1, 2, 1]), Int32Array.of(0, -1, -1, 3))]).toEqual([-1, 1, 2, -1]);
  });
});

describe("the frequency attack", () => {
  const values = Array.from({ length: 20_000 }, (_, i) => String(Math.floor(200 * (i / 20_000) ** 4)));

  it("names the commonest values of a column that shows them", () => {
    const named = structureOf(values);
    expect(share(frequencyAttack(named, named, Int32Array.from(values.keys()))[0]!)).toBeGreaterThan(0.25);
  });

  it("names nobody where no value is common", () => {
    const unique = structureOf(values.map((_, i) => String(i)));
    expect(share(frequencyAttack(unique, unique, Int32Array.from(values.keys()))[0]!)).toBeLessThan(0.001);
  });

  it("takes public frequencies when there are some", () => {
    const named = structureOf(values);
    const publicly = new Map([["key ", named.columns[0]!.sizes]]);
    expect(frequencyAttack(named, named, Int32Array.from(values.keys()), publicly).at(-1)!.named).toBeGreaterThan(15_000);
  });
});

describe("measures of filters", () => {
  it("are 0 for bits used evenly, and the more the fewer bits are used", () => {
    expect(filterEvenness(new Uint32Array(16).fill(0xffffffff), 512)).toEqual({ gini: 0, distance: 0 });
    const one = new Uint32Array(16);
    one[3] = 1;
    expect(filterEvenness(one, 512).gini).toBeCloseTo(511 / 512, 6);
    expect(filterEvenness(one, 512).distance).toBeGreaterThan(0.9);
  });

  it("correlate weight and length, missing filters aside", () => {
    const rows = new Uint32Array(20 * 16);
    for (let record = 0; record < 20; record++) rows[record * 16] = record === 0 ? 0 : 2 ** record - 1;
    expect(lengthCorrelation(rows, 512, Array.from({ length: 20 }, (_, i) => (i === 0 ? undefined : i * 2)))).toBeCloseTo(1, 6);
  });
});

describe("strata in clear", () => {
  const next = random("strata");
  const groups = Uint32Array.from({ length: people }, () => mix(1 + Math.floor(next() * 400)) >>> 0);
  const withStrata = ({ columns, buckets, masks, count }: EqualityStructure, groupOf: (row: number) => number): EqualityStructure =>
    structureFrom([...columns, ...buckets], masks.map((mask, row) => mix(mask ^ groupOf(row)) >>> 0), Uint32Array.from({ length: count }, (_, row) => groupOf(row)));
  const known = withStrata(file.register, (person) => groups[person]!);
  const seen = withStrata(file.seen, (row) => groups[file.truth[row]!]!);
  const named = (claims: Int32Array): number => claims.reduce((sum, claim, row) => sum + (claim >= 0 && claim === file.truth[row] ? 1 : 0), 0);

  it("help the structure attack to more people", () => {
    const without = named(structureAttack(file.seen, file.register)[1]!);
    expect(named(structureAttack(seen, known)[1]!)).toBeGreaterThan(2 * without + 10);
  });

  it("help the cascade attack to more people", () => {
    const some = file.truth.map((person, row) => (row % 20 === 0 ? person : -1));
    expect(named(cascadeAttack(seen, known, some))).toBeGreaterThan(named(cascadeAttack(file.seen, file.register, some)));
  });

  it("let frequencies be aligned within each group", () => {
    // two groups in which the same two values have the same frequencies: only with the group known does the rank tell them apart
    const values = Array.from({ length: 4000 }, (_, row) => `${row % 2}-${Math.floor(200 * next() ** 3)}`);
    const whole = structureOf(values);
    const truth = Int32Array.from(values.keys());
    const grouped = withStrata(whole, (row) => row % 2);
    const outcomes = frequencyAttack(grouped, grouped, truth);
    expect(outcomes.map(({ column }) => column)).toEqual(["key ", "key , within strata"]);
    expect(outcomes[1]!.named).toBeGreaterThan(1.5 * outcomes[0]!.named);
    expect(frequencyAttack(whole, whole, truth)).toHaveLength(1);
  });
});
