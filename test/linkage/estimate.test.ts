import { describe, expect, it } from "vitest";
import type { Observation } from "../../src/linkage/candidates.ts";
import { type OwnPairs, estimate } from "../../src/linkage/estimate.ts";
import { evidenceOf, halvesOf, isIn } from "../../src/linkage/evidence.ts";
import { CARE } from "../../src/linkage/match-class.ts";
import { type Population, correctionOf } from "../../src/linkage/populations.ts";
import { type RelativeClass, relativeClasses } from "../../src/linkage/relatives.ts";
import { unreachedMatches } from "../../src/linkage/unreached.ts";
import { random } from "../../src/random.ts";
import { usedAtoms } from "../../src/schema/comparison-space.ts";
import { NAMES_OF_STRANGERS, NAME_ORDER } from "../../src/schema/name-order.ts";
import { expectedOf, standardSchema } from "../example-schema.ts";

/** What records share is sent, so that own pairs tell of relatives. */
const sending = { ...standardSchema, weakened: true };
const evidence = evidenceOf(sending, usedAtoms(sending));
const groups = evidence.groups;

/** m unlike the estimation's own start: names better, dates worse. */
const trueM = groups.map(({ fields, name }) =>
  fields
    .map((space) => {
      const states = expectedOf(space);
      const wrong = name === "date_of_birth" ? 1.6 : 0.5;
      return states.map((p, i) => (i === states.length - 1 ? 1 - (1 - p) * wrong : p * wrong));
    })
    .reduce((joint, states) => Float64Array.from({ length: joint.length * states.length }, (_, i) => joint[Math.floor(i / states.length)]! * states[i % states.length]!)),
);
const u = groups.map(({ size, name }) => {
  if (name === NAME_ORDER) return NAMES_OF_STRANGERS;
  const equal = { forename: 0.005, surname: 0.004, date_of_birth: 3e-5, sex: 0.5, place: 1e-6 }[name]!;
  const rest = Float64Array.from({ length: size }, (_, i) => (i === size - 1 ? equal : (name === "place" ? 1e-6 : 0.02) / size));
  rest[0]! += 1 - rest.reduce((sum, p) => sum + p, 0);
  return rest;
});

function draw(probabilities: Float64Array, next: () => number): number {
  let at = next();
  for (let i = 0; i < probabilities.length; i++) if ((at -= probabilities[i]!) < 0) return i;
  return probabilities.length - 1;
}

/** The same states with the odds of an error multiplied. */
function atOdds(states: Float64Array, times: number): Float64Array {
  const error = ((1 - states.at(-1)!) / states.at(-1)!) * times;
  const wrong = error / (1 + error);
  return states.map((p, s) => (s === states.length - 1 ? 1 - wrong : (p / (1 - states.at(-1)!)) * wrong));
}

/** Observations of pairs drawn from a class, as blocking lets them through. */
function observe(classes: readonly { pairs: number; states: readonly Float64Array[] }[], seed: string): { observations: Observation[]; reached: number[] } {
  const next = random(seed);
  const counts = new Map<bigint, number>();
  const reached = classes.map(() => 0);
  classes.forEach(({ pairs, states }, c) => {
    for (let i = 0; i < pairs; i++) {
      const drawn = states.map((p) => draw(p, next));
      let observed = 0n;
      let found = false;
      for (const fact of evidence.facts) {
        if (![...fact.holds].every(([g, allowed]) => allowed[drawn[g]!] === 1)) continue;
        found ||= fact.reaches;
        if (fact.level === 0) observed |= 1n << BigInt(fact.bit);
        else observed = (observed & ~(7n << BigInt(fact.bit))) | (BigInt(fact.level) << BigInt(fact.bit));
      }
      if (!found) continue;
      reached[c]!++;
      counts.set(observed, (counts.get(observed) ?? 0) + 1);
    }
  });
  return { observations: [...counts].map(([observed, pairs]) => ({ observed, missing: 0n, pairs })), reached };
}

describe("estimation", () => {
  const matches = 20_000;
  const households = 30_000;
  const [{ shares, states: ofClass }] = relativeClasses(groups, u, standardSchema) as [RelativeClass];
  const family = groups.map((_, g) => (shares[g] === true ? trueM[g]! : (ofClass[g] ?? u[g]!)));
  const { observations, reached } = observe(
    [
      { pairs: matches, states: trueM },
      { pairs: households, states: family },
    ],
    "e3",
  );
  const missingShares = new Map([[0n, 1]]);
  const within = (duplicates: number, seed: string): OwnPairs => ({ shows: "all", observations: observe([{ pairs: duplicates, states: trueM }, { pairs: households / 2, states: family }], seed).observations, allPairs: 25_000 ** 2 / 2, missingShares, growth: 1 });
  const own = [within(0, "a"), within(400, "b")];
  const options = { schema: sending, evidence, observations, own, u, allPairs: 25_000 ** 2, mostMatches: 25_000, missingShares, startMatches: 17_500 };
  const model = estimate(options);

  it("recovers the number of matches, those that blocking lost included", () => {
    expect(model.converged).toBe(true);
    expect(model.matches / matches).toBeGreaterThan(0.99);
    expect(model.matches / matches).toBeLessThan(1.01);
    expect(Math.abs(model.reached - reached[0]! / matches)).toBeLessThan(0.01);
  });

  it("learns relatives and duplicates from the files' own pairs", () => {
    const [family, twins] = model.relatives;
    expect(Math.abs(Math.log(family!.pairs / households))).toBeLessThan(0.15);
    expect(twins!.pairs).toBeLessThan(100);
    expect(model.duplicates[0]).toBeLessThan(10);
    expect(Math.abs(model.duplicates[1]! - 400)).toBeLessThan(30);
  });

  it("counts an observation among non-matches as often as own pairs show it", () => {
    // namesakes that no class foretells
    const o = observations.findIndex(({ pairs }, i) => pairs > 2 && pairs < 20 && model.probabilities[i]! > 0.9 && model.probabilities[i]! < 0.999);
    const more = own.map((population) => ({ ...population, observations: [...population.observations.filter(({ observed }) => observed !== observations[o]!.observed), { ...observations[o]!, pairs: 30 }] }));
    expect(estimate({ ...options, own: more }).weights[o]).toBeLessThan(model.weights[o]! - 2);
  });

  it("learns namesakes within a family from own pairs, and takes them for nobody's two records", () => {
    const classes = relativeClasses(groups, u, standardSchema);
    const { shares: ofNamesakes, states: own } = classes.find(({ name }) => name === "namesakes")!;
    const states = groups.map((_, g) => (ofNamesakes[g] === true ? trueM[g]! : (own[g] ?? u[g]!)));
    const some = 200;
    const across = observe([{ pairs: 1000, states: trueM }, { pairs: households, states: family }, { pairs: some, states }], "namesakes");
    const inFile = (seed: string): OwnPairs => ({ ...within(0, seed), observations: observe([{ pairs: households / 2, states: family }, { pairs: some / 2, states }], seed).observations });
    const fitted = estimate({ ...options, observations: across.observations, own: [inFile("c"), inFile("d")] });
    expect(Math.abs(Math.log(fitted.relatives.find(({ name }) => name === "namesakes")!.pairs / some))).toBeLessThan(0.3);
    expect(Math.abs(fitted.matches / 1000 - 1)).toBeLessThan(0.03);
    // with no pairs within the files they are thought to be as many as anywhere
    const expected = 0.005 * 25_000;
    const alone = estimate({ ...options, observations: across.observations, own: [] }).relatives.find(({ name }) => name === "namesakes")!;
    expect(Math.abs(Math.log(alone.pairs / expected))).toBeLessThan(0.7);
  });

  it("believes own pairs that are more than foretold, and that they are fewer only where many are", () => {
    const [foretold, seen] = [[1, 1, 1000], [0, 3, 500]].map((pairs) => Float64Array.from(pairs)) as [Float64Array, Float64Array];
    const none = new Float64Array(3);
    const correction = correctionOf([{ counts: seen, rest: foretold, missing: none.map(() => 1), matches: 0, view: { matches: none } } as unknown as Population]);
    expect(correction[0]).toBeGreaterThan(0.55);
    expect(correction[1]).toBeGreaterThan(2.5);
    expect(correction[2]).toBeLessThan(0.51);
  });

  it("learns them from filters and keys seen apart, where values of keys that records share are withheld", () => {
    const withheld = { schema: standardSchema, evidence: evidenceOf(standardSchema, usedAtoms(standardSchema)) };
    const keys = (1n << BigInt(standardSchema.keys.length)) - 1n;
    const apart = (pairs: OwnPairs): OwnPairs[] =>
      (["filters", "keys"] as const).map((shows) => ({
        ...pairs,
        shows,
        observations: pairs.observations.map((each) => ({ ...each, observed: shows === "keys" ? each.observed & keys : each.observed & ~keys })).filter(({ observed }) => withheld.evidence.facts.some((fact) => fact.reaches && isIn(fact, halvesOf(observed)))),
      }));
    const fitted = estimate({ ...options, ...withheld, own: own.flatMap(apart) });
    expect(Math.abs(fitted.matches / matches - 1)).toBeLessThan(0.01);
    expect(Math.abs(Math.log(fitted.relatives[0]!.pairs / households))).toBeLessThan(0.15);
    expect(fitted.duplicates[0]).toBeLessThan(20);
    expect(Math.abs(fitted.duplicates[1]! - 400)).toBeLessThan(60);
    // namesakes that no class foretells, seen by their keys alone
    const o = observations.findIndex(({ observed, pairs }, i) => pairs > 2 && (observed & ~keys) === 0n && fitted.probabilities[i]! > 0.5 && fitted.probabilities[i]! < 0.999);
    const shared = observations[o]!.observed & keys;
    const more = own.flatMap(apart).map((pairs) => (pairs.shows === "filters" ? pairs : { ...pairs, observations: [...pairs.observations.filter(({ observed }) => observed !== shared), { observed: shared, missing: 0n, pairs: 60 }] }));
    expect(estimate({ ...options, ...withheld, own: more }).weights[o]).toBeLessThan(fitted.weights[o]! - 1);
  });

  it("learns how far errors come together", () => {
    expect(model.careSpread).toBeLessThan(0.2);
    const careless = CARE.map(({ share, z }) => ({ pairs: matches * share, states: trueM.map((states) => atOdds(states, Math.exp(0.9 * z))) }));
    const clustered = observe([...careless, { pairs: households, states: family }], "clustered");
    const fitted = estimate({ ...options, observations: clustered.observations });
    expect(Math.abs(fitted.careSpread - 0.9)).toBeLessThan(0.1);
    const foundShare = clustered.reached.slice(0, CARE.length).reduce((sum, pairs) => sum + pairs, 0) / matches;
    expect(Math.abs(fitted.matches / matches - 1)).toBeLessThan(0.01);
    expect(Math.abs((1 - fitted.reached) / (1 - foundShare) - 1)).toBeLessThan(0.2);
  });

  it("reads a key that follows from what was seen as one that agrees: its value was withheld", () => {
    const whole = evidence.facts.reduce((observed, { bit, level }) => (level === 0 ? observed | (1n << BigInt(bit)) : (observed & ~(7n << BigInt(bit))) | (BigInt(level) << BigInt(bit))), 0n);
    const lacking = whole & ~1n; // forename.start + surname.start + postcode.sector, though the filters of all three are equal
    const seen = [...observations.filter(({ observed }) => observed !== whole && observed !== lacking), { observed: whole, missing: 0n, pairs: 9000 }, { observed: lacking, missing: 0n, pairs: 300 }];
    const withheld = { schema: standardSchema, evidence: evidenceOf(standardSchema, usedAtoms(standardSchema)) };
    const { explained, weights } = estimate({ ...options, ...withheld, own: [], observations: seen });
    expect(explained.at(-1)).toBe(1);
    expect(weights.at(-1)).toBe(weights.at(-2));
    // where nothing is withheld some filter must be equal by accident
    const ofSent = estimate({ ...options, own: [], observations: seen }).weights;
    expect(ofSent.at(-1)!).toBeLessThan(ofSent.at(-2)!);
  });

  it("sees no clustering where errors are independent", () => {
    const unreached = unreachedMatches(options, model);
    expect(unreached.clustering).toBeLessThan(1.25);
    expect(Math.abs(Math.log(unreached.matches / (matches - reached[0]!)))).toBeLessThan(2 * unreached.logSd);
  });

  it("takes more matches to be out of reach where a single rule reaches more than it should", () => {
    const reaching = evidence.facts.filter((fact) => fact.reaches);
    const isSingle = (observed: bigint): boolean => new Set(reaching.filter((fact) => isIn(fact, halvesOf(observed))).map((fact) => (fact.level === 0 ? fact.bit : -1))).size === 1;
    const many = observations.map((observation) => (isSingle(observation.observed) ? { ...observation, pairs: 4 * observation.pairs } : observation));
    const independent = unreachedMatches(options, model);
    const clustered = unreachedMatches({ ...options, observations: many }, model);
    expect(clustered.clustering).toBeGreaterThan(2);
    expect(clustered.matches / independent.matches).toBeCloseTo(clustered.clustering / independent.clustering, 6);
    expect(clustered.logSd).toBeGreaterThan(independent.logSd);
  });

  it("recovers m where the fields are seen", () => {
    for (const name of ["forename", "surname", "date_of_birth", "place"]) {
      const g = groups.findIndex((group) => group.name === name);
      expect(Math.abs(model.m[g]!.at(-1)! - trueM[g]!.at(-1)!), name).toBeLessThan(0.02);
    }
  });

  it("does not take households for people", () => {
    const found = observations.reduce((sum, { pairs }, o) => sum + pairs * model.probabilities[o]!, 0);
    expect(found / reached[0]!).toBeGreaterThan(0.98);
    expect(found / reached[0]!).toBeLessThan(1.02);
  });

  it("weighs an observation by its likelihood ratio", () => {
    const best = observations.reduce((top, _, o) => (model.weights[o]! > model.weights[top]! ? o : top), 0);
    const worst = observations.reduce((low, _, o) => (model.weights[o]! < model.weights[low]! ? o : low), 0);
    expect(evidence.facts.filter((fact) => isIn(fact, halvesOf(observations[best]!.observed))).length).toBeGreaterThan(evidence.facts.filter((fact) => isIn(fact, halvesOf(observations[worst]!.observed))).length);
    observations.forEach((_, o) => {
      const odds = (2 ** model.weights[o]! * model.matches) / options.allPairs;
      expect(model.probabilities[o]).toBeCloseTo(odds / (1 + odds), 6);
    });
  });

  it("takes equal filters for near ones where a key says that the values differ", () => {
    // 12 Elm Road and 21 Elm Road can have the same bigrams; the key over surname and address then disagrees although both filters are equal
    const everything = evidence.facts.reduce((observed, fact) => (fact.level === 0 ? observed | (1n << BigInt(fact.bit)) : (observed & ~(7n << BigInt(fact.bit))) | (BigInt(fact.level) << BigInt(fact.bit))), 0n);
    const anagram = everything & ~(1n << BigInt(evidence.facts.find((fact) => fact.label === "surname + address")!.bit));
    const { explained, probabilities } = estimate({ ...options, observations: [...observations, { observed: anagram, missing: 0n, pairs: 1 }] });
    expect(explained.at(-1)).toBe(1);
    expect(probabilities.at(-1)).toBeGreaterThan(0.99);
  });

  it("finds hardly a match where there are none", () => {
    const none = observe([{ pairs: households, states: family }], "none");
    const empty = estimate({ ...options, observations: none.observations });
    expect(empty.matches).toBeLessThan(households / 100);
    expect(estimate({ ...options, observations: [] }).matches).toBeLessThan(60);
  });
});
