// The encoding kernel: keyed BLAKE2s, filter positions, diffusion. Twin of ../reference/encode.ts.
//
// A PRF is BLAKE2s-256 with a 32-byte key. Compressing the key block once gives a *state* (8 words);
// every message of at most 64 bytes then costs one compression. The host writes records into memory and
// calls once per field, so nothing here allocates.
import { compress, IV0, IV1, IV2, IV3, IV4, IV5, IV6, IV7 } from "./blake2s";

const KEYED = IV0 ^ 0x01012020; // parameter block: digest 32, key 32, fanout 1, depth 1 (RFC 7693 section 2.5)
const LANES = 4;

const h4 = memory.data(128, 16); // chaining values of four lanes
const block4 = memory.data(256, 16); // message blocks of four lanes

/** First byte that the host may use. */
export function heapBase(): usize {
  return __heap_base;
}

/** Transposes up to four 64-byte blocks into `block4`; lanes from `count` on repeat lane 0. */
function loadBlocks(pointers: usize, stride: i32, count: i32): void {
  for (let lane = 0; lane < LANES; lane++) {
    const source = load<u32>(pointers + <usize>(<i32>(lane < count ? lane : 0) * stride));
    for (let i = 0; i < 16; i++) store<u32>(block4 + (i << 4) + (lane << 2), load<u32>(source + (i << 2)));
  }
}

/**
 * States from keys. `jobs`: `count` pairs (pointer to a 64-byte block holding the key and 32 zeros, pointer to 32 bytes for the state).
 */
export function prepare(jobs: usize, count: i32): void {
  for (let first = 0; first < count; first += LANES, jobs += LANES * 8) {
    const lanes = min(count - first, LANES);
    loadBlocks(jobs, 8, lanes);
    v128.store(h4, i32x4.splat(KEYED));
    v128.store(h4, i32x4.splat(IV1), 16);
    v128.store(h4, i32x4.splat(IV2), 32);
    v128.store(h4, i32x4.splat(IV3), 48);
    v128.store(h4, i32x4.splat(IV4), 64);
    v128.store(h4, i32x4.splat(IV5), 80);
    v128.store(h4, i32x4.splat(IV6), 96);
    v128.store(h4, i32x4.splat(IV7), 112);
    compress(h4, block4, i32x4.splat(64), i32x4.splat(0));
    for (let lane = 0; lane < lanes; lane++) storeLane(lane, <usize>load<u32>(jobs + (lane << 3), 4));
  }
}

/**
 * PRF outputs. `jobs`: `count` quadruples (state, zero-padded 64-byte message, its length 1..64, pointer to 32 bytes for the output).
 */
export function prf(jobs: usize, count: i32): void {
  for (let first = 0; first < count; first += LANES, jobs += LANES * 16) {
    const lanes = min(count - first, LANES);
    loadBlocks(jobs + 4, 16, lanes);
    let t = i32x4.splat(0);
    for (let lane = 0; lane < LANES; lane++) {
      const job = jobs + <usize>(<i32>(lane < lanes ? lane : 0) << 4);
      const state = <usize>load<u32>(job);
      for (let i = 0; i < 8; i++) store<u32>(h4 + (i << 4) + (lane << 2), load<u32>(state + (i << 2)));
      t = replaceLane(t, lane, 64 + load<u32>(job, 8));
    }
    compress(h4, block4, t, i32x4.splat(-1));
    for (let lane = 0; lane < lanes; lane++) storeLane(lane, <usize>load<u32>(jobs + (lane << 4), 12));
  }
}

function storeLane(lane: i32, target: usize): void {
  for (let i = 0; i < 8; i++) store<u32>(target + (i << 2), load<u32>(h4 + (i << 4) + (lane << 2)));
}

/**
 * Sets the `hashes` positions of every n-gram of a text in a filter of 2^`log2Bits` bits.
 * `text`: UTF-8, already padded by the host; grams are runs of `gram` code points, at most 16 bytes.
 * `positional`: the message is the gram's 1-based index in one byte, then the gram. Else a gram that comes again is followed by a byte that counts
 * its earlier occurrences, so that "MOREE" and "MOREEE" do not share a filter: equal filters mean equal texts.
 * Position j = bits [j*log2Bits, (j+1)*log2Bits) of the PRF output read as a little-endian integer: independent
 * slices, never double hashing (`h1 + i*h2` leaves only bits^2 patterns per gram; Kroll & Steinmetzer 2015).
 */
export function addGrams(filter: usize, log2Bits: i32, hashes: i32, state: usize, text: usize, length: i32, gram: i32, positional: bool): void {
  const end = text + <usize>length;
  const mask = (1 << log2Bits) - 1;
  let start = text;
  let tail = text; // end of the gram that begins at `start`
  for (let i = 0; i < gram && tail < end; i++) tail = nextCodePoint(tail, end);
  let index = 1;
  while (true) {
    memory.fill(block4, 0, 256);
    let lanes = 0;
    let t = i32x4.splat(65);
    while (lanes < LANES) {
      let at = 0;
      if (positional) setByte(lanes, at++, <u8>index);
      for (let p = start; p < tail; p++) setByte(lanes, at++, load<u8>(p));
      const repeats = positional ? 0 : occurrences(text, start, <i32>(tail - start));
      if (repeats > 0) setByte(lanes, at++, <u8>repeats);
      t = replaceLane(t, lanes++, 64 + at);
      index++;
      if (tail >= end) {
        start = end;
        break;
      }
      start = nextCodePoint(start, end);
      tail = nextCodePoint(tail, end);
    }
    for (let i = 0; i < 8; i++) v128.store(h4 + (i << 4), v128.load_splat<u32>(state + (i << 2)));
    compress(h4, block4, t, i32x4.splat(-1));
    for (let lane = 0; lane < lanes; lane++) {
      let offset = 0;
      for (let j = 0; j < hashes; j++, offset += log2Bits) {
        const low = h4 + (<usize>(offset >> 5) << 4) + (lane << 2);
        // the slice may cross into the next word; word 8 is never needed: hashes * log2Bits <= 256
        const wide = <u64>load<u32>(low) | ((offset >> 5) < 7 ? <u64>load<u32>(low, 16) << 32 : 0);
        const bit = <i32>(wide >> (offset & 31)) & mask;
        const slot = filter + (<usize>(bit >> 6) << 3);
        store<u64>(slot, load<u64>(slot) | (<u64>1 << (bit & 63)));
      }
    }
    if (start >= end) break;
  }
}

/** `replace_lane` wants a constant lane. */
// @ts-ignore: decorator
@inline
function replaceLane(x: v128, lane: i32, value: i32): v128 {
  if (lane == 0) return i32x4.replace_lane(x, 0, value);
  if (lane == 1) return i32x4.replace_lane(x, 1, value);
  if (lane == 2) return i32x4.replace_lane(x, 2, value);
  return i32x4.replace_lane(x, 3, value);
}

// @ts-ignore: decorator
@inline
function setByte(lane: i32, at: i32, value: u8): void {
  store<u8>(block4 + (<usize>(at >> 2) << 4) + (lane << 2) + <usize>(at & 3), value);
}

/** How often the `length` bytes at `gram` stand between `text` and `gram`. */
function occurrences(text: usize, gram: usize, length: i32): i32 {
  let count = 0;
  if (length == 2) {
    // the common case, bigrams of ASCII; a pair of bytes across two characters of other scripts never equals one
    const wanted = load<u16>(gram);
    for (let p = text; p < gram; p++) if (load<u16>(p) == wanted) count++;
    return count;
  }
  for (let p = text; p < gram; p++) if (memory.compare(p, gram, <usize>length) == 0) count++;
  return count;
}

// @ts-ignore: decorator
@inline
function nextCodePoint(p: usize, end: usize): usize {
  p++;
  while (p < end && (load<u8>(p) & 0xc0) == 0x80) p++;
  return p;
}

/**
 * Diffusion (ELD; Armknecht, Heng & Schnell, PoPETs 2023): every output bit is the XOR of t filter bits. The map is linear
 * over GF(2), so the output is the XOR of one precomputed column per set bit. `columns`: `bits` columns of `words` u64.
 */
export function diffuse(filter: usize, bits: i32, columns: usize, words: i32, out: usize): void {
  memory.fill(out, 0, <usize>(words << 3));
  const width = <usize>(words << 3);
  for (let w = 0; w < bits >> 6; w++) {
    let word = load<u64>(filter + (w << 3));
    while (word != 0) {
      const column = columns + <usize>((w << 6) + <i32>ctz(word)) * width;
      for (let i: usize = 0; i < width; i += 16) v128.store(out + i, v128.xor(v128.load(out + i), v128.load(column + i)));
      word &= word - 1;
    }
  }
}
