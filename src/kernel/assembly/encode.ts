// The encoding kernel: keyed BLAKE2s, filter positions, diffusion. Twin of ../reference/encode.ts.
//
// A PRF is BLAKE2s-256 with a 32-byte key. Compressing the key block once gives a *state* (8 words);
// every message of at most 64 bytes then costs one compression. The host writes a record's values into memory once; messages are
// put together from them here, because strings glued and copied in JavaScript cost more than the hashing. Two calls a record.
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

/** Prepares states from keys; for the host, once a run. */
export function prepareKeys(jobs: usize, count: i32): void {
  prepare(jobs, count);
}

/**
 * States from keys. `jobs`: `count` pairs (pointer to a 64-byte block holding the key and 32 zeros, pointer to 32 bytes for the state).
 */
function prepare(jobs: usize, count: i32): void {
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

// A *job* is one PRF of one message: u32 state, u32 list of values, u32 how many, u32 where its 32 bytes of output go, u32 status. The message is every
// value of the list followed by a separator; an empty list is the separator alone. A *value* lies in a slot of SLOT bytes, its UTF-8 form with the separator behind;
// `sizes`: two u32 each, bytes with the separator (0 = missing) and bytes without it that lie in the slot.
const JOB: usize = 20;
const SLOT: usize = 512;
const SEPARATOR: u8 = 0x1f;
const MISSING = 0;
const DONE = 1;
const LONG = 2; // more than one block: the host's, by the reference

/** Runs jobs and sets their status. Returns how many are LONG. `blocks`: scratch, LANES x 80 bytes; `batch`: scratch, LANES x 8 bytes. */
export function runJobs(jobs: usize, count: i32, values: usize, sizes: usize, blocks: usize, batch: usize): i32 {
  let long = 0;
  let lanes = 0;
  let t = i32x4.splat(64);
  for (let j = 0; j < count; j++, jobs += JOB) {
    const list = <usize>load<u32>(jobs, 4);
    const length = load<i32>(jobs, 8);
    const size = messageSize(list, length, sizes);
    store<u32>(jobs, size == 0 ? MISSING : size > 64 ? LONG : DONE, 16);
    if (size > 64) long++;
    else if (size > 0) {
      const block = blocks + <usize>(lanes * 80);
      composeMessage(block, list, length, values, sizes);
      store<u32>(batch + (lanes << 3), <u32>block);
      store<u32>(batch + (lanes << 3), <u32>jobs, 4);
      t = replaceLane(t, lanes++, 64 + size);
    }
    if (lanes == LANES || (lanes > 0 && j == count - 1)) {
      loadBlocks(batch, 8, lanes);
      for (let lane = 0; lane < LANES; lane++) {
        const state = <usize>load<u32>(<usize>load<u32>(batch + (<i32>(lane < lanes ? lane : 0) << 3), 4));
        for (let i = 0; i < 8; i++) store<u32>(h4 + (i << 4) + (lane << 2), load<u32>(state + (i << 2)));
      }
      compress(h4, block4, t, i32x4.splat(-1));
      for (let lane = 0; lane < lanes; lane++) storeLane(lane, <usize>load<u32>(<usize>load<u32>(batch + (lane << 3), 4), 12));
      lanes = 0;
    }
  }
  return long;
}

/** Bytes of a message; 0 when a value is missing. */
function messageSize(list: usize, length: i32, sizes: usize): i32 {
  if (length == 0) return 1;
  let size = 0;
  for (let i = 0; i < length; i++) {
    const bytes = load<i32>(sizes + (<usize>load<u32>(list + (i << 2)) << 3));
    if (bytes == 0) return 0;
    size += bytes;
  }
  return size;
}

/** Writes a message of at most 64 bytes and zeros behind it, eight bytes at a time; what is written too far is overwritten by what follows. */
function composeMessage(block: usize, list: usize, length: i32, values: usize, sizes: usize): void {
  let at = block;
  if (length == 0) store<u8>(at++, SEPARATOR);
  for (let i = 0; i < length; i++) {
    const value = <usize>load<u32>(list + (i << 2));
    const source = values + value * SLOT;
    const bytes = load<u32>(sizes + (value << 3));
    for (let b: u32 = 0; b < bytes; b += 8) store<u64>(at + b, load<u64>(source + b));
    at += bytes;
  }
  for (; at < block + 64; at += 8) store<u64>(at, 0);
}

// A *part* is what one value puts into a filter: u32 value, u32 job of its anchored key, u32 its state (32 bytes), u32 hashes, u32 gram, u32 positional, u32 padded.
const PART: usize = 28;
// A *filter*: u32 log2 of its bits, u32 parts, u32 how many, u32 columns of the diffusion (0 = none), u32 where it goes.
const FILTER: usize = 20;
const MOST_CHARACTERS = 120;

/** Whether a part has an anchor and a text. */
// @ts-ignore: decorator
@inline
function isPresent(part: usize, sizes: usize): bool {
  return load<u32>(<usize>load<u32>(part, 4), 16) != MISSING && load<u32>(sizes + (<usize>load<u32>(part) << 3)) != 0;
}

/** Fills all filters of a record whose jobs are done. `parts`: all parts of all filters; `prepared`: scratch, 8 bytes a part; `filter`: scratch, 128 bytes; `text`: scratch, SLOT + 16 bytes. */
export function fillFilters(filters: usize, filterCount: i32, parts: usize, partCount: i32, values: usize, sizes: usize, prepared: usize, filter: usize, text: usize): void {
  let states = 0;
  for (let p = 0; p < partCount; p++) {
    const part = parts + <usize>p * PART;
    if (!isPresent(part, sizes)) continue;
    store<u32>(prepared + (states << 3), load<u32>(<usize>load<u32>(part, 4), 12));
    store<u32>(prepared + (states << 3), load<u32>(part, 8), 4);
    states++;
  }
  prepare(prepared, states);
  for (; filterCount > 0; filterCount--, filters += FILTER) {
    const log2Bits = load<i32>(filters);
    const bytes = 1 << (log2Bits - 3);
    const columns = <usize>load<u32>(filters, 12);
    const out = <usize>load<u32>(filters, 16);
    const target = columns != 0 ? filter : out;
    for (let i = 0; i < bytes; i += 16) v128.store(target + i, i32x4.splat(0));
    for (let p = 0; p < load<i32>(filters, 8); p++) {
      const part = <usize>load<u32>(filters, 4) + <usize>p * PART;
      if (!isPresent(part, sizes)) continue;
      const value = <usize>load<u32>(part);
      const length = copyText(text, values + value * SLOT, load<i32>(sizes + (value << 3), 4), load<u32>(part, 24) != 0);
      addGrams(target, log2Bits, load<i32>(part, 12), <usize>load<u32>(part, 8), text, length, load<i32>(part, 16), load<u32>(part, 20) != 0);
    }
    if (columns != 0) diffuse(filter, 1 << log2Bits, columns, bytes >> 3, out);
  }
}

/** The text whose grams fill a filter: at most MOST_CHARACTERS of a value, with a space before and after if it is padded. Returns its bytes. */
function copyText(text: usize, value: usize, bytes: i32, padded: bool): i32 {
  if (bytes > MOST_CHARACTERS) {
    let characters = 0;
    for (let b = 0; b < bytes; b++) {
      if ((load<u8>(value + b) & 0xc0) != 0x80 && ++characters > MOST_CHARACTERS) bytes = b;
    }
  }
  let at = text;
  if (padded) store<u8>(at++, 0x20);
  for (let b = 0; b < bytes; b += 8) store<u64>(at + b, load<u64>(value + b));
  at += bytes;
  if (padded) store<u8>(at++, 0x20);
  return <i32>(at - text);
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
function addGrams(filter: usize, log2Bits: i32, hashes: i32, state: usize, text: usize, length: i32, gram: i32, positional: bool): void {
  const end = text + <usize>length;
  const mask = (1 << log2Bits) - 1;
  let start = text;
  let tail = text; // end of the gram that begins at `start`
  for (let i = 0; i < gram && tail < end; i++) tail = nextCodePoint(tail, end);
  let index = 1;
  for (let i = 5; i < 16; i++) v128.store(block4 + (i << 4), i32x4.splat(0));
  while (true) {
    // a gram's message ends within the first five words
    for (let i = 0; i < 5; i++) v128.store(block4 + (i << 4), i32x4.splat(0));
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
function diffuse(filter: usize, bits: i32, columns: usize, words: i32, out: usize): void {
  for (let i = 0; i < words << 3; i += 16) v128.store(out + i, i32x4.splat(0));
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
