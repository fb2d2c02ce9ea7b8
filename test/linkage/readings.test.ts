import { describe, expect, it } from "vitest";
import { evidenceOf, withSkipped } from "../../src/linkage/evidence.ts";
import { readObservations } from "../../src/linkage/readings.ts";
import { usedAtoms } from "../../src/schema/comparison-space.ts";
import { SCHEMA_VERSION, SCHEME, checkSchema } from "../../src/schema/linkage-schema.ts";

describe("a key of which a block was too large", () => {
  const schema = checkSchema(
    {
      version: SCHEMA_VERSION,
      scheme: SCHEME,
      profile: "plain",
      expectedRecords: 10_000,
      fields: [{ name: "forename", kind: "forename" }, { name: "surname", kind: "surname" }],
      filters: [],
      keys: [{ parts: ["forename.initial"] }, { parts: ["surname"] }],
      buckets: [],
      tokens: ["forename.initial", "surname.initial"],
      maximumSharing: 1,
    },
    "the schema",
  );
  const evidence = evidenceOf(schema, usedAtoms(schema));
  const fact = (label: string, reaches: boolean): number => evidence.facts.findIndex((each) => each.label === label && each.reaches === reaches);
  const [key, surname] = [fact("forename.initial", true), fact("surname", true)];
  /** The surname's key brought the pair; tokens say that both initials agree. */
  const observed = (1n << 1n) | (3n << BigInt(evidence.tokenShift));
  const reading = (skipped: number[]) => {
    const readings = readObservations(withSkipped(evidence, new Set(skipped)), [{ observed, missing: 0n, pairs: 1 }]);
    const { lattice } = readings.slices[0]!;
    return { facts: readings.facts[readings.of[0]!]!, likelihood: lattice.likelihood(evidence.groups.map(({ size }) => new Float64Array(size).fill(1 / size)))[0]! };
  };

  it("agrees where others bring a pair from that block and its tokens say so: the pair would be none that there can be", () => {
    expect(reading([]).likelihood).toBe(0);
    const { facts, likelihood } = reading([0]);
    expect([facts[key], facts[surname]]).toEqual([1, 1]);
    expect(likelihood).toBeGreaterThan(0);
  });

  it("leaves other keys as they were seen", () => {
    expect(reading([1]).likelihood).toBe(0);
  });
});
