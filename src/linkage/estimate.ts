import type { ComparisonGroup } from "../schema/comparison-space.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { Observation } from "./candidates.ts";
import type { Evidence } from "./evidence.ts";
import { CARE, averageStates, expectedMatches, factorsOf, refit, statesByCare } from "./match-class.ts";
import { relativeClasses } from "./relatives.ts";
import { type Slice, sliceByVisibility } from "./visibility.ts";

/**
 * The Fellegi-Sunter model (1969) fitted without truth: one truncated mixture on coarsened comparisons.
 *
 * - *Matches*: number, state probabilities (m) and how far errors cluster free (match-class.ts).
 * - *Non-matches* of known shape: random pairs (all of them, u from the files' headers), and relatives (relatives.ts), of whom only the number is free. Without them a free EM learns households instead of people.
 * - *Own pairs*: pairs within one of the files are no matches but for duplicates. They show what no shape foretells: how many relatives there are, namesakes within a family, forenames of a generation. The number of relatives across
 *   the files follows from theirs, and an observation that own pairs show more often than the model foretells counts for as much more among non-matches.
 * - *Truncation*: a pair is seen only if some rule reaches it. Each step adds the matches expected among the pairs that no rule reaches, so the fitted number of matches
 *   includes what blocking lost.
 *
 * EM on the counts of observations (Dempster, Laird & Rubin 1977, sections 4.2 and 4.3 for truncated data and mixtures); sums over full comparisons by lattice.ts. Depends on counts only, hence neither on the order of
 * rows nor on threads.
 */
export interface Model {
  readonly groups: readonly ComparisonGroup[];
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
  /** Pairs of records in all: nA x nB, or n (n - 1) / 2 within one file. */
  readonly allPairs: number;
  /** Most matches there can be: the smaller file's records when matches are one to one. */
  readonly mostMatches: number;
  /** How often each combination of missing values occurs among random pairs; shares that sum to at most 1. */
  readonly missingShares: ReadonlyMap<bigint, number>;
  readonly startMatches: number;
  /** Pairs within each of the two files, or within a sample of its records. */
  readonly own?: readonly OwnPairs[];
}

export interface OwnPairs {
  readonly observations: readonly Observation[];
  readonly allPairs: number;
  readonly missingShares: ReadonlyMap<bigint, number>;
  /** How many times as many pairs the whole file has. */
  readonly growth: number;
}

const MOST_ITERATIONS = 2000;
const TOLERANCE = 2e-5; // change of all m together and of the number of matches, per iteration
const TINY = 1e-300;
/** How firmly the relatives within the files tell those across: as if so many had been counted. Files of different people (children, pensioners) have fewer in common. */
const TIE = 25;
/**
 * How far own pairs are foretold: a number of them that is foretold as x is taken to have the variance x (x + TEMPER) / TEMPER, so that many speak for themselves and what is foretold as all but impossible may yet be seen. The prior
 * is a gamma distribution of mean x and rate TEMPER / (x + TEMPER).
 */
const TEMPER = 0.7;
/** Matches that lack something are taken to be made with as much care as others, as if so many had been seen. */
const PRIOR_LACKING = 30;
/** Share of all matches whose observations tell duplicates. */
const MOST = 0.9;
/** First guess of a file's duplicates, for every record. */
const FEW_DUPLICATES = 0.005;

/** Pairs of one kind: across the files, or within one of them. */
interface Population {
  readonly allPairs: number;
  /** Pairs by observation. */
  readonly counts: Float64Array;
  /** Share of random pairs that lack just what the observation lacks. */
  readonly missing: Float64Array;
  matches: number;
  readonly relatives: number[];
}

export function estimate(options: EstimateOptions): Model {
  const { schema, evidence, u, mostMatches } = options;
  const { groups } = evidence;
  const { observations, populations } = pool(options);
  const [across, ...own] = populations as [Population, ...Population[]];
  const slices = sliceByVisibility({ ...options, observations });
  const factors = factorsOf(groups, schema);
  const classes = relativeClasses(groups, u, schema);
  for (const { relatives, allPairs } of populations) classes.forEach(({ start }, c) => (relatives[c] = start * Math.sqrt(allPairs)));
  const random = likelihoods(slices, u, observations.length).seen;

  let match = expectedMatches(factors);
  let byCare = statesByCare(match, factors, groups);
  let m = averageStates(byCare);
  const whole = Float64Array.from(CARE, ({ share }) => share);
  let lackingShares: Float64Array = whole;
  let reached = 1;
  let excess = 1;
  let iterations = 0;
  let converged = false;
  const seenAmongMatches = new Float64Array(observations.length);
  let kin: { seen: Float64Array; reach: number }[] = [];
  const rest = populations.map(() => new Float64Array(observations.length));
  const restByShape = new Float64Array(observations.length);
  /** Non-matches expected of every observation and population. */
  const expectRest = (): void => {
    kin = classes.map(({ shares, states }) => likelihoods(slices, groups.map((_, g) => (shares[g] ? m[g]! : (states[g] ?? u[g]!))), observations.length));
    populations.forEach(({ allPairs, relatives }, p) => {
      for (let o = 0; o < observations.length; o++) {
        let sum = random[o]! * allPairs;
        for (let c = 0; c < kin.length; c++) sum += relatives[c]! * kin[c]!.seen[o]!;
        rest[p]![o] = sum;
      }
    });
    if (own.length === 0) return;
    restByShape.set(rest[0]!);
    for (let o = 0; o < observations.length; o++) {
      let seen = 0;
      let foretold = 0;
      own.forEach(({ counts, matches, missing }, i) => {
        const expected = rest[i + 1]![o]!;
        foretold += missing[o]! * expected;
        seen += (counts[o]! * expected) / (expected + matches * seenAmongMatches[o]! + TINY);
      });
      const prior = TEMPER / (foretold + TEMPER);
      if (foretold > 0) rest[0]![o]! *= (prior + seen / foretold) / (prior + 1);
    }
  };
  while (!converged && iterations < MOST_ITERATIONS) {
    iterations++;
    expectRest();
    seenAmongMatches.fill(0);
    const counts = CARE.map(() => groups.map(({ size }) => new Float64Array(size)));
    let found = 0;
    let missed = 0;
    const related = populations.map(() => classes.map(() => 0));
    const lackingMatches = whole.map((share) => share * PRIOR_LACKING);
    for (const { lattice, unreached, members, share, lacking } of slices) {
      const shares = lacking ? lackingShares : whole;
      const matched = CARE.map(() => new Float64Array(members.length));
      const likelihood = byCare.map((states) => lattice.likelihood(states));
      members.forEach((o, i) => {
        const match = shares.reduce((sum, ofCare, k) => sum + ofCare * likelihood[k]![i]!, 0);
        seenAmongMatches[o] = match;
        let weight = 0;
        populations.forEach(({ counts: pairs, matches, relatives }, p) => {
          if (pairs[o] === 0) return;
          const each = pairs[o]! / (matches * match + rest[p]![o]! + TINY);
          if (p === 0) {
            weight = matches * each;
            found += weight * match;
          }
          for (let c = 0; c < kin.length; c++) related[p]![c]! += each * relatives[c]! * kin[c]!.seen[o]!;
        });
        shares.forEach((ofCare, k) => (matched[k]![i] = weight * ofCare * likelihood[k]![i]!));
      });
      shares.forEach((ofCare, k) => {
        lattice.likelihood(byCare[k]!);
        lattice.expect(byCare[k]!, matched[k]!, counts[k]!);
        const unseen = across.matches * share * ofCare * unreached.likelihood(byCare[k]!)[0]!;
        unreached.expect(byCare[k]!, Float64Array.of(unseen), counts[k]!);
        if (lacking) lackingMatches[k]! += unseen + matched[k]!.reduce((sum, pairs) => sum + pairs, 0);
        missed += unseen;
      });
    }
    const before = m;
    match = refit(counts, factors);
    lackingShares = normalized(lackingMatches);
    byCare = statesByCare(match, factors, groups);
    m = averageStates(byCare);
    reached = found + missed > 0 ? found / (found + missed) : 1;
    const moved = m.reduce((sum, states, g) => sum + states.reduce((part, p, s) => part + Math.abs(p - before[g]![s]!), 0), 0);
    const unbounded = found + missed;
    // a record that is there twice has its match twice
    const limit = own.reduce((most, { matches, allPairs }) => most * (1 + matches / Math.sqrt(allPairs / 2)), mostMatches);
    const next = Math.min(limit, unbounded);
    excess = unbounded / limit;
    converged = moved + Math.abs(next - across.matches) / (next + 1) < TOLERANCE;
    const clear = clearest(across, seenAmongMatches, restByShape);
    across.matches = next;
    for (const population of own) population.matches = duplicatesIn(population, seenAmongMatches, clear);
    classes.forEach((_, c) => {
      const reach = Math.max(kin[c]!.reach, 1e-6);
      own.forEach(({ relatives }, i) => (relatives[c] = related[i + 1]![c]! / reach));
      across.relatives[c] = own.length === 0 ? related[0]![c]! / reach : (related[0]![c]! + TIE) / (reach + TIE / (rateAcross(own, c) * across.allPairs));
    });
  }
  expectRest();
  seenAmongMatches.fill(0);
  for (const { lattice, members, lacking } of slices) {
    byCare.forEach((states, k) => {
      const likelihood = lattice.likelihood(states);
      members.forEach((o, i) => (seenAmongMatches[o]! += (lacking ? lackingShares : whole)[k]! * likelihood[i]!));
    });
  }
  const size = options.observations.length;
  const { matches, allPairs } = across;
  return {
    groups,
    m,
    byCare: byCare.map((states, k) => ({ share: whole[k]!, shareLacking: lackingShares[k]!, m: states })),
    careSpread: match.spread,
    u,
    matches,
    excess,
    reached,
    relatives: classes.map(({ name }, c) => ({ name, pairs: across.relatives[c]! })),
    duplicates: own.map((population, i) => population.matches * options.own![i]!.growth),
    weights: Float64Array.from({ length: size }, (_, o) => Math.log2(Math.max(seenAmongMatches[o]!, TINY)) - Math.log2(Math.max(rest[0]![o]! / allPairs, TINY))),
    probabilities: Float64Array.from({ length: size }, (_, o) => (matches * seenAmongMatches[o]!) / (matches * seenAmongMatches[o]! + rest[0]![o]! + TINY)),
    expected: Float64Array.from({ length: size }, (_, o) => across.missing[o]! * (matches * seenAmongMatches[o]! + rest[0]![o]!)),
    explained: Uint8Array.from({ length: size }, (_, o) => (seenAmongMatches[o]! + rest[0]![o]! > 0 ? 1 : 0)),
    iterations,
    converged,
  };
}

/** The commonest observations that hardly anything but a match can show, up to those of most matches. */
function clearest({ matches, missing }: Population, seenAmongMatches: Float64Array, rest: Float64Array): number[] {
  const clear = Array.from(seenAmongMatches.keys()).filter((o) => matches * seenAmongMatches[o]! > 100 * rest[o]!);
  let share = 0;
  return clear.sort((x, y) => seenAmongMatches[y]! - seenAmongMatches[x]! || x - y).filter((o) => share < MOST && (share += missing[o]! * seenAmongMatches[o]!) > 0);
}

/** Duplicates are told by what no relative can show, the clearest observations: the others would take for duplicates whatever the shapes of relatives do not foretell. */
function duplicatesIn({ counts, missing }: Population, matches: Float64Array, clear: readonly number[]): number {
  const share = clear.reduce((sum, o) => sum + missing[o]! * matches[o]!, 0);
  return share === 0 ? 0 : clear.reduce((sum, o) => sum + counts[o]!, 0) / share;
}

/** Relatives across the files, as a share of all pairs: the geometric mean of the files' own shares (a family of x and y members in the files has x (x - 1) / 2, y (y - 1) / 2 and xy pairs), each tempered by both together. */
function rateAcross(own: readonly Population[], c: number): number {
  const sum = (of: (population: Population) => number): number => own.reduce((total, population) => total + of(population), 0);
  const both = (sum(({ relatives }) => relatives[c]!) + 0.5) / sum(({ allPairs }) => allPairs);
  return Math.exp(sum(({ relatives, allPairs }) => Math.log((relatives[c]! + TIE) / (allPairs + TIE / both))) / own.length);
}

/** The observations of all populations, those across the files first and in their order, each once. */
function pool({ observations, own = [], allPairs, missingShares, startMatches, mostMatches }: EstimateOptions): { observations: Observation[]; populations: Population[] } {
  const all = [...observations];
  const indexOf = new Map(observations.map(({ observed, missing }, o) => [`${observed} ${missing}`, o]));
  const indices = own.map((population) =>
    population.observations.map((observation) => {
      const name = `${observation.observed} ${observation.missing}`;
      let index = indexOf.get(name);
      if (index === undefined) {
        indexOf.set(name, (index = all.length));
        all.push(observation);
      }
      return index;
    }),
  );
  const counts = [observations.map((_, o) => o), ...indices].map((into, p) => {
    const pairs = new Float64Array(all.length);
    into.forEach((o, i) => (pairs[o] = (p === 0 ? observations : own[p - 1]!.observations)[i]!.pairs));
    return pairs;
  });
  return {
    observations: all,
    populations: counts.map((pairs, p) => ({ counts: pairs, missing: Float64Array.from(all, ({ missing }) => (p === 0 ? missingShares : own[p - 1]!.missingShares).get(missing) ?? 0), allPairs: p === 0 ? allPairs : own[p - 1]!.allPairs, matches: p === 0 ? Math.min(startMatches, mostMatches) : FEW_DUPLICATES * Math.sqrt(2 * own[p - 1]!.allPairs), relatives: [] })),
  };
}

/** P(observation) for every observation under a class, and how likely a pair of the class is reached. */
function likelihoods(slices: readonly Slice[], probabilities: readonly Float64Array[], size: number): { seen: Float64Array; reach: number } {
  const seen = new Float64Array(size);
  let reach = 0;
  let shares = 0;
  for (const { lattice, unreached, members, share } of slices) {
    const p = lattice.likelihood(probabilities);
    members.forEach((o, i) => (seen[o] = p[i]!));
    reach += share * (1 - unreached.likelihood(probabilities)[0]!);
    shares += share;
  }
  return { seen, reach: reach / shares };
}

function normalized(counts: Float64Array): Float64Array {
  const sum = counts.reduce((total, count) => total + count, 0);
  return counts.map((count) => count / sum);
}
