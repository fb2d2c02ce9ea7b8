/**
 * The linkage kernel in plain TypeScript: what the WebAssembly twin (assembly/link.ts) is tested against. Clear rather than fast, and on plain arrays.
 */
export interface FilterShape {
  readonly words: number;
  /** Limits from the widest to the narrowest, in 1/65536 of what distances are relative to. */
  readonly limits: readonly number[];
  readonly relative: boolean;
}

export interface ReferenceRow {
  readonly filters: readonly (readonly bigint[])[];
  readonly tokens: readonly bigint[];
}

const LEVEL_BITS = 3n;

/** Rows with a key, by (key & mask), then by row. */
export function sortByKey(keys: readonly bigint[], mask: bigint): { key: bigint; row: number }[] {
  return keys
    .flatMap((key, row) => (key === 0n ? [] : [{ key: key & mask, row }]))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.row - b.row));
}

/** Pairs with equal masked keys; within one file each pair once, smaller row first. */
export function joinPairs(keysA: readonly bigint[], keysB: readonly bigint[], mask: bigint, self: boolean): [number, number][] {
  const pairs: [number, number][] = [];
  keysA.forEach((a, i) =>
    keysB.forEach((b, j) => {
      if (a !== 0n && b !== 0n && (a & mask) === (b & mask) && (!self || i < j)) pairs.push([i, j]);
    }),
  );
  return pairs;
}

/** Level of every filter of two rows, three bits each. */
export function levelsOf(shapes: readonly FilterShape[], a: ReferenceRow, b: ReferenceRow): bigint {
  return shapes.reduce((levels, { words, limits, relative }, f) => {
    const weightA = weightOf(a.filters[f]!);
    const weightB = weightOf(b.filters[f]!);
    if (weightA === 0 || weightB === 0) return levels;
    const apart = a.filters[f]!.reduce((sum, word, w) => sum + popcount(word ^ b.filters[f]![w]!), 0);
    const bits = words * 64;
    const base = relative ? weightA + weightB : Math.min(bits, 2 * (weightA + weightB) - Math.floor((4 * weightA * weightB) / bits)); // schema/comparison-levels.ts
    const level = apart === 0 ? limits.length + 1 : limits.filter((limit) => apart * 65536 <= base * limit).length;
    return levels | (BigInt(level) << (BigInt(f) * LEVEL_BITS));
  }, 0n);
}

/** Which tokens of two rows agree. */
export function agreeingTokens(a: ReferenceRow, b: ReferenceRow): bigint {
  return a.tokens.reduce((bits, token, t) => (token !== 0n && token === b.tokens[t] ? bits | (1n << BigInt(t)) : bits), 0n);
}

/** Tuples of all rules united: one entry per pair with the OR of what was seen, by (row of A, row of B). */
export function mergeTuples(tuples: readonly { a: number; b: number; seen: bigint }[]): { a: number; b: number; seen: bigint }[] {
  const merged = new Map<string, { a: number; b: number; seen: bigint }>();
  for (const { a, b, seen } of tuples) {
    const known = merged.get(`${a},${b}`);
    merged.set(`${a},${b}`, { a, b, seen: (known?.seen ?? 0n) | seen });
  }
  return [...merged.values()].sort((x, y) => x.a - y.a || x.b - y.b);
}

const weights = new WeakMap<readonly bigint[], number>();

/** Number of set bits of a filter. */
/** Of pairs [row of A, row of B] the numbers of those whose records are both free, apart by whether a record stands in another of these too. On a side that is not `once` records may stand in several links. */
export function takePairs(pairs: readonly (readonly [number, number])[], isUsed: (side: 0 | 1, row: number) => boolean, once: readonly [boolean, boolean]): { taken: number[]; contested: number[] } {
  const open = pairs.flatMap((pair, i) => (([0, 1] as const).some((side) => once[side] && isUsed(side, pair[side])) ? [] : [i]));
  const isContested = (i: number): boolean => ([0, 1] as const).some((side) => once[side] && open.some((other) => other !== i && pairs[other]![side] === pairs[i]![side]));
  return { taken: open.filter((i) => !isContested(i)), contested: open.filter(isContested) };
}

export function weightOf(words: readonly bigint[]): number {
  const known = weights.get(words);
  if (known !== undefined) return known;
  const weight = words.reduce((sum, word) => sum + popcount(word), 0);
  weights.set(words, weight);
  return weight;
}

export function popcount(word: bigint): number {
  return popcount32(Number(BigInt.asUintN(32, word))) + popcount32(Number(BigInt.asUintN(32, word >> 32n)));
}

/** Sums of ever more neighbouring bits (Warren, Hacker's Delight, section 5-1). */
function popcount32(bits: number): number {
  const twos = bits - ((bits >>> 1) & 0x55555555);
  const fours = (twos & 0x33333333) + ((twos >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
