// Rows of the links file: record ids are packed into 16 bytes each while they are held, and written out again where a link needs them.

const DIGITS: usize = 32; // of a record id
const PACKED: usize = 16;
const COMMA: u8 = 0x2c;

/** Values of 16 lower-case hexadecimal digits. */
// @ts-ignore: decorator
@inline
function digitsOf(text: v128): v128 {
  const number = i8x16.sub(text, i8x16.splat(0x30));
  return v128.bitselect(number, i8x16.add(i8x16.sub(text, i8x16.splat(0x61)), i8x16.splat(10)), i8x16.lt_u(number, i8x16.splat(10)));
}

/** Lanes that are such digits. */
// @ts-ignore: decorator
@inline
function areDigits(text: v128): v128 {
  return v128.or(i8x16.lt_u(i8x16.sub(text, i8x16.splat(0x30)), i8x16.splat(10)), i8x16.lt_u(i8x16.sub(text, i8x16.splat(0x61)), i8x16.splat(6)));
}

/** 16 bits each of two digits, put together in the lower eight. */
// @ts-ignore: decorator
@inline
function paired(digits: v128): v128 {
  return v128.or(v128.and(i16x8.shl(digits, 4), i16x8.splat(0xf0)), i16x8.shr_u(digits, 8));
}

/** Packs record ids, which lie `stride` bytes apart. `keys`: u64 for each, the same for ids that begin alike, and never 0; or 0 where nobody asks for them. Returns whether all were lower-case hexadecimal digits. */
export function packIds(texts: usize, count: u32, stride: usize, ids: usize, keys: usize): bool {
  let fine = i8x16.splat(-1);
  for (let i: usize = 0; i < count; i++, texts += stride) {
    const first = v128.load(texts);
    const second = v128.load(texts, 16);
    fine = v128.and(fine, v128.and(areDigits(first), areDigits(second)));
    const id = i8x16.narrow_i16x8_u(paired(digitsOf(first)), paired(digitsOf(second)));
    v128.store(ids + i * PACKED, id);
    if (keys != 0) store<u64>(keys + (i << 3), i64x2.extract_lane(id, 0) | 1);
  }
  return i8x16.all_true(fine);
}

/** Writes a packed id as text. */
// @ts-ignore: decorator
@inline
function writeId(id: v128, out: usize): void {
  const digits = i8x16(0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66);
  const high = i8x16.shr_u(id, 4);
  const low = v128.and(id, i8x16.splat(0x0f));
  v128.store(out, i8x16.swizzle(digits, i8x16.shuffle(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)));
  v128.store(out, i8x16.swizzle(digits, i8x16.shuffle(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)), 16);
}

function digitsIn(number: u32): usize {
  let digits: usize = 1;
  while (number > 9) {
    number /= 10;
    digits++;
  }
  return digits;
}

/** Bytes of the rows of links [from, to). */
export function linkBytes(clusters: usize, starts: usize, textOf: usize, from: u32, to: u32): f64 {
  let bytes: usize = <usize>(to - from) * (2 * (DIGITS + 1));
  let all: f64 = 0;
  for (let link: usize = from; link < to; link++) {
    const text = starts + (<usize>load<u32>(textOf + (link << 2)) << 2);
    bytes += load<u32>(text, 4) - load<u32>(text);
    if (clusters != 0) bytes += digitsIn(load<u32>(clusters + (link << 2))) + 1;
    if (bytes > 1 << 30) {
      all += <f64>bytes;
      bytes = 0;
    }
  }
  return all + <f64>bytes;
}

/**
 * Writes rows from link `cursor` on, until `to` or until `capacity` bytes are full, and moves the cursor; returns their bytes. By link: `rowsA`, `rowsB` of the packed ids, `clusters` if not 0, `textOf` the text that follows. Texts lie one after
 * the other, and 15 bytes more; `starts`: where each begins, and the last ends.
 */
export function writeLinks(idsA: usize, idsB: usize, rowsA: usize, rowsB: usize, clusters: usize, texts: usize, starts: usize, textOf: usize, cursor: usize, to: u32, out: usize, capacity: u32): u32 {
  const MOST_BESIDES: usize = 2 * (DIGITS + 1) + 11 + 15; // two ids, a cluster with its comma, and what is copied too much
  let at = out;
  const end = out + capacity;
  let link = <usize>load<u32>(cursor);
  for (; link < to; link++) {
    const slot = starts + (<usize>load<u32>(textOf + (link << 2)) << 2);
    const text = texts + load<u32>(slot);
    const length = <usize>load<u32>(slot, 4) - <usize>load<u32>(slot);
    if (end - at < length + MOST_BESIDES) break;
    writeId(v128.load(idsA + <usize>load<u32>(rowsA + (link << 2)) * PACKED), at);
    store<u8>(at, COMMA, DIGITS);
    at += DIGITS + 1;
    writeId(v128.load(idsB + <usize>load<u32>(rowsB + (link << 2)) * PACKED), at);
    store<u8>(at, COMMA, DIGITS);
    at += DIGITS + 1;
    if (clusters != 0) {
      let cluster = load<u32>(clusters + (link << 2));
      const digits = digitsIn(cluster);
      for (let d = digits; d > 0; d--, cluster /= 10) store<u8>(at + d - 1, <u8>(0x30 + (cluster % 10)));
      store<u8>(at + digits, COMMA);
      at += digits + 1;
    }
    for (let i: usize = 0; i < length; i += 16) v128.store(at + i, v128.load(text + i));
    at += length;
  }
  store<u32>(cursor, <u32>link);
  return <u32>(at - out);
}
