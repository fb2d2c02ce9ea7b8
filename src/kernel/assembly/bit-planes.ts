// Counting by bit planes: how many of A's set bits 128 records of B lack, all at once.
//
// A *group* is 128 records of B turned on their side: plane i holds bit i of each, one bit (a *lane*) to a record, complemented. Adding up the planes of A's set bits lane by lane gives for every record of B the number of
// *misses*: bits that A has and it has not. With the weights this is the whole of Dice and of Hamming: distance = weight of B - weight of A + 2 x misses.
//
// Why: a full adder takes five operations on 128 lanes, and n planes take n of them (carry-save adder trees as in Harley and Seal's population count; Warren, Hacker's Delight, 2nd ed., section 5-1). Planes of bits that A
// has not are never read. For half-full filters of 512 bits that is some 18 instructions a pair instead of 32 (eight times load, xor, popcount, add); four filters of 512 in buckets of 250 records take 7.0 ns a pair instead of 16,
// turning the records included. Compiled WebAssembly has 128-bit vectors and no vector popcount, so that the popcount loop is bound by the number of its instructions, and so is this one.
//
// Hence the two odd things in the loop. V8 puts off what it can: left to itself it loads all sixteen planes first, runs out of registers and moves 62 of them to the stack and back, of 211 instructions in all. The *pins*,
// sums that are stored and fetched again, make it finish four planes before it begins the next: 181 instructions, 8.8 to 7.65 ns a pair. And counters have no more bits than limits need (`T`): with eight instead of ten all
// of them stay in registers, 163 instructions, 7.0 ns.
//
// Tried and not faster: popcounts of i8x16 (a byte shuffle and eight operations a vector: 0.8 x those of i64); adder trees over 32 planes a turn (more registers than there are, 0.8 x); rows of A by
// tiles of 8, 16 or 32, so that a filter's planes stay in the first cache from row to row (0.94 to 1.0 x: the second keeps up); two groups a turn, so
// that A's list is read once for both (again more registers than there are, 0.95 x). On paper no gain: tables of sums of three or four planes (more sums to add than planes saved while half of all bits are set), sums over all bits of xor (twice the planes).
// A first look at half of each filter (far if above 120 of 256) would change what near means; it has lost its reason, as a group is far or not after most of its planes only.

export const LANES: u32 = 128;
const COUNTER: i32 = 10; // most bits of a lane's counter: filters of up to 16 words

/** Planes of one filter of a group, a plane of zeros that lists are padded with, ten planes of half weights, and the lanes that take no part. */
// @ts-ignore: decorator
@inline
export function planesBytes(words: i32): usize {
  return ((<usize>words << 6) + 1 + COUNTER + 1) << 4;
}

/** Room for a list of a filter's set bits, and the pins of their sums. */
// @ts-ignore: decorator
@inline
export function listBytes(words: i32): usize {
  return (<usize>words << 7) + 128;
}

export const TABLE_BYTES: usize = 256 << 4;

/** For every byte where its set bits' planes lie, 8 u16 each. */
export function fillTable(table: usize): void {
  for (let byte: usize = 0; byte < 256; byte++) {
    let at = table + (byte << 4);
    for (let bit: usize = 0; bit < 8; bit++) {
      if (((byte >> bit) & 1) == 0) continue;
      store<u16>(at, <u16>(bit << 4));
      at += 2;
    }
  }
}

/** Lists where the planes of a filter's set bits lie, u16 each, filled up to a multiple of 16 with the plane of zeros; returns its end. */
export function listBits(filter: usize, words: i32, table: usize, list: usize): usize {
  let at = list;
  const bytes = <usize>words << 3;
  for (let i: usize = 0; i < bytes; i++) {
    const byte = <usize>load<u8>(filter + i);
    v128.store(at, i16x8.add(v128.load(table + (byte << 4)), i16x8.splat(<i16>(i << 7))));
    at += <usize>popcnt<u32>(<u32>byte) << 1;
  }
  const zeros = i16x8.splat(<i16>(<i32>words << 10));
  v128.store(at, zeros);
  v128.store(at, zeros, 16);
  return list + ((at - list + 31) & ~31);
}

/**
 * Turns 128 rows' filters on their side. `weights`: u16 x 128; a lane whose weight is 0 takes no part. 64 x 64 bits at a time (Hacker's Delight, section 7-3), rows 0-63 in one half of a
 * vector and 64-127 in the other.
 */
export function layPlanes(rows: usize, stride: usize, words: i32, weights: usize, planes: usize): void {
  for (let w = 0; w < words; w++) {
    const tile = planes + (<usize>w << 10);
    let row = rows + (<usize>w << 3);
    const half = stride << 6;
    for (let at = tile; at < tile + 1024; at += 16, row += stride) v128.store(at, v128.not(v128.load64_lane(row + half, v128.load64_zero(row), 1)));
    let low: u64 = 0x00000000ffffffff;
    for (let j = 32; j != 0; j >>= 1, low ^= low << j) {
      const mask = i64x2.splat(low);
      for (let k = 0; k < 64; k = (k + j + 1) & ~j) {
        const first = tile + (<usize>k << 4);
        const second = first + (<usize>j << 4);
        const a = v128.load(first);
        const b = v128.load(second);
        const t = v128.and(v128.xor(i64x2.shr_u(a, j), b), mask);
        v128.store(second, v128.xor(b, t));
        v128.store(first, v128.xor(a, i64x2.shl(t, j)));
      }
    }
  }
  let at = planes + (<usize>words << 10);
  v128.store(at, i64x2.splat(0));
  at += 16;
  // half weights, bit by bit, then the lanes without a filter
  for (let bit = 0; bit <= COUNTER; bit++, at += 16) {
    for (let eight: usize = 0; eight < 16; eight++) {
      const w = v128.load(weights + (eight << 4));
      store<u8>(at + eight, <u8>i16x8.bitmask(bit == COUNTER ? i16x8.eq(w, i16x8.splat(0)) : i16x8.shl(i16x8.shr_u(w, 1), 15 - bit)));
    }
  }
}

// @ts-ignore: decorator
@inline
function plane(planes: usize, list: usize, i: usize): v128 {
  return v128.load(planes + <usize>load<u16>(list + (i << 1)));
}

// @ts-ignore: decorator
@inline
function carry(a: v128, b: v128, c: v128): v128 {
  return v128.or(v128.and(a, b), v128.and(v128.xor(a, b), c));
}

// @ts-ignore: decorator
@inline
function sum(a: v128, b: v128, c: v128): v128 {
  return v128.xor(v128.xor(a, b), c);
}

/** A constant's bit in every lane. */
// @ts-ignore: decorator
@inline
function bitOf(value: u32, bit: u32): v128 {
  return i32x4.splat(0 - ((value >> bit) & 1));
}

/**
 * Lanes that have at most `most` misses, or with `byWeight` at most most - floor(weight of B / 2), and that take part. `list` to `end`: A's set bits, in room of listBytes. Counters have eight bits where T is u8, for a `most` below 256,
 * else ten; they start so that they run over where a lane is past its limit. Then it is far for good, and all being far ends the count.
 */
export function nearLanes<T>(planes: usize, words: i32, list: usize, end: usize, most: i32, byWeight: bool): v128 {
  const start = <u32>max(0, (sizeof<T>() == 1 ? 255 : (1 << COUNTER) - 1) - most);
  const weights = planes + (((<usize>words << 6) + 1) << 4);
  let near = v128.not(v128.load(weights + (COUNTER << 4)));
  let ones = bitOf(start, 0);
  let twos = bitOf(start, 1);
  let fours = bitOf(start, 2);
  let eights = bitOf(start, 3);
  let u4 = bitOf(start, 4);
  let u5 = bitOf(start, 5);
  let u6 = bitOf(start, 6);
  let u7 = bitOf(start, 7);
  let u8_ = bitOf(start, 8);
  let u9 = bitOf(start, 9);
  if (byWeight) {
    let h = v128.load(weights);
    let c = v128.and(ones, h);
    ones = v128.xor(ones, h);
    h = v128.load(weights, 16);
    let d = carry(twos, h, c);
    twos = sum(twos, h, c);
    h = v128.load(weights, 32);
    c = carry(fours, h, d);
    fours = sum(fours, h, d);
    h = v128.load(weights, 48);
    d = carry(eights, h, c);
    eights = sum(eights, h, c);
    h = v128.load(weights, 64);
    c = carry(u4, h, d);
    u4 = sum(u4, h, d);
    h = v128.load(weights, 80);
    d = carry(u5, h, c);
    u5 = sum(u5, h, c);
    h = v128.load(weights, 96);
    c = carry(u6, h, d);
    u6 = sum(u6, h, d);
    h = v128.load(weights, 112);
    d = carry(u7, h, c);
    u7 = sum(u7, h, c);
    if (sizeof<T>() == 1) {
      near = v128.andnot(near, v128.or(d, v128.or(v128.load(weights, 128), v128.load(weights, 144))));
    } else {
      h = v128.load(weights, 128);
      c = carry(u8_, h, d);
      u8_ = sum(u8_, h, d);
      h = v128.load(weights, 144);
      near = v128.andnot(near, carry(u9, h, c));
      u9 = sum(u9, h, c);
    }
  }
  const pins = list + (<usize>words << 7) + 64; // behind what lists hold and are padded with
  for (; list < end; list += 32) {
    let a = plane(planes, list, 0);
    let b = plane(planes, list, 1);
    let c2 = carry(ones, a, b);
    ones = sum(ones, a, b);
    a = plane(planes, list, 2);
    b = plane(planes, list, 3);
    let d2 = carry(ones, a, b);
    ones = sum(ones, a, b);
    v128.store(pins, carry(twos, c2, d2));
    twos = sum(twos, c2, d2);
    a = plane(planes, list, 4);
    b = plane(planes, list, 5);
    c2 = carry(ones, a, b);
    ones = sum(ones, a, b);
    a = plane(planes, list, 6);
    b = plane(planes, list, 7);
    d2 = carry(ones, a, b);
    ones = sum(ones, a, b);
    let d4 = carry(twos, c2, d2);
    twos = sum(twos, c2, d2);
    let c4 = v128.load(pins);
    v128.store(pins, carry(fours, c4, d4));
    fours = sum(fours, c4, d4);
    a = plane(planes, list, 8);
    b = plane(planes, list, 9);
    c2 = carry(ones, a, b);
    ones = sum(ones, a, b);
    a = plane(planes, list, 10);
    b = plane(planes, list, 11);
    d2 = carry(ones, a, b);
    ones = sum(ones, a, b);
    v128.store(pins, carry(twos, c2, d2), 16);
    twos = sum(twos, c2, d2);
    a = plane(planes, list, 12);
    b = plane(planes, list, 13);
    c2 = carry(ones, a, b);
    ones = sum(ones, a, b);
    a = plane(planes, list, 14);
    b = plane(planes, list, 15);
    d2 = carry(ones, a, b);
    ones = sum(ones, a, b);
    d4 = carry(twos, c2, d2);
    twos = sum(twos, c2, d2);
    c4 = v128.load(pins, 16);
    const d8 = carry(fours, c4, d4);
    fours = sum(fours, c4, d4);
    const c8 = v128.load(pins);
    let up = carry(eights, c8, d8);
    eights = sum(eights, c8, d8);
    // sixteen more are counted: the carry goes up
    let next = v128.and(u4, up);
    u4 = v128.xor(u4, up);
    up = v128.and(u5, next);
    u5 = v128.xor(u5, next);
    next = v128.and(u6, up);
    u6 = v128.xor(u6, up);
    up = v128.and(u7, next);
    u7 = v128.xor(u7, next);
    if (sizeof<T>() == 1) near = v128.andnot(near, up);
    else {
      next = v128.and(u8_, up);
      u8_ = v128.xor(u8_, up);
      near = v128.andnot(near, v128.and(u9, next));
      u9 = v128.xor(u9, next);
    }
    if (!v128.any_true(near)) break;
  }
  return near;
}
