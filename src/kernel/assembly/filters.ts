// Filters: the n-grams of texts as bits, and their diffusion.
import { compress } from "./blake2s";
import { h4, LANES, loadStates, results, storeResults } from "./prf";

// A *part* is what one value puts into a filter: u32 where the first record's value lies, u32 hashes, u32 gram, u32 positional, u32 padded.
const PART: usize = 20;
// A *filter*: u32 log2 of its bits, u32 number of its first part, u32 how many, u32 columns of the diffusion (0 = none), u32 where the first record's goes, u32 where that is put together: a byte for each bit, its highest set where the bit is. A bit
// is set by one store, where words of bits are read, changed and waited for. The next records' lie behind it.
const FILTER: usize = 24;
const MOST_CHARACTERS = 120;

/** Queues the n-grams of a record, whose values lie `shift` bytes behind the first's. `states`: u32 where the state of each part's anchored key lies, 0 where its anchor is missing; `text`: scratch, 512 bytes. */
export function queueFilters(filters: usize, filterCount: i32, parts: usize, states: usize, slot: i32, shift: usize, text: usize): void {
  for (let f = 0; f < filterCount; f++) {
    const filter = filters + <usize>f * FILTER;
    const log2Bits = load<i32>(filter);
    const target = <usize>load<u32>(filter, 20) + (<usize>slot << log2Bits);
    for (let i = 0; i < 1 << log2Bits; i += 16) v128.store(target + i, i32x4.splat(0));
    const first = load<i32>(filter, 4);
    for (let p = first; p < first + load<i32>(filter, 8); p++) {
      const part = parts + <usize>p * PART;
      const state = load<u32>(states + (<usize>p << 2));
      const value = <usize>load<u32>(part) + shift;
      if (state == 0 || load<u32>(value, 4) == 0) continue;
      const length = copyText(text, <usize>load<u32>(value), load<i32>(value, 4) - 1, load<u32>(part, 16) != 0);
      addGrams(state, <u32>target, log2Bits, part, text, length);
    }
  }
}

/** Writes the filters of so many records, `size` bytes apart, whose n-grams are all set: filter after filter, since the columns of one fit the first cache. */
export function writeFilters(filters: usize, filterCount: i32, slots: i32, size: usize): void {
  for (let f = 0; f < filterCount; f++) {
    const filter = filters + <usize>f * FILTER;
    const log2Bits = load<i32>(filter);
    const columns = <usize>load<u32>(filter, 12);
    let out = <usize>load<u32>(filter, 16);
    let target = <usize>load<u32>(filter, 20);
    for (let slot = 0; slot < slots; slot++, out += size, target += <usize>1 << log2Bits) {
      gather(target, log2Bits, columns == 0 ? out : undiffused);
      if (columns != 0) diffuse(undiffused, log2Bits, columns, out);
    }
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

// N-grams wait until there are four, of whatever filters and records.
let queued: i32 = 0;
const gram4 = memory.data(256, 16); // their messages as `compress` wants them; a gram's ends within the first five words, and nearly always within the first: the others are zero, unless `anyLong`
let anyLong = false;
const gramLengths = memory.data(16, 16);
const gramStates = memory.data(LANES * 4, 16);
const gramTargets = memory.data(LANES * 4, 16);
const gramWidths = memory.data(LANES * 4, 16); // log2 of the filter's bits
const gramHashes = memory.data(LANES * 4, 16);
const gramBytes = memory.data(32, 16); // one message of more than four bytes

/**
 * Queues every n-gram of a part's text for the bits at `target`.
 * `text`: UTF-8, already padded; grams are runs of `gram` code points, at most 16 bytes.
 * `positional`: the message is the gram's 1-based index in one byte, then the gram. Else a gram that comes again is followed by a byte that counts
 * its earlier occurrences, so that "MOREE" and "MOREEE" do not share a filter: equal filters mean equal texts.
 */
function addGrams(state: u32, target: u32, log2Bits: i32, part: usize, text: usize, length: i32): void {
  const hashes = load<u32>(part, 4);
  const gram = load<i32>(part, 8);
  const positional = load<u32>(part, 12) != 0;
  const end = text + <usize>length;
  let start = text;
  let tail = text; // end of the gram that begins at `start`
  for (let i = 0; i < gram && tail < end; i++) tail = nextCodePoint(tail, end);
  for (let index = 1; ; index++) {
    const bytes = <i32>(tail - start);
    const repeats = positional ? 0 : occurrences(text, start, bytes);
    const lane = queued << 2;
    let size = bytes;
    if (bytes < 4) {
      let word = load<u32>(start) & ((1 << (bytes << 3)) - 1);
      if (positional) {
        word = (word << 8) | (index & 0xff);
        size++;
      } else if (repeats > 0) word |= (repeats & 0xff) << (size++ << 3);
      store<u32>(gram4 + lane, word);
    } else {
      anyLong = true;
      v128.store(gramBytes, i32x4.splat(0));
      v128.store(gramBytes, i32x4.splat(0), 16);
      if (positional) store<u8>(gramBytes, <u8>index);
      memory.copy(gramBytes + <usize>positional, start, bytes);
      if (positional) size++;
      else if (repeats > 0) store<u8>(gramBytes + size++, <u8>repeats);
      for (let i = 0; i < 5; i++) store<u32>(gram4 + (i << 4) + lane, load<u32>(gramBytes + (i << 2)));
    }
    store<u32>(gramLengths + lane, 64 + size);
    store<u32>(gramStates + lane, state);
    store<u32>(gramTargets + lane, target);
    store<u32>(gramWidths + lane, log2Bits);
    store<u32>(gramHashes + lane, hashes);
    if (++queued == LANES) setQueued();
    if (tail >= end) break;
    start = nextCodePoint(start, end);
    tail = nextCodePoint(tail, end);
  }
}

/** Sets the positions of the n-grams that wait. */
export function setQueued(): void {
  if (queued == 0) return;
  for (let lane = queued; lane < LANES; lane++) store<u32>(gramStates + (lane << 2), load<u32>(gramStates));
  loadStates(<usize>load<u32>(gramStates), <usize>load<u32>(gramStates, 4), <usize>load<u32>(gramStates, 8), <usize>load<u32>(gramStates, 12));
  compress(h4, gram4, gramLengths, -1);
  storeResults();
  for (let lane = 0; lane < queued; lane++) {
    const at = lane << 2;
    setPositions(<usize>load<u32>(gramTargets + at), load<i32>(gramWidths + at), results + (lane << 5), load<i32>(gramHashes + at));
  }
  queued = 0;
  if (!anyLong) return;
  for (let word: usize = 1; word < 5; word++) v128.store(gram4 + (word << 4), i32x4.splat(0));
  anyLong = false;
}

/**
 * Position j = bits [j*width, (j+1)*width) of the PRF output read as a little-endian integer: independent slices, never double hashing (`h1 + i*h2` leaves only bits^2 patterns per gram; Kroll & Steinmetzer 2015). Five at a time from one
 * load (a width is 9 or 10), each by a shift of its own: the processor takes several at once.
 */
// @ts-ignore: decorator
@inline
function setPositions(bits: usize, width: i32, output: usize, hashes: i32): void {
  const mask = (<u64>1 << width) - 1;
  const end = hashes * width; // at most 256
  let at = 0;
  for (const five = 5 * width; at + five <= end; at += five) {
    const slices = load<u64>(output + (at >> 3)) >> (at & 7);
    store<u8>(bits + <usize>(slices & mask), 0x80);
    store<u8>(bits + <usize>((slices >> width) & mask), 0x80);
    store<u8>(bits + <usize>((slices >> (2 * width)) & mask), 0x80);
    store<u8>(bits + <usize>((slices >> (3 * width)) & mask), 0x80);
    store<u8>(bits + <usize>((slices >> (4 * width)) & mask), 0x80);
  }
  for (; at < end; at += width) store<u8>(bits + <usize>((<u64>load<u32>(output + (at >> 3)) >> (at & 7)) & mask), 0x80);
}

/** How often the `length` bytes at `gram` stand between `text` and `gram`. */
function occurrences(text: usize, gram: usize, length: i32): i32 {
  let count = 0;
  if (length == 2) {
    // the common case, bigrams of ASCII, sixteen places at a time; a pair of bytes across two characters of other scripts never equals one
    const first = i8x16.splat(load<i8>(gram));
    const second = i8x16.splat(load<i8>(gram, 1));
    for (let p = text; p < gram; p += 16) {
      const found = i8x16.bitmask(v128.and(i8x16.eq(v128.load(p), first), i8x16.eq(v128.load(p, 1), second)));
      const places = <i32>(gram - p);
      count += popcnt(places < 16 ? found & ((1 << places) - 1) : found);
    }
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

const undiffused = memory.data(128, 16);

/** The highest bits of bytes as bits. */
// @ts-ignore: decorator
@inline
function gather(bytes: usize, log2Bits: i32, out: usize): void {
  for (let i: usize = 0; i < <usize>1 << log2Bits; i += 64) {
    const low = i8x16.bitmask(v128.load(bytes + i)) | (i8x16.bitmask(v128.load(bytes + i, 16)) << 16);
    const high = i8x16.bitmask(v128.load(bytes + i, 32)) | (i8x16.bitmask(v128.load(bytes + i, 48)) << 16);
    store<u64>(out + (i >> 3), <u64><u32>low | (<u64><u32>high << 32));
  }
}

/**
 * Diffusion (ELD; Armknecht, Heng & Schnell, PoPETs 2023): every output bit is the XOR of t filter bits. The map is linear
 * over GF(2), so the output is the XOR of one precomputed column per set bit: `columns`, each as long as the filter. 512 bits of output at a time stay in registers. Columns of whole bytes (256 for each) were
 * looked at: they are 1 MB a filter, more than the cache.
 */
function diffuse(filter: usize, log2Bits: i32, columns: usize, out: usize): void {
  const bytes: usize = 1 << (log2Bits - 3);
  for (let part: usize = 0; part < bytes; part += 64) {
    let x0 = i32x4.splat(0), x1 = i32x4.splat(0), x2 = i32x4.splat(0), x3 = i32x4.splat(0);
    for (let w: usize = 0; w < bytes; w += 8) {
      const base = columns + part + (w << 3) * bytes;
      for (let word = load<u64>(filter + w); word != 0; word &= word - 1) {
        const column = base + <usize>ctz(word) * bytes;
        x0 = v128.xor(x0, v128.load(column));
        x1 = v128.xor(x1, v128.load(column, 16));
        x2 = v128.xor(x2, v128.load(column, 32));
        x3 = v128.xor(x3, v128.load(column, 48));
      }
    }
    v128.store(out + part, x0);
    v128.store(out + part, x1, 16);
    v128.store(out + part, x2, 32);
    v128.store(out + part, x3, 48);
  }
}
