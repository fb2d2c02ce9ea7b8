import { describe, expect, it } from "vitest";
import type { Observation } from "../../src/linkage/candidates.ts";
import { estimate } from "../../src/linkage/estimate.ts";
import { evidenceOf } from "../../src/linkage/evidence.ts";
import { groupEvidence } from "../../src/linkage/group-evidence.ts";
import { usedAtoms } from "../../src/schema/comparison-space.ts";
import { standardSchema } from "../example-schema.ts";

describe("the evidence of each comparison group", () => {
  const evidence = evidenceOf(standardSchema, usedAtoms(standardSchema));
  const { groups, facts, levelShift } = evidence;
  const u = groups.map(({ size }) => Float64Array.from({ length: size }, (_, s) => (s === 0 ? 1 - 0.001 * (size - 1) : 0.001)));
  const everything = facts.reduce((observed, fact) => (fact.level === 0 ? observed | (1n << BigInt(fact.bit)) : (observed & ~(7n << BigInt(fact.bit))) | (BigInt(fact.level) << BigInt(fact.bit))), 0n);
  const observations: Observation[] = [
    { observed: everything, missing: 0n, pairs: 900 },
    { observed: 1n, missing: 0n, pairs: 40 }, // the first key alone
    { observed: 1n << BigInt(levelShift), missing: 0n, pairs: 30 }, // the forename near, hence the date equal
  ];
  // no relatives, so that the match weight is the evidence alone
  const schema = { ...standardSchema, fields: standardSchema.fields.map((field) => (field.name === "surname" ? { ...field, kind: "forename" as const } : field)) };
  const options = { schema, evidence, observations, u, allPairs: 1e6, mostMatches: 1000, missingShares: new Map([[0n, 1]]), startMatches: 900 };
  const model = estimate(options);

  it("adds up to the match weight", () => {
    observations.forEach((observation, o) => {
      const { bits, together } = groupEvidence(options, model, observation);
      expect(bits.reduce((sum, value) => sum + value, together)).toBeCloseTo(model.weights[o]!, 3);
    });
  });

  it("is log2 m / u of a group that was seen in full", () => {
    const { bits } = groupEvidence(options, model, observations[0]!);
    groups.forEach(({ name }, g) => expect(bits[g], name).toBeCloseTo(Math.log2(model.m[g]!.at(-1)! / u[g]!.at(-1)!), 3));
  });

  it("gives no evidence to a group of which nothing shows", () => {
    const surname = groups.findIndex(({ name }) => name === "surname");
    const atoms = usedAtoms(standardSchema);
    const filterBit = atoms.length + standardSchema.filters.findIndex(({ name }) => name === "surname");
    const missing = [...atoms.flatMap((atom, bit) => (atom.startsWith("surname") ? [bit] : [])), filterBit].reduce((mask, bit) => mask | (1n << BigInt(bit)), 0n);
    expect(groupEvidence(options, model, { ...observations[2]!, missing }).bits[surname]).toBeCloseTo(0, 9);
  });
});
