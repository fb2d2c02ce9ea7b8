import type { ComparisonGroup } from "../schema/comparison-space.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { Observation } from "./candidates.ts";
import type { Evidence } from "./evidence.ts";
import { KeptStrangers } from "./kept-strangers.ts";
import { CARE, averageStates, expectedMatches, factorsOf, refit, statesByCare } from "./match-class.ts";
import { relativeClasses } from "./relatives.ts";
import type { Readings } from "./readings.ts";
import { type Population, correctionOf, countDuplicates, populationsOf, reachOf, relativesAcross, restOf, shown } from "./populations.ts";

/**
 * The Fellegi-Sunter model (1969) fitted without truth: one truncated mixture on coarsened comparisons.
 *
 * - *Matches*: number, state probabilities (m) and how far errors cluster free (match-class.ts).
 * - *Non-matches* of known shape: random pairs (all of them, u from the files' headers; strangers.ts), and relatives (relatives.ts), of whom only the number is free. Without them a free EM learns households instead of people.
 * - *Own pairs*: pairs within one of the files are no matches but for duplicates. They show how many relatives and namesakes there are, and what no shape foretells. The number of relatives across
 *   the files follows from theirs, and an observation that own pairs show more often than the model foretells counts for as much more among non-matches.
 * - *Truncation*: a pair is seen only if some rule reaches it. Each step adds the matches expected among the pairs that no rule reaches, so the fitted number of matches
 *   includes what blocking lost.
 *
 * How rare an equal name is does not count (tried in profile plain, in four bands by the files' own frequencies): F1 of public sets moved by -0.003 to 0.0001 and fell by 0.013 on invented files without a place, where two who share a rare
 * surname are mostly a family.
 *
 * EM on the counts of observations (Dempster, Laird & Rubin 1977, sections 4.2 and 4.3 for truncated data and mixtures); sums over full comparisons by lattice.ts. Depends on counts only, hence neither on the order of
 * rows nor on threads.
 */
export interface Model {
  readonly groups: readonly ComparisonGroup[];
  /** How the observations were read. */
  readonly readings: Readings;
  /** m: per group, P(state | match). */
  readonly m: readonly Float64Array[];
  /** The same by the care with which a pair's records were made. A record that lacks something is made with less of it: its share among pairs that lack nothing, and among the others. */
  readonly byCare: readonly { readonly share: number; readonly shareLacking: number; readonly m: readonly Float64Array[] }[];
  /** Standard deviation of the logarithm of that care; 0 where errors in different fields are independent. */
  readonly careSpread: number;
  /** u: per group, P(state | random pair). */
  readonly u: readonly Float64Array[];
  /** Estimated number of matches, those that no rule reaches included. */
  readonly matches: number;
  /** By how much more the fit would have than the records allow; 1 and below where it is free. */
  readonly excess: number;
  /** Share of them that some rule reaches. */
  readonly reached: number;
  /** Estimated number of pairs of relatives that are not the same person, by class. */
  readonly relatives: readonly { readonly name: string; readonly pairs: number }[];
  /** Estimated pairs of records of one person within each file whose own pairs were looked at. */
  readonly duplicates: readonly number[];
  /** Per observation: match weight, log2 of P(observation | match) / P(observation | not a match). */
  readonly weights: Float64Array;
  /** Per observation: P(match) of a pair looked at by itself. */
  readonly probabilities: Float64Array;
  /** Per observation: the share of the non-matches showing it that withholding leaves (kept-strangers.ts); `weights` and `probabilities` are as if it left all. */
  readonly kept: Float64Array;
  /** Per observation: pairs that the model foretells. */
  readonly expected: Float64Array;
  /** Per observation: 0 where no class of the model can show it (two different values with one filter, say); such pairs are never linked. */
  readonly explained: Uint8Array;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface EstimateOptions {
  readonly schema: LinkageSchema;
  readonly evidence: Evidence;
  readonly observations: readonly Observation[];
  readonly u: readonly Float64Array[];
  /** How many times as often two people born in one year have one forename as two of any age. */
  readonly forenamesByYear?: number;
  /** Pairs of records in all: nA x nB, or n (n - 1) / 2 within one file. */
  readonly allPairs: number;
  /** People of each of two files: those whose values are withheld where they share them. */
  readonly people?: readonly [number, number];
  /** Most matches there can be: the smaller file's records when matches are one to one. */
  readonly mostMatches: number;
  /** How often each combination of missing values occurs among random pairs; shares that sum to at most 1. */
  readonly missingShares: ReadonlyMap<bigint, number>;
  readonly startMatches: number;
  /** Pairs within each of the two files, or within a sample of its records. */
  readonly own?: readonly OwnPairs[];
}

export interface OwnPairs {
  /** What can be seen of them: where shared values are withheld, filters and keys are seen apart. */
  readonly shows: "all" | "filters" | "keys";
  readonly observations: readonly Observation[];
  readonly allPairs: number;
  readonly missingShares: ReadonlyMap<bigint, number>;
  /** How many times as many pairs the whole file has. */
  readonly growth: number;
}

const MOST_ITERATIONS = 2000;
const TOLERANCE = 2e-5; // change of all m together and of the number of matches, per iteration
const TINY = 1e-300;
/** Matches that lack something are taken to be made with as much care as others, as if so many had been seen. */
const PRIOR_LACKING = 30;

export function estimate(options: EstimateOptions): Model {
  const { schema, evidence, u, mostMatches, observations, people } = options;
  const { groups } = evidence;
  const factors = factorsOf(groups, schema);
  const classes = relativeClasses(groups, u, schema);
  const { across, within } = populationsOf(options);
  const own = within.flatMap(({ files }) => files);
  /** Duplicates are counted where own pairs are seen best. */
  const bestSeen = within[0]?.files ?? [];
  const populations = [across, ...own];
  const views = new Set(populations.map(({ view }) => view));
  for (const { relatives, allPairs } of populations) classes.forEach(({ expected }, c) => (relatives[c] = expected * Math.sqrt(allPairs)));

  let match = expectedMatches(factors);
  let byCare = statesByCare(match, factors, groups);
  let m = averageStates(byCare);
  const whole = Float64Array.from(CARE, ({ share }) => share);
  let lackingShares: Float64Array = whole;
  let reached = 1;
  let excess = 1;
  let iterations = 0;
  let converged = false;
  const keptStrangers = people === undefined ? undefined : new KeptStrangers(evidence, observations);
  let kept: Float64Array = new Float64Array(observations.length).fill(1);
  /** What every class shows, and the non-matches expected of every reading and population. */
  const foretell = (): void => {
    for (const view of views) {
      classes.forEach(({ shares, states }, c) => (view.kin[c] = shown(view.readings, groups.map((_, g) => (shares[g] ? m[g]! : (states[g] ?? u[g]!))), view.kin[c])));
      view.matches.fill(0);
      for (const { lattice, first, lacking } of view.readings.slices) {
        byCare.forEach((states, k) => {
          const ofCare = lattice.likelihood(states, k);
          const share = (lacking ? lackingShares : whole)[k]!;
          for (let i = 0; i < ofCare.length; i++) view.matches[first + i]! += share * ofCare[i]!;
          view.matchesByCare[k]!.set(ofCare, first);
        });
      }
    }
    for (const population of populations) population.rest = restOf(population.view, population.allPairs, population.relatives);
    for (const { files, places } of within) {
      const correction = correctionOf(files);
      places.forEach((place, r) => place >= 0 && (across.rest[r]! *= correction[place]!));
    }
    if (people !== undefined && keptStrangers !== undefined) {
      const density = across.matches / across.allPairs;
      kept = keptStrangers.shares(byCare, [density * people[1], density * people[0]]);
      across.kept = byPairs(kept, observations, across.view.readings);
    }
  };
  while (!converged && iterations < MOST_ITERATIONS) {
    iterations++;
    foretell();
    const ratios = populations.map(overForetold);
    const related = populations.map((population, p) => classes.map((_, c) => relatedIn(population, c, ratios[p]!)));
    const weights = ratios[0]!.map((ratio) => across.matches * ratio);
    const found = sumOfProducts(weights, across.view.matches);
    const counts = CARE.map(() => groups.map(({ size }) => new Float64Array(size)));
    let missed = 0;
    const lackingMatches = whole.map((share) => share * PRIOR_LACKING);
    across.view.readings.slices.forEach(({ lattice, unreached, first, lacking }, s) => {
      (lacking ? lackingShares : whole).forEach((ofCare, k) => {
        const matched = across.view.matchesByCare[k]!.slice(first, first + lattice.size);
        for (let i = 0; i < matched.length; i++) matched[i] = weights[first + i]! * ofCare * matched[i]!;
        lattice.expect(byCare[k]!, matched, counts[k]!, k);
        const unseen = across.matches * across.shares[s]! * ofCare * unreached.likelihood(byCare[k]!)[0]!;
        unreached.expect(byCare[k]!, Float64Array.of(unseen), counts[k]!);
        if (lacking) lackingMatches[k]! += unseen + matched.reduce((sum, pairs) => sum + pairs, 0);
        missed += unseen;
      });
    });
    const before = m;
    match = refit(counts, factors);
    lackingShares = normalized(lackingMatches);
    byCare = statesByCare(match, factors, groups);
    m = averageStates(byCare);
    reached = found + missed > 0 ? found / (found + missed) : 1;
    const moved = m.reduce((sum, states, g) => sum + states.reduce((part, p, s) => part + Math.abs(p - before[g]![s]!), 0), 0);
    const unbounded = found + missed;
    // a record that is there twice has its match twice
    const limit = bestSeen.reduce((most, { matches, allPairs }) => most * (1 + matches / Math.sqrt(allPairs / 2)), mostMatches);
    const next = Math.min(limit, unbounded);
    excess = unbounded / limit;
    converged = moved + Math.abs(next - across.matches) / (next + 1) < TOLERANCE;
    for (const files of within) countDuplicates(files, across);
    across.matches = next;
    classes.forEach(({ expected }, c) => {
      own.forEach((population, i) => (population.relatives[c] = related[i + 1]![c]! / reachOf(population, c)));
      across.relatives[c] = relativesAcross(across, within, c, related[0]![c]!, expected * Math.sqrt(across.allPairs));
    });
  }
  foretell();
  const { matches, allPairs, rest, view } = across;
  const readingOf = view.readings.of;
  const shares = sharesOfReading(options, readingOf);
  const perObservation = (value: (reading: number, o: number) => number): Float64Array => Float64Array.from(options.observations, (_, o) => value(readingOf[o]!, o));
  return {
    groups,
    readings: view.readings,
    m,
    byCare: byCare.map((states, k) => ({ share: whole[k]!, shareLacking: lackingShares[k]!, m: states })),
    careSpread: match.spread,
    u,
    matches,
    excess,
    reached,
    relatives: classes.map(({ name }, c) => ({ name, pairs: across.relatives[c]! })),
    duplicates: bestSeen.map(({ matches: pairs, growth }) => pairs * growth),
    weights: perObservation((r) => Math.log2(Math.max(view.matches[r]!, TINY)) - Math.log2(Math.max(rest[r]! / allPairs, TINY))),
    probabilities: perObservation((r) => (matches * view.matches[r]!) / (matches * view.matches[r]! + rest[r]! + TINY)),
    kept,
    expected: perObservation((r, o) => shares[o]! * (matches * view.matches[r]! + rest[r]! * across.kept[r]!)),
    explained: Uint8Array.from(perObservation((r) => (view.matches[r]! + rest[r]! > 0 ? 1 : 0))),
    iterations,
    converged,
  };
}

/** By reading, how many times as many pairs were seen as foretold; 0 for what no class can show, which tells nothing. */
function overForetold({ view, counts, matches, rest, kept }: Population): Float64Array {
  const ratios = new Float64Array(counts.length);
  for (let r = 0; r < ratios.length; r++) {
    const foretold = matches * view.matches[r]! + rest[r]! * kept[r]!;
    if (foretold !== 0) ratios[r] = counts[r]! / foretold;
  }
  return ratios;
}

/** By reading, the mean over the pairs that were read so. */
function byPairs(values: Float64Array, observations: readonly Observation[], { of, count }: Readings): Float64Array {
  const [sums, pairs] = [new Float64Array(count), new Float64Array(count)];
  observations.forEach((observation, o) => {
    sums[of[o]!]! += observation.pairs * values[o]!;
    pairs[of[o]!]! += observation.pairs;
  });
  return sums.map((sum, r) => (pairs[r] === 0 ? 1 : sum / pairs[r]!));
}

/** Pairs of relatives of a class among those that were seen. */
function relatedIn({ view, relatives, kept }: Population, c: number, ratios: Float64Array): number {
  const { seen } = view.kin[c]!;
  const related = relatives[c]!;
  let sum = 0;
  for (let r = 0; r < ratios.length; r++) sum += ratios[r]! * related * seen[r]! * kept[r]!;
  return sum;
}

/** The share of random pairs that lack what an observation lacks, as far as it shows the reading: several observations that lack the same and are read alike share it as their pairs do. */
function sharesOfReading({ observations, missingShares }: EstimateOptions, readingOf: Int32Array): Float64Array {
  const names = observations.map(({ missing }, o) => `${readingOf[o]!} ${missing}`);
  const together = new Map<string, number>();
  observations.forEach(({ pairs }, o) => together.set(names[o]!, (together.get(names[o]!) ?? 0) + pairs));
  return Float64Array.from(observations, ({ missing, pairs }, o) => ((missingShares.get(missing) ?? 0) * pairs) / together.get(names[o]!)!);
}

function sumOfProducts(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function normalized(counts: Float64Array): Float64Array {
  const sum = counts.reduce((total, count) => total + count, 0);
  return counts.map((count) => count / sum);
}
