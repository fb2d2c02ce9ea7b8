// The linkage kernel: sort, join, compare, merge, count. Twin of ../reference/link.ts.
//
// All threads share one memory, so nothing here is static: every function works on what its caller points to, and two calls
// that run at once must be given disjoint outputs. Records are rows 0..n-1; a *tuple* is (row of A, row of B, what one rule saw of the pair).

import { LANES, TABLE_BYTES, farLanes, fillTable, layPlanes, listBits, listBytes, planesBytes } from "./bit-planes";
export { diceAbove, diceScratch, groupBytes, layGroups, sortByWeight } from "./dice";

/** Copies one 64-bit column into the row store. `stride`, `offset`: bytes. */
export function placeColumn(column: usize, count: u32, rows: usize, stride: usize, offset: usize): void {
  let target = rows + offset;
  for (const end = column + (<usize>count << 3); column < end; column += 8, target += stride) store<u64>(target, load<u64>(column));
}

/**
 * Adds one 64-bit column to a digest of each record's content, which breaks ties without regard to ids or order. `salt` tells the columns apart. A sum, so that columns may come in any order; one
 * thread at a time adds to a record's.
 */
export function mixColumn(column: usize, count: u32, digests: usize, salt: u64): void {
  for (let row: usize = 0; row < count; row++) {
    let x = load<u64>(column + (row << 3)) ^ salt;
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
    const slot = digests + (row << 3);
    store<u64>(slot, load<u64>(slot) + (x ^ (x >> 32)));
  }
}

/** Copies each row to its slot in the store, but those with slot 0xffffffff. */
export function placeRows(rows: usize, count: u32, slots: usize, target: usize, stride: usize): void {
  for (const end = slots + (<usize>count << 2); slots < end; slots += 4, rows += stride) {
    const slot = load<u32>(slots);
    if (slot != 0xffffffff) memory.copy(target + <usize>slot * stride, rows, stride);
  }
}

/** Writes the number of set bits of `words` u64 at `offset` of every row as a u16 at `weightOffset`; 0 means the filter is missing. */
export function placeWeights(rows: usize, count: u32, stride: usize, offset: usize, words: i32, weightOffset: usize): void {
  for (let row: u32 = 0; row < count; row++, rows += stride) {
    let weight: u64 = 0;
    for (let w = 0; w < words; w++) weight += popcnt(load<u64>(rows + offset + (<usize>w << 3)));
    store<u16>(rows + weightOffset, <u16>weight);
  }
}

const FIRST: u64 = 9; // bits of the first digit
const SECOND: u64 = 11; // and of the second
const FEW: u32 = 32;

/**
 * Sorts the rows of a key column by `key & mask`; rows with key 0 (missing) are dropped. Stable.
 * `sorted`: u64 x count, `order`: u32 x count, and scratch of the same sizes; `digits`: 512 and 2048 u32.
 * Returns the number of rows kept.
 *
 * Keys are uniform: dealt out by their first nine bits, a million make piles of two thousand, which are sorted by the next eleven bits within the cache; the runs that are left are tiny and finished by insertion.
 * 11 ms a million; 13 with ten and ten bits, 25 with three passes of eleven bits over the whole column, each of which writes all over memory.
 */
export function sortByKey(keys: usize, count: u32, mask: u64, sorted: usize, order: usize, sortedScratch: usize, orderScratch: usize, digits: usize): u32 {
  memory.fill(digits, 0, <usize>4 << <usize>FIRST);
  for (let row: u32 = 0; row < count; row++) {
    const key = load<u64>(keys + (<usize>row << 3));
    if (key == 0) continue;
    const slot = digits + (<usize>((key & mask) >> (64 - FIRST)) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  const kept = startsOf(digits, 1 << <u32>FIRST);
  for (let row: u32 = 0; row < count; row++) {
    const key = load<u64>(keys + (<usize>row << 3));
    if (key == 0) continue;
    const masked = key & mask;
    const slot = digits + (<usize>(masked >> (64 - FIRST)) << 2);
    const at = load<u32>(slot);
    store<u32>(slot, at + 1);
    store<u64>(sortedScratch + (<usize>at << 3), masked);
    store<u32>(orderScratch + (<usize>at << 2), row);
  }
  // digits now say where each pile ends
  let first: u32 = 0;
  for (let pile: usize = 0; pile < <usize>1 << <usize>FIRST; pile++) {
    const end = load<u32>(digits + (pile << 2));
    sortPile(sortedScratch + (<usize>first << 3), orderScratch + (<usize>first << 2), end - first, sorted + (<usize>first << 3), order + (<usize>first << 2), digits + (<usize>4 << <usize>FIRST));
    first = end;
  }
  return kept;
}

/** Turns counts into where each begins; returns their sum. */
function startsOf(counts: usize, size: u32): u32 {
  let sum: u32 = 0;
  for (const end = counts + (<usize>size << 2); counts < end; counts += 4) {
    const n = load<u32>(counts);
    store<u32>(counts, sum);
    sum += n;
  }
  return sum;
}

function sortPile(keys: usize, rows: usize, count: u32, sorted: usize, order: usize, digits: usize): void {
  if (count < FEW) {
    memory.copy(sorted, keys, <usize>count << 3);
    memory.copy(order, rows, <usize>count << 2);
  } else {
    memory.fill(digits, 0, <usize>4 << <usize>SECOND);
    for (let i: usize = 0; i < count; i++) {
      const slot = digits + secondDigit(load<u64>(keys + (i << 3)));
      store<u32>(slot, load<u32>(slot) + 1);
    }
    startsOf(digits, 1 << <u32>SECOND);
    for (let i: usize = 0; i < count; i++) {
      const key = load<u64>(keys + (i << 3));
      const slot = digits + secondDigit(key);
      const at = <usize>load<u32>(slot);
      store<u32>(slot, <u32>at + 1);
      store<u64>(sorted + (at << 3), key);
      store<u32>(order + (at << 2), load<u32>(rows + (i << 2)));
    }
  }
  if (count == 0) return;
  let before = load<u64>(sorted);
  for (let i: usize = 1; i < count; i++) {
    const key = load<u64>(sorted + (i << 3));
    if (before <= key) {
      before = key;
      continue;
    }
    const row = load<u32>(order + (i << 2));
    let at = i;
    do {
      store<u64>(sorted + (at << 3), load<u64>(sorted + (at << 3) - 8));
      store<u32>(order + (at << 2), load<u32>(order + (at << 2) - 4));
      at--;
    } while (at > 0 && load<u64>(sorted + (at << 3) - 8) > key);
    store<u64>(sorted + (at << 3), key);
    store<u32>(order + (at << 2), row);
  }
}

/** Offset of a key's second digit among counts. */
// @ts-ignore: decorator
@inline
function secondDigit(key: u64): usize {
  return <usize>((key >> (64 - FIRST - SECOND)) & ((1 << SECOND) - 1)) << 2;
}

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

// Comparison. A *layout* describes a row: u32 count of filters, u32 bytes of all filters (their weights follow), u32 count of tokens, u32 offset of the tokens in bytes; then per filter eight u32: offset
// in bytes, words, levels, whether distances are relative to the weights, and up to four limits from the widest to the narrowest. A filter's level is the number of limits it is within, one more
// than all of them when the two are equal: 0 = far. A missing filter is far from everything.
const LAYOUT_HEAD: usize = 16;
const LAYOUT_FILTER: usize = 32;
const SCALE: u64 = 1 << 16; // limits are distances in 1/65536 of the filter's bits, or of the sum of both weights
const LEVEL_BITS: u64 = 3;

// @ts-ignore: decorator
@inline
function distance8(a: usize, b: usize): u64 {
  return popcnt(load<u64>(a) ^ load<u64>(b)) + popcnt(load<u64>(a, 8) ^ load<u64>(b, 8)) + popcnt(load<u64>(a, 16) ^ load<u64>(b, 16)) + popcnt(load<u64>(a, 24) ^ load<u64>(b, 24))
    + popcnt(load<u64>(a, 32) ^ load<u64>(b, 32)) + popcnt(load<u64>(a, 40) ^ load<u64>(b, 40)) + popcnt(load<u64>(a, 48) ^ load<u64>(b, 48)) + popcnt(load<u64>(a, 56) ^ load<u64>(b, 56));
}

/** Hamming distance over a multiple of eight words. */
// @ts-ignore: decorator
@inline
function distance(a: usize, b: usize, words: i32): u64 {
  let sum = distance8(a, b);
  for (let w = 8; w < words; w += 8) sum += distance8(a + (<usize>w << 3), b + (<usize>w << 3));
  return sum;
}

/** Levels of all filters of two rows, LEVEL_BITS each, the first filter lowest. */
function levelsOf(layout: usize, rowA: usize, rowB: usize): u64 {
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
      const base = load<u32>(filter, 12) ? weightA + weightB : <u64>words << 6;
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

/**
 * Tuples of a bucketed key: the pairs of a block of which at least one filter is not far. Works on part of the blocks, given by `cursor`
 * (u32 block, u32 row of A within the block), until `to` or until fewer than one row's worth of room is left in the output; leaves the cursor
 * where to go on and returns the number of tuples. Only for filters with distances relative to their bits. The stores hold the rows in the order of the blocks: position p of A, which is row orderA[p], lies at rowsA + p * stride.
 *
 * A block's rows of B are gathered into `scratch` (scanScratch bytes): a row is then read once from far away and many times from cache. A missing filter
 * of B becomes all ones there: against a missing one of A (all zeros) and against a present one (half ones) it is all but always far, without a test in the loop.
 *
 * Where filters are alike and a block is large enough, its rows of B are laid out in groups of 128 as bit planes (bit-planes.ts) and a row of A is compared with a group at a time; the rest pair after pair.
 */
export function scanBlocks(layout: usize, rowsA: usize, rowsB: usize, stride: usize, blocks: usize, to: u32, self: bool, orderA: usize, orderB: usize, cursor: usize, scratch: usize, outA: usize, outB: usize, outLevels: usize, capacity: u32): u32 {
  const filters = load<u32>(layout);
  const width = <usize>load<u32>(layout, 4);
  const alike = alikeBytes(layout, filters);
  const most = ((<u64>alike << 3) * <u64>load<u32>(layout + LAYOUT_HEAD, 16)) / SCALE;
  const words = <i32>(alike >> 3);
  const planes = alike > 0 && alike <= 128 ? scratch : 0;
  if (planes != 0) fillTable(planes);
  let count: u32 = 0;
  let i = load<u32>(cursor);
  let a = load<u32>(cursor, 4);
  for (; i < to; i++, a = 0) {
    const block = blocks + (<usize>i << 4);
    const firstA = load<u32>(block);
    const sizeA = load<u32>(block, 4) - firstA;
    const firstB = load<u32>(block, 8);
    const sizeB = load<u32>(block, 12) - firstB;
    // whole groups, and a last one that is worth it
    const laid: u32 = planes == 0 || sizeA - a < FEWEST_ROWS ? 0 : sizeB % LANES < FEWEST_LANES ? sizeB - (sizeB % LANES) : sizeB;
    const room = roomOf(sizeB);
    const weights = planes + TABLE_BYTES + <usize>filters * listBytes(words);
    const near = weights + ((<usize>filters * room) << 1);
    const groups = near + (room >> 3);
    const rows = planes == 0 ? scratch : groups + (room / LANES) * <usize>filters * planesBytes(words);
    for (let b: u32 = 0; b < sizeB; b++) gather(layout, filters, width, rowsB + <usize>(firstB + b) * stride, rows + <usize>b * width, laid > 0 ? weights + (<usize>b << 1) : 0, room);
    if (laid > 0) layBlock(rows, width, words, sizeB, laid, filters, weights, groups, room);
    for (; a < sizeA; a++) {
      if (capacity - count < sizeB) {
        store<u32>(cursor, i);
        store<u32>(cursor, a, 4);
        return count;
      }
      const rowA = load<u32>(orderA + ((<usize>(firstA + a)) << 2));
      const filterA = rowsA + <usize>(firstA + a) * stride;
      const end = rows + <usize>sizeB * width;
      const next = self ? a + 1 : 0;
      if (next < laid) nearLanes(filterA, width, words, filters, next, laid, <i32>most, planes, groups, near);
      for (let b = next; ; b++) {
        if (b < laid) b = nextLane(near, b, laid);
        if (b >= laid) {
          let filterB = rows + <usize>b * width;
          if (alike == 64) filterB = nextNear64(filterA, filterB, end, width, most);
          else if (alike == 128) filterB = nextNear128(filterA, filterB, end, width, most);
          else filterB = nextNear(layout, filters, width, filterA, filterB, end);
          if (filterB >= end) break;
          b = <u32>((filterB - rows) / width);
        }
        const rowB = load<u32>(orderB + ((<usize>(firstB + b)) << 2));
        const levels = levelsOf(layout, filterA, rowsB + <usize>(firstB + b) * stride);
        if (levels == 0) continue; // a missing filter that chance brought near
        const swap = self && rowB < rowA;
        store<u32>(outA + (<usize>count << 2), swap ? rowB : rowA);
        store<u32>(outB + (<usize>count << 2), swap ? rowA : rowB);
        store<u32>(outLevels + (<usize>count << 2), <u32>levels);
        count++;
      }
    }
  }
  store<u32>(cursor, to);
  store<u32>(cursor, 0, 4);
  return count;
}

const FEWEST_ROWS: u32 = 24; // of A that a block's planes must serve
const FEWEST_LANES: u32 = 80; // of B in a last group that is not full: planes cost the same however few; even with pair after pair at 84 in a block of its own, at some 65 behind whole groups (four filters of 512 bits)

// @ts-ignore: decorator
@inline
function roomOf(sizeB: u32): usize {
  return ((<usize>sizeB + LANES - 1) / LANES) * LANES;
}

/** Bytes of scratch for blocks of up to `largest` rows of B. */
export function scanScratch(layout: usize, largest: u32): usize {
  const filters = <usize>load<u32>(layout);
  const width = <usize>load<u32>(layout, 4);
  const room = roomOf(largest);
  const words = <i32>(alikeBytes(layout, <u32>filters) >> 3);
  return TABLE_BYTES + filters * listBytes(words) + ((filters * room) << 1) + (room >> 3) + (room / LANES) * filters * planesBytes(words) + room * width;
}

/** Planes of a block's groups, all filters of a group together. */
function layBlock(rows: usize, width: usize, words: i32, sizeB: u32, laid: u32, filters: u32, weights: usize, groups: usize, room: usize): void {
  for (let f: usize = 0; f < filters; f++) {
    memory.fill(weights + ((f * room + sizeB) << 1), 0, (room - sizeB) << 1);
    let planes = groups + f * planesBytes(words);
    for (let b: usize = 0; b < laid; b += LANES, planes += <usize>filters * planesBytes(words)) layPlanes(rows + b * width + ((f * <usize>words) << 3), width, words, weights + ((f * room + b) << 1), planes);
  }
}

/** Which of the lanes [from, laid) are near a row of A in some filter: a bit each. */
function nearLanes(row: usize, width: usize, words: i32, filters: u32, from: u32, laid: u32, most: i32, table: usize, groups: usize, near: usize): void {
  const lists = table + TABLE_BYTES;
  for (let f: usize = 0; f < filters; f++) listBits(row + ((f * <usize>words) << 3), words, table, lists + f * listBytes(words));
  const bytes = planesBytes(words);
  for (let g: usize = from / LANES; g * LANES < laid; g++) {
    let planes = groups + g * filters * bytes;
    let far = i64x2.splat(-1);
    for (let f: usize = 0; f < filters; f++, planes += bytes) {
      const weight = <i32>load<u16>(row + width + (f << 1));
      if (weight == 0) continue;
      const list = lists + f * listBytes(words);
      // distance = weight of B - weight of A + 2 misses
      far = v128.and(far, farLanes(planes, words, list, list + (((<usize>weight + 15) & ~15) << 1), (most + weight) >> 1, true));
    }
    v128.store(near + (g << 4), v128.not(far));
  }
}

/** The next lane from `b` on that is near, or `laid`. */
function nextLane(near: usize, b: u32, laid: u32): u32 {
  let lanes = load<u64>(near + ((b >> 6) << 3)) >> (b & 63);
  if (lanes != 0) return b + <u32>ctz(lanes);
  for (b = (b | 63) + 1; b < laid; b += 64) {
    lanes = load<u64>(near + ((b >> 6) << 3));
    if (lanes != 0) return b + <u32>ctz(lanes);
  }
  return laid;
}

/** Copies a row's filters, and their weights, `room` u16 from filter to filter, unless `weights` is 0. */
function gather(layout: usize, filters: u32, width: usize, row: usize, target: usize, weights: usize, room: usize): void {
  memory.copy(target, row, width);
  for (let f: usize = 0; f < filters; f++) {
    const weight = load<u16>(row + width + (f << 1));
    if (weights != 0) store<u16>(weights + ((f * room) << 1), weight);
    if (weight != 0) continue;
    const filter = layout + LAYOUT_HEAD + f * LAYOUT_FILTER;
    memory.fill(target + <usize>load<u32>(filter), 0xff, <usize>(load<u32>(filter, 4) << 3));
  }
}

/** Bytes of each filter where all have the same size and the same widest limit, as those of a hardened schema do; else 0. */
function alikeBytes(layout: usize, filters: u32): u32 {
  const first = layout + LAYOUT_HEAD;
  for (let f: usize = 1; f < filters; f++) {
    const filter = first + f * LAYOUT_FILTER;
    if (load<u32>(filter, 4) != load<u32>(first, 4) || load<u32>(filter, 16) != load<u32>(first, 16)) return 0;
  }
  return load<u32>(first, 4) << 3;
}

// The next row of B from `rowB` on that is near `rowA` in some filter; `end` when there is none. For blocks and ends of blocks that are too small for planes, each with nothing else in it so that all it needs stays in
// registers; where the filters are alike, their shape is not read again for every pair: worth two fifths with four filters of 512 bits.
function nextNear64(rowA: usize, rowB: usize, end: usize, width: usize, most: u64): usize {
  for (; rowB < end; rowB += width) {
    for (let at: usize = 0; at < width; at += 64) if (distance8(rowA + at, rowB + at) <= most) return rowB;
  }
  return end;
}

function nextNear128(rowA: usize, rowB: usize, end: usize, width: usize, most: u64): usize {
  for (; rowB < end; rowB += width) {
    for (let at: usize = 0; at < width; at += 128) if (distance8(rowA + at, rowB + at) + distance8(rowA + at + 64, rowB + at + 64) <= most) return rowB;
  }
  return end;
}

function nextNear(layout: usize, filters: u32, width: usize, rowA: usize, rowB: usize, end: usize): usize {
  for (; rowB < end; rowB += width) {
    for (let f: usize = 0; f < filters; f++) {
      const filter = layout + LAYOUT_HEAD + f * LAYOUT_FILTER;
      const offset = <usize>load<u32>(filter);
      const words = load<i32>(filter, 4);
      if (distance(rowA + offset, rowB + offset, words) * SCALE <= (<u64>words << 6) * <u64>load<u32>(filter, 16)) return rowB;
    }
  }
  return end;
}

// Merging. Tuples are first dealt out by ranges of rows of A, so that a range is merged within the cache and no tuple is looked at for another range's sake: half the time of reading all of them for
// every one of eight ranges.

/** Deals tuples out by ranges of 2^`shift` rows of A, `ranges` in all. `ends`: u32 for every range, where its tuples end. `levels` may be 0. */
export function dealTuples(rowsA: usize, rowsB: usize, levels: usize, count: u32, shift: u32, ranges: u32, ends: usize, outA: usize, outB: usize, outLevels: usize): void {
  memory.fill(ends, 0, <usize>ranges << 2);
  for (let t: usize = 0; t < count; t++) {
    const slot = ends + (<usize>(load<u32>(rowsA + (t << 2)) >> shift) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  startsOf(ends, ranges);
  for (let t: usize = 0; t < count; t++) {
    const row = load<u32>(rowsA + (t << 2));
    const slot = ends + (<usize>(row >> shift) << 2);
    const at = <usize>load<u32>(slot);
    store<u32>(slot, <u32>at + 1);
    store<u32>(outA + (at << 2), row);
    store<u32>(outB + (at << 2), load<u32>(rowsB + (t << 2)));
    if (levels) store<u32>(outLevels + (at << 2), load<u32>(levels + (t << 2)));
  }
}

// A *list* is one rule's tuples: u32 pointers to rows of A, rows of B and levels (0 when there are none), u32 count, u64 observed bits of the rule,
// u64 shift of the levels: 32 bytes.

/**
 * Unites what the rules saw: of all tuples, whose rows of A are in [lo, hi), one pair each with the OR of the observed bits, in order of (row of A, row of B).
 * `starts`: u32 x (hi - lo) scratch; `scratchB`, `scratchObserved`: room for all tuples; returns the number of pairs.
 */
export function mergeTuples(lists: usize, listCount: u32, lo: u32, hi: u32, starts: usize, scratchB: usize, scratchObserved: usize, outA: usize, outB: usize, outObserved: usize): u32 {
  const size = hi - lo;
  memory.fill(starts, 0, <usize>size << 2);
  for (let l: u32 = 0; l < listCount; l++) {
    const list = lists + (<usize>l << 5);
    let rows = <usize>load<u32>(list);
    for (const end = rows + ((<usize>load<u32>(list, 12)) << 2); rows < end; rows += 4) {
      const slot = starts + (<usize>(load<u32>(rows) - lo) << 2);
      store<u32>(slot, load<u32>(slot) + 1);
    }
  }
  startsOf(starts, size);
  for (let l: u32 = 0; l < listCount; l++) {
    const list = lists + (<usize>l << 5);
    const rowsA = <usize>load<u32>(list);
    const rowsB = <usize>load<u32>(list, 4);
    const levels = <usize>load<u32>(list, 8);
    const count = <usize>load<u32>(list, 12);
    const bits = load<u64>(list, 16);
    const shift = load<u64>(list, 24);
    for (let t: usize = 0; t < count; t++) {
      const slot = starts + (<usize>(load<u32>(rowsA + (t << 2)) - lo) << 2);
      const at = <usize>load<u32>(slot);
      store<u32>(slot, <u32>at + 1);
      store<u32>(scratchB + (at << 2), load<u32>(rowsB + (t << 2)));
      store<u64>(scratchObserved + (at << 3), levels ? bits | (<u64>load<u32>(levels + (t << 2)) << shift) : bits);
    }
  }
  // starts[i] is now the end of row i
  let count: usize = 0;
  let first: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const end = load<u32>(starts + (<usize>i << 2));
    const begin = count;
    for (let t = first; t < end; t++) {
      const rowB = load<u32>(scratchB + (<usize>t << 2));
      const observed = load<u64>(scratchObserved + (<usize>t << 3));
      let at = count;
      while (at > begin && load<u32>(outB + (at << 2) - 4) > rowB) at--;
      if (at > begin && load<u32>(outB + (at << 2) - 4) == rowB) {
        store<u64>(outObserved + (at << 3) - 8, load<u64>(outObserved + (at << 3) - 8) | observed);
        continue;
      }
      for (let i = count; i > at; i--) {
        store<u32>(outB + (i << 2), load<u32>(outB + (i << 2) - 4));
        store<u64>(outObserved + (i << 3), load<u64>(outObserved + (i << 3) - 8));
      }
      store<u32>(outB + (at << 2), rowB);
      store<u64>(outObserved + (at << 3), observed);
      store<u32>(outA + (count << 2), lo + i);
      count++;
    }
    first = end;
  }
  return <u32>count;
}

/**
 * Counts distinct observations: (observed bits, what is missing in either record). `table`: 2^`log2Slots` entries of u64 observed, u64 missing, u32 count, u32 spare,
 * zeroed by the caller; a slot with count 0 is free. `known`: those that are in the table already. `outSlot`: the slot of every pair. Returns the number of distinct ones added, or -1 when the table is three quarters full.
 */
export function countObservations(pairsA: usize, pairsB: usize, observed: usize, count: u32, missingA: usize, missingB: usize, table: usize, log2Slots: u32, known: i32, outSlot: usize): i32 {
  const mask = (<usize>1 << log2Slots) - 1;
  const limit = <i32>((mask >> 2) * 3);
  let distinct = 0;
  for (let i: usize = 0; i < count; i++) {
    const bits = load<u64>(observed + (i << 3));
    const missing = load<u64>(missingA + ((<usize>load<u32>(pairsA + (i << 2))) << 3)) | load<u64>(missingB + ((<usize>load<u32>(pairsB + (i << 2))) << 3));
    let slot = <usize>(((bits ^ (missing * 0x9e3779b97f4a7c15)) * 0xd6e8feb86659fd93) >> 32) & mask;
    while (true) {
      const entry = table + slot * 24;
      const n = load<u32>(entry, 16);
      if (n == 0) {
        if (known + ++distinct > limit) return -1;
        store<u64>(entry, bits);
        store<u64>(entry, missing, 8);
        store<u32>(entry, 1, 16);
        break;
      }
      if (load<u64>(entry) == bits && load<u64>(entry, 8) == missing) {
        store<u32>(entry, n + 1, 16);
        break;
      }
      slot = (slot + 1) & mask;
    }
    store<u32>(outSlot + (i << 2), <u32>slot);
  }
  return distinct;
}
