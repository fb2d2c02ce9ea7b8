import type { ComparisonGroup } from "../schema/comparison-space.ts";
import type { Observation } from "./candidates.ts";
import { type Evidence, type Fact, type Halves, factsIn, halvesOf, isIn, isKnown } from "./evidence.ts";
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

/** Whether a reading tells of names that agree whichever way round they are. */
export function agreesEitherWay(facts: readonly Fact[], reading: Uint8Array): boolean {
  return facts.some(({ eitherWay }, f) => eitherWay && reading[f] === 1);
}

/** @param masks null masks that have a slice though no observation shows them */
export function readObservations({ groups, facts }: Pick<Evidence, "groups" | "facts">, observations: readonly Observation[], masks: Iterable<bigint> = []): Readings {
  const slices: { known: readonly number[]; members: number[] }[] = [];
  const numberOf = new Map<string, number>();
  const byMask = new Map<bigint, number | undefined>();
  const knownUnder = (missing: bigint): number[] => facts.flatMap((fact, i) => (isKnown(fact, missing) ? [i] : []));
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
  const observed = observations.map((observation) => halvesOf(observation.observed));
  const built = slices.map(({ known, members }): Slice => {
    const ofSlice = known.map((i) => facts[i]!);
    const told = bitsOf(ofSlice);
    const seen = distinct(members.map((o) => both(observed[o]!, told)), nameOfHalves);
    const { rows, index, lattice } = possible(groups, ofSlice, seen.kept.map((shown) => factsIn(ofSlice, imply(shown))));
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
function distinct<T>(all: readonly T[], nameOf: (each: T) => number | string): { kept: T[]; index: number[] } {
  const known = new Map<number | string, number>();
  const kept: T[] = [];
  const index = all.map((each) => {
    const name = nameOf(each);
    let at = known.get(name);
    if (at === undefined) {
      known.set(name, (at = kept.length));
      kept.push(each);
    }
    return at;
  });
  return { kept, index };
}

/** A row of 0 and 1 as a key of a map: a number where its bits fit one, which is much faster than text. */
function nameOfRow(row: Uint8Array): number | string {
  if (row.length > 52) return row.join("");
  let name = 0;
  for (let i = 0; i < row.length; i++) name = name * 2 + row[i]!;
  return name;
}

function nameOfHalves({ low, high }: Halves): number | string {
  return high >>> 21 === 0 ? high * 4294967296 + (low >>> 0) : `${high} ${low}`;
}

function both(a: Halves, b: Halves): Halves {
  return { low: a.low & b.low, high: a.high & b.high };
}

/** The bits of an observation that tell of some facts. */
function bitsOf(facts: readonly Fact[]): Halves {
  let bits = 0n;
  for (const { bit, level } of facts) bits |= (level === 0 ? 1n : 7n) << BigInt(bit);
  return halvesOf(bits);
}

/**
 * Gives an observation every withheld key that follows from what was seen: facts are conjunctions, so a key agrees for certain when in each of its groups all states that the other facts leave have it agree. What a group leaves depends on
 * its own facts alone, and few combinations of them occur.
 */
function implication(groups: readonly ComparisonGroup[], facts: readonly Fact[]): (shown: Halves) => Halves {
  const withheld = facts.filter(({ mayBeWithheld }) => mayBeWithheld);
  if (withheld.length === 0) return (shown) => shown;
  const keys = bitsOf(withheld);
  const parts = groups.map((group, g) => {
    const involved = facts.filter(({ holds }) => holds.has(g));
    return { ofGroup: bitsOf(involved), follows: following(group, g, involved, withheld), known: new Map<number | string, Halves>() };
  });
  return (shown) => {
    let { low, high } = keys;
    for (let g = 0; g < parts.length; g++) {
      const { ofGroup, follows, known } = parts[g]!;
      const own = both(shown, ofGroup);
      const name = nameOfHalves(own);
      let part = known.get(name);
      if (part === undefined) known.set(name, (part = follows(own)));
      low &= part.low;
      high &= part.high;
    }
    return { low: shown.low | low, high: shown.high | high };
  };
}

/** For what is shown of a group, the withheld keys of which it does its part for certain. */
function following({ size }: ComparisonGroup, g: number, involved: readonly Fact[], withheld: readonly Fact[]): (shown: Halves) => Halves {
  const words = Math.ceil(size / 32);
  /** The states in which the group does its part, as bits. */
  const statesOf = (states?: Uint8Array): Int32Array => {
    const bits = new Int32Array(words);
    for (let state = 0; state < size; state++) if (states === undefined || states[state] === 1) bits[state >> 5]! |= 1 << (state & 31);
    return bits;
  };
  const all = statesOf();
  const states = involved.map(({ holds }) => statesOf(holds.get(g)));
  const statesOfKeys = withheld.map(({ holds }) => statesOf(holds.get(g)));
  const bitOfKeys = withheld.map((key) => bitsOf([key]));
  const left = new Int32Array(words);
  return (shown) => {
    left.set(all);
    for (let i = 0; i < involved.length; i++) if (isIn(involved[i]!, shown)) for (let w = 0; w < words; w++) left[w]! &= states[i]![w]!;
    let low = 0;
    let high = 0;
    for (let i = 0; i < withheld.length; i++) {
      let others = 0;
      for (let w = 0; w < words; w++) others |= left[w]! & ~statesOfKeys[i]![w]!;
      if (others !== 0) continue;
      low |= bitOfKeys[i]!.low;
      high |= bitOfKeys[i]!.high;
    }
    return { low, high };
  };
}

/**
 * Observations as some comparison can show them, each once, and their lattice. Values with the same n-grams in another order (2122, 2212) have equal filters, yet their tokens and keys differ: then the filters are
 * taken as near, as few of them as it takes. Names that are swapped may agree the wrong way round too (Mary Miller): where that is all that explains a pair, such agreement counts as none.
 */
function possible(groups: readonly ComparisonGroup[], facts: readonly Fact[], observed: readonly Uint8Array[]): { rows: readonly Uint8Array[]; index: readonly number[]; lattice: Lattice } {
  const even = groups.map(({ size }) => new Float64Array(size).fill(1 / size));
  const tried = (candidates: readonly Uint8Array[]): { rows: Uint8Array[]; index: number[]; lattice: Lattice; canBe: boolean[] } => {
    const { kept: rows, index } = distinct(candidates, nameOfRow);
    const lattice = buildLattice(groups, facts, rows);
    const likelihood = lattice.likelihood(even);
    return { rows, index, lattice, canBe: index.map((row) => likelihood[row]! > 0) };
  };
  const asSeen = tried(observed);
  if (asSeen.canBe.every(Boolean)) return asSeen;
  const equalFilters = (row: Uint8Array): number[] => facts.flatMap((fact, f) => (fact.equalFilters && row[f] === 1 ? [f] : []));
  const ordered = facts.flatMap((fact, f) => (fact.ordered ? [f] : []));
  const readings = observed.map((row, i) => (asSeen.canBe[i]! ? [] : [...subsets(equalFilters(row)), ordered].map((lowered) => row.map((holds, f) => (lowered.includes(f) ? 0 : holds)))));
  const asRead = tried(readings.flat()).canBe;
  let next = 0;
  const { kept: rows, index } = distinct(
    readings.map((ways, i) => {
      const from = next;
      next += ways.length;
      return ways.find((_, way) => asRead[from + way]!) ?? observed[i]!;
    }),
    nameOfRow,
  );
  return { rows, index, lattice: buildLattice(groups, facts, rows) };
}

/** Subsets of one and more, the smallest first. */
function subsets(items: readonly number[]): number[][] {
  return Array.from({ length: 2 ** items.length - 1 }, (_, i) => items.filter((_, bit) => ((i + 1) >> bit) & 1)).sort((a, b) => a.length - b.length);
}
