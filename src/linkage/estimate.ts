import { type ComparisonGroup } from "../schema/comparison-space.ts";
import { expectedStates } from "../schema/error-model.ts";
import { type FieldKindName, fieldKinds } from "../schema/field-kinds.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { Observation } from "./candidates.ts";
import { type Evidence, type Fact, holdsIn } from "./evidence.ts";
import { type Lattice, buildLattice } from "./lattice.ts";

/**
 * The Fellegi-Sunter model (1969) fitted without truth: one truncated mixture on coarsened comparisons.
 *
 * - *Matches*: number and state probabilities (m) free.
 * - *Non-matches* of known shape: random pairs (all nA x nB of them, u from the files' headers), and relatives, whose surname and place (and for twins the date of birth) are recorded as differently as one
 *   person's are, and whose other fields are a stranger's; only their number is free. Without them a free EM learns households instead of people.
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
  /** u: per group, P(state | random pair). */
  readonly u: readonly Float64Array[];
  /** Estimated number of matches, those that no rule reaches included. */
  readonly matches: number;
  /** Share of them that some rule reaches. */
  readonly reached: number;
  /** Estimated number of pairs of relatives that are not the same person, by class. */
  readonly relatives: readonly { readonly name: string; readonly pairs: number }[];
  /** Per observation: match weight, log2 of P(observation | match) / P(observation | not a match). */
  readonly weights: Float64Array;
  /** Per observation: P(match) of a pair looked at by itself. */
  readonly probabilities: Float64Array;
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
}

const MOST_ITERATIONS = 2000;
const TOLERANCE = 2e-5; // change of all m together and of the number of matches, per iteration
const PRIOR_PAIRS = 30; // weight of the expected m: a handful of odd pairs must not make a class of matches of their own
const TINY = 1e-300;

/** Observations in which the same facts can be known, their lattice, and the lattice of what no rule reaches. */
interface Slice {
  readonly lattice: Lattice;
  readonly unreached: Lattice;
  /** Index of each of the lattice's observations. */
  readonly members: Int32Array;
  /** Share of random pairs in which these facts can be known. */
  readonly share: number;
}

export function estimate(options: EstimateOptions): Model {
  const { schema, evidence, observations, u, allPairs, mostMatches } = options;
  const { groups } = evidence;
  const slices = sliceByVisibility(options);
  const expected = groups.map((group) => groupExpectation(group, schema));
  const classes = relativeClasses(groups, schema).map((relative) => ({ ...relative, pairs: relative.start * allPairs, seen: new Float64Array(0), reach: 1 }));
  const random = likelihoods(slices, u, observations.length).seen.map((p) => p * allPairs);

  let m: Float64Array[] = expected.map((p) => Float64Array.from(p));
  let matches = Math.min(options.startMatches, mostMatches);
  let reached = 1;
  let iterations = 0;
  let converged = false;
  const seen = new Float64Array(observations.length);
  while (!converged && iterations < MOST_ITERATIONS) {
    iterations++;
    for (const relative of classes) Object.assign(relative, likelihoods(slices, groups.map((_, g) => (relative.shares[g] ? m[g]! : u[g]!)), observations.length));
    const counts = groups.map((_, g) => Float64Array.from(expected[g]!, (p) => p * PRIOR_PAIRS));
    const relativeSums = classes.map(() => 0);
    let found = 0;
    let missed = 0;
    for (const { lattice, unreached, members, share } of slices) {
      const p = lattice.likelihood(m);
      const weights = new Float64Array(members.length);
      members.forEach((o, i) => {
        seen[o] = p[i]!;
        const match = matches * p[i]!;
        let rest = random[o]!;
        for (const relative of classes) rest += relative.pairs * relative.seen[o]!;
        const total = match + rest + TINY;
        const matched = (observations[o]!.pairs * match) / total;
        weights[i] = matched;
        found += matched;
        classes.forEach((relative, c) => (relativeSums[c]! += (observations[o]!.pairs * relative.pairs * relative.seen[o]!) / total));
      });
      lattice.expect(m, weights, counts);
      const missing = matches * share * unreached.likelihood(m)[0]!;
      unreached.expect(m, Float64Array.of(missing), counts);
      missed += missing;
    }
    const before = m;
    m = counts.map(normalized);
    const next = Math.min(mostMatches, found + missed);
    classes.forEach((relative, c) => (relative.pairs = relativeSums[c]! / Math.max(relative.reach, 1e-6)));
    const moved = m.reduce((sum, states, g) => sum + states.reduce((part, p, s) => part + Math.abs(p - before[g]![s]!), 0), 0);
    converged = moved + Math.abs(next - matches) / (next + 1) < TOLERANCE;
    reached = found + missed > 0 ? found / (found + missed) : 1;
    matches = next;
  }
  for (const { lattice, members } of slices) {
    const p = lattice.likelihood(m);
    members.forEach((o, i) => (seen[o] = p[i]!));
  }
  const weights = new Float64Array(observations.length);
  const probabilities = new Float64Array(observations.length);
  const explained = new Uint8Array(observations.length);
  observations.forEach((_, o) => {
    let rest = random[o]!;
    for (const relative of classes) rest += relative.pairs * relative.seen[o]!;
    explained[o] = seen[o]! + rest > 0 ? 1 : 0;
    weights[o] = Math.log2(Math.max(seen[o]!, TINY)) - Math.log2(Math.max(rest / allPairs, TINY));
    probabilities[o] = (matches * seen[o]!) / (matches * seen[o]! + rest + TINY);
  });
  return { groups, m, u, matches, reached, relatives: classes.map(({ name, pairs }) => ({ name, pairs })), weights, probabilities, explained, iterations, converged };
}

/** Sorts observations by which facts can be known, and builds the lattices. */
export function sliceByVisibility({ evidence, observations, missingShares }: Pick<EstimateOptions, "evidence" | "observations" | "missingShares">): Slice[] {
  const { groups, facts } = evidence;
  const knownFacts = (missing: bigint): number[] => facts.flatMap((fact, i) => (fact.nullBits.some((bit) => ((missing >> BigInt(bit)) & 1n) === 1n) ? [] : [i]));
  const slices = new Map<string, { known: number[]; members: number[]; share: number }>();
  const byMask = new Map<bigint, { known: number[]; members: number[]; share: number }>();
  const sliceOf = (missing: bigint): { known: number[]; members: number[]; share: number } => {
    let slice = byMask.get(missing);
    if (slice !== undefined) return slice;
    const known = knownFacts(missing);
    slice = slices.get(known.join());
    if (slice === undefined) slices.set(known.join(), (slice = { known, members: [], share: 0 }));
    byMask.set(missing, slice);
    return slice;
  };
  observations.forEach((observation, o) => sliceOf(observation.missing).members.push(o));
  for (const [missing, share] of missingShares) sliceOf(missing).share += share;
  return [...slices.values()].map(({ known, members, share }) => {
    const ofSlice = known.map((i) => facts[i]!);
    const seen = distinct(members.map((o) => Uint8Array.from(ofSlice, (fact) => (holdsIn(fact, observations[o]!.observed) ? 1 : 0))));
    const read = distinct(possible(groups, ofSlice, seen.rows));
    const lattice = spread(buildLattice(groups, ofSlice, read.rows), seen.index.map((row) => read.index[row]!));
    const reaching = ofSlice.filter((fact) => fact.reaches);
    return { lattice, unreached: buildLattice(groups, reaching, [new Uint8Array(reaching.length)]), members: Int32Array.from(members), share };
  });
}

/** Different null masks can leave the same facts, and then the same observation. */
function distinct(rows: readonly Uint8Array[]): { rows: Uint8Array[]; index: number[] } {
  const known = new Map<string, number>();
  const kept: Uint8Array[] = [];
  const index = rows.map((row) => {
    const name = row.join("");
    let at = known.get(name);
    if (at === undefined) {
      known.set(name, (at = kept.length));
      kept.push(row);
    }
    return at;
  });
  return { rows: kept, index };
}

/**
 * Observations as some comparison can show them. Values with the same n-grams in another order (2122, 2212) have equal filters, yet their tokens and keys differ: then the filters are
 * taken as near, as few of them as it takes.
 */
function possible(groups: readonly ComparisonGroup[], facts: readonly Fact[], rows: readonly Uint8Array[]): Uint8Array[] {
  const even = groups.map(({ size }) => new Float64Array(size).fill(1 / size));
  const canBe = (candidates: readonly Uint8Array[]): boolean[] => {
    const { rows, index } = distinct(candidates);
    const likelihood = buildLattice(groups, facts, rows).likelihood(even);
    return index.map((row) => likelihood[row]! > 0);
  };
  const asSeen = canBe(rows);
  if (asSeen.every(Boolean)) return [...rows];
  const equalFilters = (row: Uint8Array): number[] => facts.flatMap((fact, f) => (fact.equalFilters && row[f] === 1 ? [f] : []));
  const readings = rows.map((row, i) => (asSeen[i]! ? [row] : subsets(equalFilters(row)).map((lowered) => row.map((holds, f) => (lowered.includes(f) ? 0 : holds)))));
  const asRead = canBe(readings.flat());
  let next = 0;
  return readings.map((ways, i) => {
    const from = next;
    next += ways.length;
    return ways.find((_, way) => asRead[from + way]!) ?? rows[i]!;
  });
}

/** Subsets of one and more, the smallest first. */
function subsets(items: readonly number[]): number[][] {
  return Array.from({ length: 2 ** items.length - 1 }, (_, i) => items.filter((_, bit) => ((i + 1) >> bit) & 1)).sort((a, b) => a.length - b.length);
}

/** A lattice seen by members of which several may be the same observation. */
function spread(lattice: Lattice, index: readonly number[]): Lattice {
  return {
    size: index.length,
    likelihood: (probabilities) => {
      const p = lattice.likelihood(probabilities);
      return Float64Array.from(index, (at) => p[at]!);
    },
    expect: (probabilities, weights, counts) => {
      const sums = new Float64Array(lattice.size);
      index.forEach((at, i) => (sums[at]! += weights[i]!));
      lattice.expect(probabilities, sums, counts);
    },
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

function groupExpectation(group: ComparisonGroup, schema: LinkageSchema): Float64Array {
  return group.fields
    .map((space) => {
      const kind = schema.fields.find((field) => field.name === space.field)?.kind;
      if (kind !== undefined) return expectedStates(space, kind);
      // a record-level filter: most matches are near, few equal
      return Float64Array.from(space.states, (state) => (state.level === 0 ? 0.05 : 0.95 / (space.states.length - 1)));
    })
    .reduce((joint, states) => Float64Array.from({ length: joint.length * states.length }, (_, i) => joint[Math.floor(i / states.length)]! * states[i % states.length]!));
}

interface RelativeClass {
  readonly name: string;
  /** Per group, whether its members share it. */
  readonly shares: readonly boolean[];
  /** First guess of their number, as a share of all pairs. */
  readonly start: number;
}

function relativeClasses(groups: readonly ComparisonGroup[], schema: LinkageSchema): RelativeClass[] {
  const has = (group: ComparisonGroup, test: (kind: FieldKindName) => boolean): boolean => group.fields.some(({ field }) => schema.fields.some(({ name, kind }) => name === field && test(kind)));
  const home = groups.map((group) => has(group, (kind) => fieldKinds[kind].household));
  const born = groups.map((group) => has(group, (kind) => kind === "date_of_birth"));
  if (home.filter(Boolean).length < 2) return []; // one shared field alone does not tell relatives from strangers
  const classes = [{ name: "household", shares: home, start: 1e-6 }];
  if (born.includes(true)) classes.push({ name: "twins", shares: home.map((is, g) => is || born[g]!), start: 1e-9 });
  return classes;
}

function normalized(counts: Float64Array): Float64Array {
  const sum = counts.reduce((total, count) => total + count, 0);
  return counts.map((count) => count / sum);
}
