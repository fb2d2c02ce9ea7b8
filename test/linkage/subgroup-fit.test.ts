import { describe, expect, it } from "vitest";
import type { Observation } from "../../src/linkage/candidates.ts";
import { type EstimateOptions, estimate } from "../../src/linkage/estimate.ts";
import { evidenceOf } from "../../src/linkage/evidence.ts";
import { SubgroupFitter } from "../../src/linkage/subgroup-fit.ts";
import { unreachedMatches } from "../../src/linkage/unreached.ts";
import { random } from "../../src/random.ts";
import { usedAtoms } from "../../src/schema/comparison-space.ts";
import { NAMES_OF_STRANGERS, NAME_ORDER } from "../../src/schema/name-order.ts";
import { expectedOf, standardSchema } from "../example-schema.ts";

const evidence = evidenceOf(standardSchema, usedAtoms(standardSchema));
const { groups } = evidence;
const u = groups.map(({ size, name }) => {
  if (name === NAME_ORDER) return NAMES_OF_STRANGERS;
  const equal = { forename: 0.005, surname: 0.004, date_of_birth: 3e-5, sex: 0.5, place: 1e-6 }[name]!;
  const rest = Float64Array.from({ length: size }, (_, i) => (i === size - 1 ? equal : (name === "place" ? 1e-6 : 0.02) / size));
  rest[0]! += 1 - rest.reduce((sum, p) => sum + p, 0);
  return rest;
});

/** m whose errors are so many times those that are usual. */
const statesAt = (times: number): Float64Array[] =>
  groups.map(({ fields }) =>
    fields
      .map((space) => {
        const states = expectedOf(space);
        const right = 1 - (1 - states.at(-1)!) * times;
        return states.map((p, i) => (i === states.length - 1 ? right : p * times));
      })
      .reduce((joint, states) => Float64Array.from({ length: joint.length * states.length }, (_, i) => joint[Math.floor(i / states.length)]! * states[i % states.length]!)),
  );

/** Matches drawn from a class: how often each observation is seen, and how many no rule reaches. */
function drawMatches(matches: number, states: readonly Float64Array[], seed: string): { seen: Map<bigint, number>; unreached: number } {
  const next = random(seed);
  const seen = new Map<bigint, number>();
  let unreached = 0;
  for (let i = 0; i < matches; i++) {
    const drawn = states.map((p) => {
      let at = next();
      const state = p.findIndex((share) => (at -= share) < 0);
      return state < 0 ? p.length - 1 : state;
    });
    let observed = 0n;
    let found = false;
    for (const fact of evidence.facts) {
      if (![...fact.holds].every(([g, allowed]) => allowed[drawn[g]!] === 1)) continue;
      found ||= fact.reaches;
      if (fact.level === 0) observed |= 1n << BigInt(fact.bit);
      else observed = (observed & ~(7n << BigInt(fact.bit))) | (BigInt(fact.level) << BigInt(fact.bit));
    }
    if (found) seen.set(observed, (seen.get(observed) ?? 0) + 1);
    else unreached++;
  }
  return { seen, unreached };
}

describe("the model fitted to one group", () => {
  const careful = drawMatches(9000, statesAt(0.5), "careful");
  const careless = drawMatches(1000, statesAt(2), "careless");
  const both = [...new Set([...careful.seen.keys(), ...careless.seen.keys()])];
  const observations = both.map((observed): Observation => ({ observed, missing: 0n, pairs: (careful.seen.get(observed) ?? 0) + (careless.seen.get(observed) ?? 0) }));
  const estimation: EstimateOptions = { schema: standardSchema, evidence, observations, u, allPairs: 12_000 ** 2, mostMatches: 12_000, missingShares: new Map([[0n, 1]]), startMatches: 6000 };
  const model = estimate(estimation);
  const whole = unreachedMatches(estimation, model);
  const odds = model.probabilities.map((p) => p / (1 - p));
  const fitter = new SubgroupFitter(estimation, model, observations, odds, 12_000, whole.clustering);
  const sliceShares = Float64Array.from({ length: fitter.slices }, (_, s) => (s === fitter.sliceOf(0n) ? 1 : 0));
  const fit = (seen: ReadonlyMap<bigint, number>, records: number): ReturnType<SubgroupFitter["fit"]> => fitter.fit({ counts: Float64Array.from(both, (observed) => seen.get(observed) ?? 0), records, mostMatches: records, sliceShares });

  it("finds the greater loss of a group that is recorded worse, and the smaller one of the others", () => {
    // as many times more of its matches are out of reach
    expect(careless.unreached / 1000).toBeGreaterThan((5 * careful.unreached) / 9000);
    const worse = fit(careless.seen, 1200);
    expect(Math.abs(worse.unreached - careless.unreached) / 1000).toBeLessThan(0.015);
    expect(Math.abs(Math.log(worse.unreached / careless.unreached))).toBeLessThan(2.5 * worse.logSd);
    const better = fit(careful.seen, 10_800);
    expect(Math.abs(better.unreached - careful.unreached) / 9000).toBeLessThan(0.005);
    // taken together they would have been thought alike
    expect(worse.unreached / 1000).toBeGreaterThan((2 * whole.matches) / 10_000);
  });

  it("keeps to the whole where a group is small", () => {
    const few = new Map([...careful.seen].flatMap(([observed, count]): [bigint, number][] => (count > 300 ? [[observed, 1]] : [])));
    const found = [...few.values()].reduce((sum, count) => sum + count, 0);
    const { unreached, logSd } = fit(few, found + 2);
    expect(unreached).toBeLessThan(2);
    expect(logSd).toBeGreaterThan(fit(careful.seen, 10_800).logSd);
  });

  it("takes a group's links for less where it is hardly in the other file", () => {
    const doubtful = [...odds.keys()].sort((x, y) => Math.abs(odds[x]! - 3) - Math.abs(odds[y]! - 3))[0]!;
    const some = new Map([...careful.seen].map(([observed, count]) => [observed, Math.round(count / 30)]));
    some.set(both[doubtful]!, 2);
    const { probabilities } = fit(some, 12_000);
    expect(probabilities[doubtful]!).toBeLessThan(model.probabilities[doubtful]!);
  });
});
