// Rows of hashed records on their way into the file: in random order, and column after column. A *row*: 16 bytes of record id, then words of 64 bits, then what is the host's.
const ID: usize = 16;
/** A record id in a Parquet page: its length in four bytes, then its hexadecimal digits. */
const ID_TEXT: usize = 36;

/**
 * Goes on with a random order (Fisher & Yates) of the numbers up to `last`, from the system's random numbers between `draws` and `end`; returns how far it came when these do not suffice, 0 when it is done. A uniform number below a bound is
 * the leading half of draw x bound, with what is left over rejected (Lemire 2019): divisions cost more than the draw.
 */
export function shuffle(order: usize, last: u32, draws: usize, end: usize): u32 {
  for (; draws < end && last > 0; draws += 4) {
    const bound = last + 1;
    const product = <u64>load<u32>(draws) * bound;
    if (<u32>product < bound && <u32>product < (0 - bound) % bound) continue;
    const own = order + (<usize>last << 2);
    const other = order + (<usize>(product >> 32) << 2);
    const held = load<u32>(own);
    store<u32>(own, load<u32>(other));
    store<u32>(other, held);
    last--;
  }
  return last;
}

/**
 * Lays `count` rows out by columns, in the order in which `order` numbers them: ids one after the other, and each word's column `pitch` bytes behind the one before it. Eight rows at a time: what is written to a column then is a line of the
 * cache, and row by row takes three times as long.
 */
export function layRows(rows: usize, width: usize, order: usize, count: i32, words: i32, ids: usize, pages: usize, pitch: usize): void {
  for (; count >= 8; count -= 8, order += 32, pages += 64) {
    const r0 = place(rows, width, order, 0), r1 = place(rows, width, order, 1), r2 = place(rows, width, order, 2), r3 = place(rows, width, order, 3);
    const r4 = place(rows, width, order, 4), r5 = place(rows, width, order, 5), r6 = place(rows, width, order, 6), r7 = place(rows, width, order, 7);
    ids = layId(r7, layId(r6, layId(r5, layId(r4, layId(r3, layId(r2, layId(r1, layId(r0, ids))))))));
    let at = ID;
    let page = pages;
    for (let left = words; left > 0; left -= 2, at += 16, page += 2 * pitch) {
      // of an odd last word the row goes on, with a stratum or the next row
      const a = v128.load(r0 + at), b = v128.load(r1 + at), c = v128.load(r2 + at), d = v128.load(r3 + at);
      const e = v128.load(r4 + at), f = v128.load(r5 + at), g = v128.load(r6 + at), h = v128.load(r7 + at);
      v128.store(page, v128.shuffle<u64>(a, b, 0, 2));
      v128.store(page, v128.shuffle<u64>(c, d, 0, 2), 16);
      v128.store(page, v128.shuffle<u64>(e, f, 0, 2), 32);
      v128.store(page, v128.shuffle<u64>(g, h, 0, 2), 48);
      if (left == 1) break;
      v128.store(page + pitch, v128.shuffle<u64>(a, b, 1, 3));
      v128.store(page + pitch, v128.shuffle<u64>(c, d, 1, 3), 16);
      v128.store(page + pitch, v128.shuffle<u64>(e, f, 1, 3), 32);
      v128.store(page + pitch, v128.shuffle<u64>(g, h, 1, 3), 48);
    }
  }
  for (; count > 0; count--, order += 4, pages += 8) {
    const row = place(rows, width, order, 0);
    ids = layId(row, ids);
    for (let w: usize = 0; w < <usize>words; w++) store<u64>(pages + w * pitch, load<u64>(row + ID + (w << 3)));
  }
}

// @ts-ignore: decorator
@inline
function place(rows: usize, width: usize, order: usize, i: usize): usize {
  return rows + <usize>load<u32>(order + (i << 2)) * width;
}

/** Writes a record id's text; returns its end. */
// @ts-ignore: decorator
@inline
function layId(row: usize, to: usize): usize {
  const digits = i8x16(0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66);
  const bytes = v128.load(row);
  const high = v128.swizzle(digits, v128.shr<u8>(bytes, 4));
  const low = v128.swizzle(digits, v128.and(bytes, i8x16.splat(15)));
  store<u32>(to, 32);
  v128.store(to, v128.shuffle<u8>(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), 4);
  v128.store(to, v128.shuffle<u8>(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 20);
  return to + ID_TEXT;
}
