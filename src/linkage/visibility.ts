import type { ComparisonGroup } from "../schema/comparison-space.ts";
import type { Observation } from "./candidates.ts";
import { type Evidence, type Fact, holdsIn } from "./evidence.ts";
import { type Lattice, buildLattice } from "./lattice.ts";

/** Observations in which the same facts can be known, their lattice, and the lattice of what no rule reaches. */
export interface Slice {
  /** Numbers of the facts that can be known. */
  readonly known: readonly number[];
  readonly lattice: Lattice;
  readonly unreached: Lattice;
  /** Index of each of the lattice's observations. */
  readonly members: Int32Array;
  /** Share of random pairs in which these facts can be known. */
  readonly share: number;
  /** Whether a value is missing that some fact needs. */
  readonly lacking: boolean;
}

/** Sorts observations by which facts can be known, and builds the lattices. */
export function sliceByVisibility({ evidence, observations, missingShares }: { readonly evidence: Evidence; readonly observations: readonly Observation[]; readonly missingShares: ReadonlyMap<bigint, number> }): Slice[] {
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
    return { known, lattice, unreached: buildLattice(groups, reaching, [new Uint8Array(reaching.length)]), members: Int32Array.from(members), share, lacking: known.length < facts.length };
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

