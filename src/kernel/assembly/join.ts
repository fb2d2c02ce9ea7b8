// Joining two sorted key columns: blocks of equal keys, and their pairs.

/**
 * Blocks of two sorted columns: for every key value in both, (first, end) in A's order and (first, end) in B's, four u32.
 * With `self` a block is one file's own rows. Returns their number; writes nothing when `out` is 0.
 */
export function findBlocks(sortedA: usize, countA: u32, sortedB: usize, countB: u32, self: bool, out: usize): u32 {
  let a: u32 = 0;
  let b: u32 = 0;
  let blocks: u32 = 0;
  while (a < countA && b < countB) {
    const keyA = load<u64>(sortedA + (<usize>a << 3));
    const keyB = load<u64>(sortedB + (<usize>b << 3));
    if (keyA != keyB) {
      // which of the two is less nobody can foretell, a processor neither: no branch
      const less = <u32>(keyA < keyB);
      a += less;
      b += 1 - less;
      continue;
    }
    const firstA = a;
    const firstB = b;
    while (a < countA && load<u64>(sortedA + (<usize>a << 3)) == keyA) a++;
    while (b < countB && load<u64>(sortedB + (<usize>b << 3)) == keyA) b++;
    if (self && a - firstA < 2) continue;
    if (out != 0) {
      const block = out + (<usize>blocks << 4);
      store<u32>(block, firstA);
      store<u32>(block, a, 4);
      store<u32>(block, firstB, 8);
      store<u32>(block, b, 12);
    }
    blocks++;
  }
  return blocks;
}

/** Pairs of a block: all of A x B, or with `self` each unordered pair once. */
// @ts-ignore: decorator
@inline
function pairsOf(block: usize, self: bool): u64 {
  const a = <u64>(load<u32>(block, 4) - load<u32>(block));
  const b = <u64>(load<u32>(block, 12) - load<u32>(block, 8));
  return self ? (a * (a - 1)) >> 1 : a * b;
}

/**
 * Number of pairs in blocks [from, to), blocks of more than `cap` pairs counted as lost: out[0] = pairs kept, out[1] = pairs lost,
 * out[2] = blocks lost, out[3] = largest block, all f64.
 */
export function countPairs(blocks: usize, from: u32, to: u32, self: bool, cap: f64, out: usize): void {
  let kept: u64 = 0;
  let lost: u64 = 0;
  let lostBlocks: u64 = 0;
  let largest: u64 = 0;
  for (let i = from; i < to; i++) {
    const pairs = pairsOf(blocks + (<usize>i << 4), self);
    if (pairs > largest) largest = pairs;
    if (<f64>pairs > cap) {
      lost += pairs;
      lostBlocks++;
    } else kept += pairs;
  }
  store<f64>(out, <f64>kept);
  store<f64>(out, <f64>lost, 8);
  store<f64>(out, <f64>lostBlocks, 16);
  store<f64>(out, <f64>largest, 24);
}

/**
 * Tuples of an exact key: every pair of every block within `cap`. Works on part of the blocks, given by `cursor` (u32 block, u32 row of A within the block), until `to` or until fewer than one row's worth of room is
 * left in the output; leaves the cursor where to go on and returns the number of tuples.
 */
export function emitPairs(blocks: usize, to: u32, self: bool, cap: f64, orderA: usize, orderB: usize, cursor: usize, outA: usize, outB: usize, capacity: u32): u32 {
  let count: usize = 0;
  let i = load<u32>(cursor);
  let a = load<u32>(cursor, 4);
  for (; i < to; i++, a = 0) {
    const block = blocks + (<usize>i << 4);
    if (<f64>pairsOf(block, self) > cap) continue;
    const endA = load<u32>(block, 4);
    const firstB = load<u32>(block, 8);
    const endB = load<u32>(block, 12);
    for (a += load<u32>(block); a < endA; a++) {
      if (<usize>capacity - count < <usize>(endB - firstB)) {
        store<u32>(cursor, i);
        store<u32>(cursor, a - load<u32>(block), 4);
        return <u32>count;
      }
      const rowA = load<u32>(orderA + (<usize>a << 2));
      for (let b = self ? a + 1 : firstB; b < endB; b++) {
        const rowB = load<u32>(orderB + (<usize>b << 2));
        const swap = self && rowB < rowA;
        store<u32>(outA + (count << 2), swap ? rowB : rowA);
        store<u32>(outB + (count << 2), swap ? rowA : rowB);
        count++;
      }
    }
  }
  store<u32>(cursor, to);
  store<u32>(cursor, 0, 4);
  return <u32>count;
}
