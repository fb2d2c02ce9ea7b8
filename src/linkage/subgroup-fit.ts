import type { Observation } from "./candidates.ts";
import type { EstimateOptions, Model } from "./estimate.ts";
import type { Fact } from "./evidence.ts";
import { type Factor, factorsOf, refit, statesByCare } from "./match-class.ts";
import { SingleRule } from "./single-rule.ts";
import { type Readings, reachedOnce, readObservations } from "./readings.ts";

/** What the links of a group tell of its matches, the unlinked and unreached included. */
export interface SubgroupFit {
  /** Per observation: P(match) of the group's links. */
  readonly probabilities: Float64Array;
  /** Matches that no rule reaches. */
  readonly unreached: number;
  /** Share of them among the matches of each slice. */
  readonly unreachedBySlice: Float64Array;
  /** Standard deviation of the logarithm of `unreached` that comes of the group's being small. */
  readonly logSd: number;
}

export interface SubgroupLinks {
  /** Per observation: links of the group, those below the threshold too. */
  readonly counts: Float64Array;
  /** Records of the group. */
  readonly records: number;
  /** Most matches it can have. */
  readonly mostMatches: number;
  /** Share of each slice among the group's random pairs; see `SubgroupFitter.sliceOf`. */
  readonly sliceShares: Float64Array;
}

/** Weight of the whole's m, as so many of the group's own matches: a small group is taken to be like the others until it shows otherwise. */
const PRIOR_MATCHES = 10;
/** The same for what its records lack. */
const PRIOR_MISSING = 400;
/** Matches that a single rule reaches, as many as this, are added to both sides of a group's own clustering. */
const PRIOR_SINGLE = 10;
/** Combinations of rules that can be known rarer than this have no say in it. */
const RARE = 1e-3;
const MOST_ITERATIONS = 200;
const TOLERANCE = 1e-4; // relative change of the group's matches
const TINY = 1e-300;

/**
 * The model of all matches (estimate.ts) fitted again to the links of one group: its own number of matches, its own m, shrunk towards the whole's, and its own missing values. Non-matches are taken to come as often as in the whole,
 * so that the odds of a link change as the group's matches differ in number and kind from all matches; truncation is as there: each step adds the matches that no rule reaches. A group whose records are
 * damaged more shows it in the links it has, and gets the greater loss that follows.
 */
export class SubgroupFitter {
  readonly #model: Model;
  readonly #facts: readonly Fact[];
  readonly #readings: Readings;
  readonly #factors: readonly Factor[];
  /** Per observation: odds of a link with it, pairwise and before the one-to-one rule. */
  readonly #odds: Float64Array;
  /** Per reading: P(reading | match) in the whole. */
  readonly #seen: Float64Array;
  /** Per observation, 1 where a single rule reaches it. */
  readonly #single: Uint8Array;
  /** Per slice. */
  readonly #singleRules: readonly SingleRule[];
  readonly #records: number;
  readonly #clustering: number;

  /**
   * @param estimation of which only what is known of all pairs is used
   * @param used observations that links have; others count for nothing
   * @param odds of a link, by used observation
   * @param records of the whole file of the groups
   * @param clustering of the whole: see unreached.ts
   */
  constructor(estimation: EstimateOptions, model: Model, used: readonly Observation[], odds: Float64Array, records: number, clustering: number) {
    this.#model = model;
    this.#facts = estimation.evidence.facts;
    this.#readings = readObservations(estimation.evidence, used, estimation.missingShares.keys());
    const { slices, facts, of } = this.#readings;
    this.#odds = odds;
    this.#records = records;
    this.#clustering = clustering;
    this.#seen = new Float64Array(this.#readings.count);
    this.#factors = factorsOf(model.groups, estimation.schema);
    for (const { lattice, first, lacking } of slices) {
      for (const { m, share, shareLacking } of model.byCare) lattice.likelihood(m).forEach((p, i) => (this.#seen[first + i]! += (lacking ? shareLacking : share) * p));
    }
    const rules = new Map<string, SingleRule>();
    this.#singleRules = slices.map(({ known }) => {
      const reachable = known.map((fact) => this.#facts[fact]!).filter((fact) => fact.reaches);
      const name = reachable.map(({ bit }) => bit).join();
      let single = rules.get(name);
      if (single === undefined) rules.set(name, (single = new SingleRule(estimation.evidence.groups, reachable)));
      return single;
    });
    this.#single = Uint8Array.from(of, (reading) => (reachedOnce(this.#facts, facts[reading]!) ? 1 : 0));
  }

  get slices(): number {
    return this.#readings.slices.length;
  }

  /** The slice in which pairs with this mask of missing values are; undefined where none was seen or expected. */
  sliceOf(missing: bigint): number | undefined {
    return this.#readings.sliceOf(missing);
  }

  fit({ counts, records, mostMatches, sliceShares }: SubgroupLinks): SubgroupFit {
    const { byCare: whole, matches: allMatches, groups } = this.#model;
    const { slices, of } = this.#readings;
    const perRecord = allMatches / this.#records;
    const careShares = whole.map(({ share }) => share);
    let lackingShares: Float64Array = Float64Array.from(whole, ({ shareLacking }) => shareLacking);
    let byCare = whole.map(({ m }) => m);
    let matches = Math.min(mostMatches, perRecord * records);
    let shares = sliceShares;
    const probabilities = new Float64Array(counts.length);
    let missed: Float64Array = new Float64Array(slices.length);
    let unreachedCounts: Float64Array[][] = [];
    const unreachedBySlice = new Float64Array(slices.length);
    for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
      const sums = whole.map(({ share, m }) => m.map((states) => states.map((p) => p * share * PRIOR_MATCHES)));
      unreachedCounts = whole.map(({ m }) => m.map(({ length }) => new Float64Array(length)));
      const lackingMatches = whole.map(({ shareLacking }) => shareLacking * PRIOR_MATCHES);
      const found = new Float64Array(slices.length);
      missed = new Float64Array(slices.length);
      const rate = matches / records / perRecord;
      slices.forEach(({ lattice, unreached, first, members, lacking }, s) => {
        const ofCare = lacking ? lackingShares : careShares;
        const likelihood = byCare.map((m, k) => lattice.likelihood(m, k));
        const weights = byCare.map(() => new Float64Array(lattice.size));
        for (const o of members) {
          if (counts[o] === 0) continue;
          const i = of[o]! - first;
          let p = 0;
          for (let k = 0; k < byCare.length; k++) p += ofCare[k]! * likelihood[k]![i]!;
          const odds = p === 0 ? 0 : (this.#odds[o]! * rate * p) / Math.max(this.#seen[first + i]!, TINY);
          probabilities[o] = odds === Infinity ? 1 : odds / (1 + odds);
          const matched = counts[o]! * probabilities[o];
          found[s]! += matched;
          if (p > 0) for (let k = 0; k < byCare.length; k++) weights[k]![i]! += (matched * ofCare[k]! * likelihood[k]![i]!) / p;
        }
        unreachedBySlice[s] = 0;
        byCare.forEach((m, k) => {
          if (found[s]! > 0) lattice.expect(m, weights[k]!, sums[k]!, k);
          const hidden = ofCare[k]! * unreached.likelihood(m)[0]!;
          const unseen = matches * shares[s]! * hidden;
          unreachedBySlice[s]! += hidden;
          if (unseen > 0) unreached.expect(m, Float64Array.of(unseen), unreachedCounts[k]!);
          missed[s]! += unseen;
          if (lacking) lackingMatches[k]! += unseen + total(weights[k]!);
        });
      });
      sums.forEach((ofCare, k) => ofCare.forEach((states, g) => states.forEach((_, state) => (states[state]! += unreachedCounts[k]![g]![state]!))));
      byCare = statesByCare(refit(sums, this.#factors), this.#factors, groups);
      lackingShares = normalized(Float64Array.from(lackingMatches));
      const next = total(found) + total(missed);
      shares = found.map((count, s) => (count + missed[s]! + PRIOR_MISSING * sliceShares[s]!) / (next + PRIOR_MISSING));
      const moved = Math.abs(next - matches) / (next + 1);
      matches = Math.min(mostMatches, next);
      if (moved < TOLERANCE) break;
    }
    let single = 0;
    counts.forEach((count, o) => (single += this.#single[o]! * count * probabilities[o]!));
    const foretold = matches * this.#singleShare(byCare, shares, careShares, lackingShares);
    // as many times more of the group's matches than its fit foretells a single rule reaches, shrunk towards the whole's; see unreached.ts
    const clustering = Math.max(1, (single + PRIOR_SINGLE * this.#clustering) / (foretold + PRIOR_SINGLE));
    const logSd = 1 / Math.sqrt(single + PRIOR_SINGLE);
    const lost = total(missed);
    return { probabilities, unreached: lost * clustering, unreachedBySlice, logSd: Math.hypot(logSd, lost > 0 ? spreadOfLoss(byCare, unreachedCounts, lost, matches + PRIOR_MATCHES) : 0) };
  }

  /** Share of a group's matches that just one rule reaches, as its fit foretells. */
  #singleShare(byCare: readonly (readonly Float64Array[])[], shares: Float64Array, careShares: readonly number[], lackingShares: Float64Array): number {
    const byRules = new Map<SingleRule, Float64Array>();
    this.#singleRules.forEach((rules, s) => {
      let ofCare = byRules.get(rules);
      if (ofCare === undefined) byRules.set(rules, (ofCare = new Float64Array(byCare.length)));
      for (let k = 0; k < byCare.length; k++) ofCare[k]! += shares[s]! * (this.#readings.slices[s]!.lacking ? lackingShares : careShares)[k]!;
    });
    let sum = 0;
    for (const [rules, ofCare] of byRules) if (total(ofCare) >= RARE) byCare.forEach((m, k) => (sum += ofCare[k]! * rules.probability(m)));
    return sum;
  }
}

/** Standard deviation of the logarithm of P(unreached) that comes of estimating m from so many matches: the delta method, its gradient being the states expected among the unreached. */
function spreadOfLoss(byCare: readonly (readonly Float64Array[])[], unreached: readonly (readonly Float64Array[])[], lost: number, matches: number): number {
  let variance = 0;
  byCare[0]!.forEach((states, g) => {
    let sum = 0;
    states.forEach((_, state) => {
      const share = unreached.reduce((all, counts) => all + counts[g]![state]!, 0) / lost;
      const p = byCare.reduce((all, m) => all + m[g]![state]!, 0) / byCare.length;
      if (share > 0) sum += (share * share) / p;
    });
    variance += Math.max(0, sum - 1);
  });
  return Math.sqrt(variance / matches);
}

function total(numbers: Float64Array): number {
  return numbers.reduce((sum, x) => sum + x, 0);
}

function normalized(counts: Float64Array): Float64Array {
  const sum = total(counts);
  return counts.map((count) => count / sum);
}
