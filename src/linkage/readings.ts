import type { ComparisonGroup } from "../schema/comparison-space.ts";
import type { Observation } from "./candidates.ts";
import { type Evidence, type Fact, holdsIn } from "./evidence.ts";
import { type Lattice, buildLattice } from "./lattice.ts";

/** What pairs show as far as the same facts can be known, the lattice of that, and the lattice of what no rule reaches. */
interface Slice {
  /** Numbers of the facts that can be known. */
  readonly known: readonly number[];
  /** Its observations are the slice's *readings*, each once. */
  readonly lattice: Lattice;
  readonly unreached: Lattice;
  /** Number of the slice's first reading among those of all slices; the others follow. */
  readonly first: number;
  /** Numbers of the observations in it. */
  readonly members: Int32Array;
  /** Whether a value is missing that some fact needs. */
  readonly lacking: boolean;
}

/** Observations sorted by which facts can be known, and read: different ones can come to the same, where null masks leave the same facts or what was not seen follows from what was. */
export interface Readings {
  readonly slices: readonly Slice[];
  readonly count: number;
  /** Per observation the number of its reading. */
  readonly of: Int32Array;
  /** Per reading, by fact: 1 where it holds, 0 where it does not or cannot be known. */
  readonly facts: readonly Uint8Array[];
  /** The slice of pairs that lack what a null mask says; undefined where neither an observation nor a given mask has it. */
  sliceOf(missing: bigint): number | undefined;
  /** Per slice, its share among random pairs that lack these values so often. */
  shares(missingShares: ReadonlyMap<bigint, number>): Float64Array;
}

/** Whether a single rule reaches pairs of a reading; all buckets count as one, since which of several found a pair is not kept. */
export function reachedOnce(facts: readonly Fact[], reading: Uint8Array): boolean {
  return new Set(facts.flatMap(({ reaches, level, bit }, f) => (reaches && reading[f] === 1 ? [level === 0 ? bit : -1] : []))).size === 1;
}

/** @param masks null masks that have a slice though no observation shows them */
export function readObservations({ groups, facts }: Pick<Evidence, "groups" | "facts">, observations: readonly Observation[], masks: Iterable<bigint> = []): Readings {
  const slices: { known: readonly number[]; members: number[] }[] = [];
  const numberOf = new Map<string, number>();
  const byMask = new Map<bigint, number | undefined>();
  const knownUnder = (missing: bigint): number[] => facts.flatMap((fact, i) => (fact.nullBits.some((bit) => ((missing >> BigInt(bit)) & 1n) === 1n) ? [] : [i]));
  const sliceOf = (missing: bigint): number | undefined => {
    if (!byMask.has(missing)) byMask.set(missing, numberOf.get(knownUnder(missing).join()));
    return byMask.get(missing);
  };
  const intoSlice = (missing: bigint): number => {
    let slice = sliceOf(missing);
    if (slice !== undefined) return slice;
    const known = knownUnder(missing);
    slice = slices.push({ known, members: [] }) - 1;
    numberOf.set(known.join(), slice);
    byMask.set(missing, slice);
    return slice;
  };
  observations.forEach(({ missing }, o) => slices[intoSlice(missing)]!.members.push(o));
  for (const missing of masks) intoSlice(missing);
  const of = new Int32Array(observations.length);
  const factsOf: Uint8Array[] = [];
  const built = slices.map(({ known, members }): Slice => {
    const ofSlice = known.map((i) => facts[i]!);
    const seen = distinct(members.map((o) => Uint8Array.from(ofSlice, (fact) => (holdsIn(fact, observations[o]!.observed) ? 1 : 0))));
    const read = possible(groups, ofSlice, seen.rows.map(implication(groups, ofSlice)));
    const { rows, index } = distinct(read);
    const first = factsOf.length;
    members.forEach((o, i) => (of[o] = first + index[seen.index[i]!]!));
    for (const row of rows) {
      const whole = new Uint8Array(facts.length);
      known.forEach((fact, i) => (whole[fact] = row[i]!));
      factsOf.push(whole);
    }
    const reaching = ofSlice.filter((fact) => fact.reaches);
    return { known, lattice: buildLattice(groups, ofSlice, rows), unreached: buildLattice(groups, reaching, [new Uint8Array(reaching.length)]), first, members: Int32Array.from(members), lacking: known.length < facts.length };
  });
  return {
    slices: built,
    count: factsOf.length,
    of,
    facts: factsOf,
    sliceOf,
    shares: (missingShares) => {
      const shares = new Float64Array(built.length);
      for (const [missing, share] of missingShares) {
        const slice = sliceOf(missing);
        if (slice !== undefined) shares[slice]! += share;
      }
      return shares;
    },
  };
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
 * Gives an observation every withheld key that follows from what was seen: facts are conjunctions, so a key agrees for certain when in each of its groups all states that the other facts leave have it agree. What a group leaves depends on
 * its own facts alone, and few combinations of them occur.
 */
function implication(groups: readonly ComparisonGroup[], facts: readonly Fact[]): (row: Uint8Array) => Uint8Array {
  if (!facts.some(({ mayBeWithheld }) => mayBeWithheld)) return (row) => row;
  const involved = groups.map((_, g) => facts.flatMap(({ holds }, f) => (holds.has(g) ? [f] : [])));
  const known = groups.map(() => new Map<string, Uint8Array>());
  /** By fact, whether the group does its part for certain. */
  const certain = ({ size }: ComparisonGroup, g: number, row: Uint8Array): Uint8Array => {
    const name = involved[g]!.map((f) => row[f]!).join("");
    let found = known[g]!.get(name);
    if (found === undefined) {
      const left = new Uint8Array(size).fill(1);
      for (const f of involved[g]!) if (row[f] === 1) facts[f]!.holds.get(g)!.forEach((is, state) => (left[state]! &= is));
      known[g]!.set(name, (found = Uint8Array.from(facts, ({ holds }) => (left.every((is, state) => is === 0 || (holds.get(g)?.[state] ?? 1) === 1) ? 1 : 0))));
    }
    return found;
  };
  return (row) => {
    const parts = groups.map((group, g) => certain(group, g, row));
    return row.map((is, f) => (is === 1 || (facts[f]!.mayBeWithheld && parts.every((part) => part[f] === 1)) ? 1 : 0));
  };
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
