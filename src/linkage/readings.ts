import type { ComparisonGroup } from "../schema/comparison-space.ts";
import type { Observation } from "./candidates.ts";
import { type Evidence, type Fact, factsIn } from "./evidence.ts";
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
  let only: number | undefined;
  for (let f = 0; f < facts.length; f++) {
    const { reaches, level, bit } = facts[f]!;
    if (!reaches || reading[f] !== 1) continue;
    const rule = level === 0 ? bit : -1;
    if (only !== undefined && only !== rule) return false;
    only = rule;
  }
  return only !== undefined;
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
  const imply = implication(groups, facts);
  const built = slices.map(({ known, members }): Slice => {
    const ofSlice = known.map((i) => facts[i]!);
    const seen = distinct(members.map((o) => factsIn(ofSlice, observations[o]!.observed)));
    const { rows, index, lattice } = possible(groups, ofSlice, seen.rows.map((row) => imply(row, known)));
    const first = factsOf.length;
    members.forEach((o, i) => (of[o] = first + index[seen.index[i]!]!));
    for (const row of rows) {
      const whole = new Uint8Array(facts.length);
      known.forEach((fact, i) => (whole[fact] = row[i]!));
      factsOf.push(whole);
    }
    const reaching = ofSlice.filter((fact) => fact.reaches);
    return { known, lattice, unreached: buildLattice(groups, reaching, [new Uint8Array(reaching.length)]), first, members: Int32Array.from(members), lacking: known.length < facts.length };
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
  const known = new Map<number | string, number>();
  const kept: Uint8Array[] = [];
  const index = rows.map((row) => {
    const name = nameOf(row);
    let at = known.get(name);
    if (at === undefined) {
      known.set(name, (at = kept.length));
      kept.push(row);
    }
    return at;
  });
  return { rows: kept, index };
}

/** A row of 0 and 1 as a key of a map: a number where its bits fit one, which is much faster than text. */
function nameOf(row: Uint8Array): number | string {
  if (row.length > 52) return row.join("");
  let name = 0;
  for (let i = 0; i < row.length; i++) name = name * 2 + row[i]!;
  return name;
}

/**
 * Gives an observation every withheld key that follows from what was seen: facts are conjunctions, so a key agrees for certain when in each of its groups all states that the other facts leave have it agree. What a group leaves depends on
 * its own facts alone, and few combinations of them occur.
 *
 * @returns a function of a row and of the numbers of the facts that it tells of
 */
function implication(groups: readonly ComparisonGroup[], facts: readonly Fact[]): (row: Uint8Array, of: readonly number[]) => Uint8Array {
  const withheld = facts.flatMap(({ mayBeWithheld }, f) => (mayBeWithheld ? [f] : []));
  if (withheld.length === 0) return (row) => row;
  const involved = groups.map((_, g) => facts.flatMap(({ holds }, f) => (holds.has(g) ? [f] : [])));
  /** By fact and group, the states that do their part as bits. */
  const states = facts.map(({ holds }) => groups.map(({ size }, g) => bitsOf(holds.get(g) ?? new Uint8Array(size).fill(1))));
  const known = groups.map(() => new Map<number | string, Uint8Array>());
  /** By withheld fact, whether the group does its part for certain. */
  const certain = (g: number, seen: Uint8Array): Uint8Array => {
    const left = bitsOf(new Uint8Array(groups[g]!.size).fill(1));
    involved[g]!.forEach((f, i) => {
      if (seen[i] === 1) for (let w = 0; w < left.length; w++) left[w]! &= states[f]![g]![w]!;
    });
    const part = new Uint8Array(withheld.length);
    for (let i = 0; i < part.length; i++) {
      const holds = states[withheld[i]!]![g]!;
      let others = 0;
      for (let w = 0; w < left.length; w++) others |= left[w]! & ~holds[w]!;
      part[i] = others === 0 ? 1 : 0;
    }
    return part;
  };
  const whole = new Uint8Array(facts.length);
  const shows = involved.map(({ length }) => new Uint8Array(length));
  const follows = new Uint8Array(facts.length);
  return (row, of) => {
    whole.fill(0);
    for (let i = 0; i < of.length; i++) whole[of[i]!] = row[i]!;
    for (const f of withheld) follows[f] = 1;
    for (let g = 0; g < groups.length; g++) {
      const seen = shows[g]!;
      for (let i = 0; i < seen.length; i++) seen[i] = whole[involved[g]![i]!]!;
      const name = nameOf(seen);
      let part = known[g]!.get(name);
      if (part === undefined) known[g]!.set(name, (part = certain(g, seen)));
      for (let i = 0; i < part.length; i++) follows[withheld[i]!]! &= part[i]!;
    }
    const implied = new Uint8Array(row.length);
    for (let i = 0; i < implied.length; i++) implied[i] = row[i]! | follows[of[i]!]!;
    return implied;
  };
}

function bitsOf(row: Uint8Array): Int32Array {
  const bits = new Int32Array(Math.ceil(row.length / 32));
  row.forEach((is, i) => (bits[i >> 5]! |= is << (i & 31)));
  return bits;
}

/**
 * Observations as some comparison can show them, each once, and their lattice. Values with the same n-grams in another order (2122, 2212) have equal filters, yet their tokens and keys differ: then the filters are
 * taken as near, as few of them as it takes.
 */
function possible(groups: readonly ComparisonGroup[], facts: readonly Fact[], observed: readonly Uint8Array[]): { rows: readonly Uint8Array[]; index: readonly number[]; lattice: Lattice } {
  const even = groups.map(({ size }) => new Float64Array(size).fill(1 / size));
  const tried = (candidates: readonly Uint8Array[]): { rows: Uint8Array[]; index: number[]; lattice: Lattice; canBe: boolean[] } => {
    const { rows, index } = distinct(candidates);
    const lattice = buildLattice(groups, facts, rows);
    const likelihood = lattice.likelihood(even);
    return { rows, index, lattice, canBe: index.map((row) => likelihood[row]! > 0) };
  };
  const asSeen = tried(observed);
  if (asSeen.canBe.every(Boolean)) return asSeen;
  const equalFilters = (row: Uint8Array): number[] => facts.flatMap((fact, f) => (fact.equalFilters && row[f] === 1 ? [f] : []));
  const readings = observed.map((row, i) => (asSeen.canBe[i]! ? [] : subsets(equalFilters(row)).map((lowered) => row.map((holds, f) => (lowered.includes(f) ? 0 : holds)))));
  const asRead = tried(readings.flat()).canBe;
  let next = 0;
  const { rows, index } = distinct(
    readings.map((ways, i) => {
      const from = next;
      next += ways.length;
      return ways.find((_, way) => asRead[from + way]!) ?? observed[i]!;
    }),
  );
  return { rows, index, lattice: buildLattice(groups, facts, rows) };
}

/** Subsets of one and more, the smallest first. */
function subsets(items: readonly number[]): number[][] {
  return Array.from({ length: 2 ** items.length - 1 }, (_, i) => items.filter((_, bit) => ((i + 1) >> bit) & 1)).sort((a, b) => a.length - b.length);
}
