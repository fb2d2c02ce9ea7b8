// Comparison. A *layout* describes a row: u32 count of filters, u32 bytes of all filters (their weights follow), u32 count of tokens, u32 offset of the tokens in bytes; then per filter eight u32: offset
// in bytes, words, levels, whether distances are relative to the weights alone (schema/comparison-levels.ts), and up to four limits from the widest to the narrowest. A filter's level is the number of limits it is within, one more
// than all of them when the two are equal: 0 = far. A missing filter is far from everything.
export const LAYOUT_HEAD: usize = 16;
export const LAYOUT_FILTER: usize = 32;
export const SCALE: u64 = 1 << 16; // limits are in 1/65536 of what distances are relative to (schema/comparison-levels.ts)
const LEVEL_BITS: u64 = 3;

// @ts-ignore: decorator
@inline
export function distance8(a: usize, b: usize): u64 {
  return popcnt(load<u64>(a) ^ load<u64>(b)) + popcnt(load<u64>(a, 8) ^ load<u64>(b, 8)) + popcnt(load<u64>(a, 16) ^ load<u64>(b, 16)) + popcnt(load<u64>(a, 24) ^ load<u64>(b, 24))
    + popcnt(load<u64>(a, 32) ^ load<u64>(b, 32)) + popcnt(load<u64>(a, 40) ^ load<u64>(b, 40)) + popcnt(load<u64>(a, 48) ^ load<u64>(b, 48)) + popcnt(load<u64>(a, 56) ^ load<u64>(b, 56));
}

/** Hamming distance over a multiple of eight words. */
// @ts-ignore: decorator
@inline
export function distance(a: usize, b: usize, words: i32): u64 {
  let sum = distance8(a, b);
  for (let w = 8; w < words; w += 8) sum += distance8(a + (<usize>w << 3), b + (<usize>w << 3));
  return sum;
}

/** Levels of all filters of two rows, LEVEL_BITS each, the first filter lowest. */
export function levelsOf(layout: usize, rowA: usize, rowB: usize): u64 {
  const filters = load<u32>(layout);
  const weights = <usize>load<u32>(layout, 4);
  let levels: u64 = 0;
  for (let f: usize = 0; f < filters; f++) {
    const filter = layout + LAYOUT_HEAD + f * LAYOUT_FILTER;
    const weightA = <u64>load<u16>(rowA + weights + (f << 1));
    const weightB = <u64>load<u16>(rowB + weights + (f << 1));
    if (weightA == 0 || weightB == 0) continue;
    const offset = <usize>load<u32>(filter);
    const words = load<i32>(filter, 4);
    const apart = distance(rowA + offset, rowB + offset, words);
    const count = load<u32>(filter, 8);
    let level: u64 = 0;
    if (apart == 0) level = count + 1;
    else {
      const bits = <u64>words << 6;
      const base = load<u32>(filter, 12) ? weightA + weightB : min(bits, ((weightA + weightB) << 1) - ((weightA * weightB) << 2) / bits);
      while (level < count && apart * SCALE <= base * <u64>load<u32>(filter + (<usize>level << 2), 16)) level++;
    }
    levels |= level << (<u64>f * LEVEL_BITS);
  }
  return levels;
}

/** Adds to the observations of the pairs [from, to) of a candidate list which tokens agree, from bit `tokenShift` on, and the levels of the filters, from bit `levelShift` on. */
export function comparePairs(layout: usize, rowsA: usize, rowsB: usize, stride: usize, pairsA: usize, pairsB: usize, observed: usize, from: u32, to: u32, tokenShift: u64, levelShift: u64): void {
  const tokens = <u64>load<u32>(layout, 8);
  const tokenOffset = <usize>load<u32>(layout, 12);
  for (let i = <usize>from; i < to; i++) {
    const rowA = rowsA + <usize>load<u32>(pairsA + (i << 2)) * stride;
    const rowB = rowsB + <usize>load<u32>(pairsB + (i << 2)) * stride;
    let agree: u64 = 0;
    for (let t: u64 = 0; t < tokens; t++) {
      const token = load<u64>(rowA + tokenOffset + (<usize>t << 3));
      if (token != 0 && token == load<u64>(rowB + tokenOffset + (<usize>t << 3))) agree |= <u64>1 << t;
    }
    const slot = observed + (i << 3);
    store<u64>(slot, load<u64>(slot) | (agree << tokenShift) | (levelsOf(layout, rowA, rowB) << levelShift));
  }
}
