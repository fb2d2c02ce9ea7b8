import { describe, expect, it } from "vitest";
import type { Observation } from "../../src/linkage/candidates.ts";
import { estimate } from "../../src/linkage/estimate.ts";
import { evidenceOf } from "../../src/linkage/evidence.ts";
import { judgeFit } from "../../src/linkage/fit.ts";
import type { LinkageSchema } from "../../src/schema/linkage-schema.ts";
import { usedAtoms } from "../../src/schema/comparison-space.ts";
import { standardSchema } from "../example-schema.ts";

describe("the fit of the model", () => {
  const evidence = evidenceOf(standardSchema, usedAtoms(standardSchema));
  const u = evidence.groups.map(({ size }) => Float64Array.from({ length: size }, (_, s) => (s === 0 ? 1 - 0.001 * (size - 1) : 0.001)));
  const everything = evidence.facts.reduce((observed, fact) => (fact.level === 0 ? observed | (1n << BigInt(fact.bit)) : (observed & ~(7n << BigInt(fact.bit))) | (BigInt(fact.level) << BigInt(fact.bit))), 0n);
  const fit = (observations: Observation[], mostMatches = 1000): ReturnType<typeof judgeFit> => {
    const options = { schema: standardSchema, evidence, observations, u, allPairs: 1e6, mostMatches, missingShares: new Map([[0n, 1]]), startMatches: 900 };
    return judgeFit(options, estimate(options), false);
  };
  const kinds = (observations: Observation[], mostMatches?: number): string[] => fit(observations, mostMatches).doubts.map(({ kind }) => kind);

  it("has no doubts about matches that agree as matches do", () => {
    const { doubts, misfit } = fit([{ observed: everything, missing: 0n, pairs: 900 }]);
    expect(doubts).toEqual([]);
    expect(misfit).toBeLessThan(0.15);
  });

  it("doubts what rests on a handful of matches", () => {
    expect(kinds([{ observed: everything, missing: 0n, pairs: 20 }])).toContain("few matches");
    expect(kinds([])).toEqual([]);
  });

  it("doubts more matches than there are records", () => {
    expect(kinds([{ observed: everything, missing: 0n, pairs: 900 }], 500)).toContain("too many matches");
  });

  it("doubts every figure of strict within one file", () => {
    const schema: LinkageSchema = { ...standardSchema, profile: "strict", filters: [{ name: "record", fields: ["forename", "surname"], anchor: [], bits: 1024, hashes: 6, diffusion: 10 }], keys: [], buckets: [], tokens: [] };
    const strict = evidenceOf(schema, usedAtoms(schema));
    const options = { schema, evidence: strict, observations: [], u: strict.groups.map(({ size }) => new Float64Array(size).fill(1 / size)), allPairs: 1e6, mostMatches: 1e6, missingShares: new Map([[0n, 1]]), startMatches: 50 };
    expect(judgeFit(options, estimate(options), true).doubts).toContainEqual({ kind: "indistinct" });
    expect(judgeFit(options, estimate(options), false).doubts).not.toContainEqual({ kind: "indistinct" });
  });

  it("names observations that the model does not foretell, the worst first", () => {
    // a pair that agrees on nothing but the parts of one key, far too often
    const { worst, misfit } = fit([
      { observed: everything, missing: 0n, pairs: 500 },
      { observed: 1n, missing: 0n, pairs: 400 },
      { observed: 2n, missing: 0n, pairs: 400 },
    ]);
    expect(worst.length).toBeGreaterThan(0);
    const deviance = worst.map(({ seen, expected }) => seen * Math.log(seen / expected) - (seen - expected));
    expect(deviance).toEqual(deviance.toSorted((x, y) => y - x));
    expect(misfit).toBeGreaterThan(0);
  });
});
