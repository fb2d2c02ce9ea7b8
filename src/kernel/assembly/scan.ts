import { LANES, TABLE_BYTES, fillTable, layPlanes, listBits, listBytes, nearLanes, planesBytes } from "./bit-planes";
import { LAYOUT_FILTER, LAYOUT_HEAD, SCALE, distance, distance8, levelsOf } from "./compare";
import { copyWords } from "./copy-words";

/**
 * Tuples of a bucketed key: the pairs of a block of which at least one filter is not far. Works on part of the blocks, given by `cursor`
 * (u32 block, u32 row of A within the block), until `to` or until fewer than one row's worth of room is left in the output; leaves the cursor
 * where to go on and returns the number of tuples. Only for hardened filters, whose distances are relative to their bits at most: whoever is near is within the widest limit of those, and whoever is within it is looked at again. The stores hold the rows in the order of the blocks: position p of A, which is row orderA[p], lies at rowsA + p * stride.
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
      if (next < laid) findNear(filterA, width, words, filters, next, laid, <i32>most, planes, groups, near);
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
        if (levels == 0) continue; // a missing filter that chance brought near, or two light ones
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
const FEWEST_LANES: u32 = 56; // of B in a last group that is not full: planes cost the same however few; even with pair after pair at some 50 behind whole groups (four filters of 512 bits)

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
function findNear(row: usize, width: usize, words: i32, filters: u32, from: u32, laid: u32, most: i32, table: usize, groups: usize, near: usize): void {
  const lists = table + TABLE_BYTES;
  for (let f: usize = 0; f < filters; f++) listBits(row + ((f * <usize>words) << 3), words, table, lists + f * listBytes(words));
  const bytes = planesBytes(words);
  for (let g: usize = from / LANES; g * LANES < laid; g++) {
    let planes = groups + g * filters * bytes;
    let found = i64x2.splat(0);
    for (let f: usize = 0; f < filters; f++, planes += bytes) {
      const weight = <i32>load<u16>(row + width + (f << 1));
      if (weight == 0) continue;
      const list = lists + f * listBytes(words);
      // distance = weight of B - weight of A + 2 misses
      const limit = (most + weight) >> 1;
      const end = list + (((<usize>weight + 15) & ~15) << 1);
      found = v128.or(found, limit < 256 ? nearLanes<u8>(planes, words, list, end, limit, true) : nearLanes<u16>(planes, words, list, end, limit, true));
    }
    v128.store(near + (g << 4), found);
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
  copyWords(target, row, width);
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
