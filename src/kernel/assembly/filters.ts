// Filters: the n-grams of texts, each a message's last block behind its anchor's, and the bits that their outputs set, diffused.
import { BLOCK } from "./cmac";

// A *part* is what one value puts into a filter: u32 where the first record's value lies, u32 gram, u32 positional, u32 padded.
export const PART: usize = 16;
const MOST_CHARACTERS = 120;
const text = memory.data(512, 16);
const gramBytes = memory.data(16, 16);

/**
 * Lays every n-gram of a part's text at `at`, padded and XORed with the anchor's state and CMAC's sub-key for a last block that is not whole, which theirs never is. Returns the end.
 * N-grams are runs of `gram` code points. `positional`: the message is the n-gram's 1-based index in one byte, then the n-gram. Else an n-gram that comes again is followed by a byte that counts
 * its earlier occurrences, so that "MOREE" and "MOREEE" do not share a filter: equal filters mean equal texts.
 */
export function layGrams(part: usize, shift: usize, state: usize, padded: usize, at: usize): usize {
  const base = v128.xor(v128.load(state), v128.load(padded));
  const value = <usize>load<u32>(part) + shift;
  const gram = load<i32>(part, 4);
  const positional = load<u32>(part, 8) != 0;
  const end = text + <usize>copyText(<usize>load<u32>(value), load<i32>(value, 4) - 1, load<u32>(part, 12) != 0);
  let start = text;
  let tail = text; // end of the n-gram that begins at `start`
  for (let i = 0; i < gram && tail < end; i++) tail = nextCodePoint(tail, end);
  for (let index: u64 = 1; ; index++) {
    const bytes = <i32>(tail - start);
    const repeats = positional ? 0 : occurrences(start, bytes);
    if (bytes < 7) {
      let size = bytes << 3;
      let word = load<u64>(start) & ((<u64>1 << size) - 1);
      if (positional) {
        word = (word << 8) | index;
        size += 8;
      } else if (repeats > 0) {
        word |= <u64>repeats << size;
        size += 8;
      }
      v128.store(at, v128.xor(base, i64x2.replace_lane(i64x2.splat(0), 0, word | (<u64>0x80 << size))));
    } else {
      let size = <usize>bytes;
      v128.store(gramBytes, i64x2.splat(0));
      memory.copy(gramBytes + <usize>positional, start, size);
      if (positional) store<u8>(gramBytes, <u8>index);
      else if (repeats > 0) store<u8>(gramBytes + size, <u8>repeats);
      if (positional || repeats > 0) size++;
      store<u8>(gramBytes + size, 0x80);
      v128.store(at, v128.xor(base, v128.load(gramBytes)));
    }
    at += BLOCK;
    if (tail >= end) break;
    start = nextCodePoint(start, end);
    tail = nextCodePoint(tail, end);
  }
  return at;
}

/** The text whose n-grams fill a filter: at most MOST_CHARACTERS of a value, with a space before and after if it is padded. Returns its bytes. */
function copyText(value: usize, bytes: i32, padded: bool): i32 {
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

/** How often the `length` bytes at `gram` stand in the text before it. */
function occurrences(gram: usize, length: i32): i32 {
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

/** Longest filter in bits. */
const MOST_BITS = 1024;
const isFree = memory.data(MOST_BITS, 16); // a byte for each bit of a filter: 4, as it moves the list on, until it is set
const setBits = memory.data((MOST_BITS + 4) * 4, 16);

/**
 * Writes the filter of the n-grams whose outputs lie from `grams` to `end`.
 *
 * Position j = bits [j*width, (j+1)*width) of an output read as a little-endian integer: independent slices, never double hashing (`h1 + i*h2` leaves only bits^2 patterns per n-gram; Kroll & Steinmetzer 2015). Five at a time from
 * one load (a width is 9 or 10), each by a shift of its own: the processor takes several at once. Each bit is listed as it is set for the first time, without a branch to be guessed.
 *
 * Diffusion (ELD; Armknecht, Heng & Schnell, PoPETs 2023): every bit that is sent is the XOR of t filter bits. The map is linear over GF(2), so it is the XOR of one precomputed column per set bit: `columns`, each as long as the
 * filter (those of the identity where nothing is diffused), and one of zeros behind them. 512 bits of output at a time stay in registers. Columns of whole bytes (256 for each) were looked at: they are 1 MB a filter, more than the
 * cache. So were a column XORed as its bit is set, or nothing's (a quarter slower: what to load waits for what was stored), and bits found in words, whose ends are guessed wrong.
 */
export function writeFilter(grams: usize, end: usize, log2Bits: i32, hashes: i32, columns: usize, out: usize): void {
  const mask = (<u64>1 << log2Bits) - 1;
  const five = 5 * log2Bits;
  const allBits = hashes * log2Bits; // at most 128
  for (let bit: usize = 0; bit < <usize>1 << log2Bits; bit += 16) v128.store(isFree + bit, i32x4.splat(0x04040404));
  let list = setBits;
  for (let output = grams; output < end; output += BLOCK) {
    let at = 0;
    for (; at + five <= allBits; at += five) {
      const slices = load<u64>(output + (at >> 3)) >> (at & 7);
      list += take(<usize>(slices & mask), list);
      list += take(<usize>((slices >> log2Bits) & mask), list);
      list += take(<usize>((slices >> (2 * log2Bits)) & mask), list);
      list += take(<usize>((slices >> (3 * log2Bits)) & mask), list);
      list += take(<usize>((slices >> (4 * log2Bits)) & mask), list);
    }
    for (; at < allBits; at += log2Bits) list += take(<usize>((<u64>load<u32>(output + (at >> 3)) >> (at & 7)) & mask), list);
  }
  const nothing = 1 << log2Bits; // a column more
  store<u32>(list, nothing);
  store<u32>(list, nothing, 4);
  store<u32>(list, nothing, 8);
  const shift = log2Bits - 3;
  for (let half: usize = 0; half < <usize>1 << shift; half += 64) {
    let x0 = i32x4.splat(0), x1 = i32x4.splat(0), x2 = i32x4.splat(0), x3 = i32x4.splat(0);
    const base = columns + half;
    for (let bit = setBits; bit < list; bit += 16) {
      const a = base + (<usize>load<u32>(bit) << shift), b = base + (<usize>load<u32>(bit, 4) << shift), c = base + (<usize>load<u32>(bit, 8) << shift), d = base + (<usize>load<u32>(bit, 12) << shift);
      x0 = v128.xor(x0, v128.xor(v128.xor(v128.load(a), v128.load(b)), v128.xor(v128.load(c), v128.load(d))));
      x1 = v128.xor(x1, v128.xor(v128.xor(v128.load(a, 16), v128.load(b, 16)), v128.xor(v128.load(c, 16), v128.load(d, 16))));
      x2 = v128.xor(x2, v128.xor(v128.xor(v128.load(a, 32), v128.load(b, 32)), v128.xor(v128.load(c, 32), v128.load(d, 32))));
      x3 = v128.xor(x3, v128.xor(v128.xor(v128.load(a, 48), v128.load(b, 48)), v128.xor(v128.load(c, 48), v128.load(d, 48))));
    }
    v128.store(out + half, x0);
    v128.store(out + half, x1, 16);
    v128.store(out + half, x2, 32);
    v128.store(out + half, x3, 48);
  }
}

/** Sets a bit, and lists it if it was free: returns 4 then, else 0. */
// @ts-ignore: decorator
@inline
function take(position: usize, list: usize): usize {
  store<u32>(list, <u32>position);
  const bytes = load<u8>(isFree + position);
  store<u8>(isFree + position, 0);
  return bytes;
}
