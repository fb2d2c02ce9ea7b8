// CSV text without quotes: where its lines and cells end, sixteen bytes at a time.
const QUOTE: u8 = 0x22;
const CR: u8 = 0x0d;
const LF: u8 = 0x0a;

/** Which of sixteen bytes are one of three. */
// @ts-ignore: decorator
@inline
function found(at: usize, a: u8, b: u8, c: u8): u32 {
  const bytes = v128.load(at);
  return i8x16.bitmask(v128.or(v128.or(i8x16.eq(bytes, i8x16.splat(a)), i8x16.eq(bytes, i8x16.splat(b))), i8x16.eq(bytes, i8x16.splat(c))));
}

/**
 * Writes where lines end, behind their line ends, from `bytes` on: u32 each, from the beginning. Stops at a quote, at a line of more than `longest` bytes and at a carriage return that ends the bytes: these are for the host to judge.
 * Returns where it stopped; `count`: u32, how many there are.
 */
export function lineEnds(bytes: usize, length: u32, longest: u32, ends: usize, count: usize): u32 {
  const first = ends;
  let start: u32 = 0;
  let stop = length;
  for (let block: u32 = 0; block < stop; block += 16) {
    for (let bits = found(bytes + block, QUOTE, CR, LF); bits != 0; bits &= bits - 1) {
      const at = block + ctz(bits);
      if (at < start) continue; // the second half of a line end
      if (at >= length) break;
      const byte = load<u8>(bytes + at);
      if (byte == QUOTE || at - start > longest || (byte == CR && at + 1 == length)) {
        stop = at;
        break;
      }
      start = byte == CR && load<u8>(bytes + at, 1) == LF ? at + 2 : at + 1;
      store<u32>(ends, start);
      ends += 4;
    }
  }
  store<u32>(count, <u32>((ends - first) >> 2));
  return stop;
}

/**
 * Cuts whole records into `columns` cells each: writes the start and end of every cell, from the beginning of `bytes`, to `bounds`, and each record's number among the lines to `numbers`. Blank lines are no records; lines of other than so many
 * cells go to `odd` (u32 number, u32 cells). There is room for `most` lines in all three, and for one more in `bounds`. Returns how many records there are; `oddCount`: u32. -1 where there are more lines than that.
 */
export function cutCells(bytes: usize, length: u32, delimiter: u8, columns: u32, most: u32, bounds: usize, numbers: usize, odd: usize, oddCount: usize): i32 {
  let records: u32 = 0;
  let odds: u32 = 0;
  let number: u32 = 0;
  let cells: u32 = 0;
  let start: u32 = 0;
  let lineStart: u32 = 0;
  for (let block: u32 = 0; block <= length; block += 16) {
    let bits = found(bytes + block, delimiter, CR, LF);
    // the end of the bytes ends a line that nothing else has
    if (block + 16 > length) bits = (bits & ((1 << (length - block)) - 1)) | (1 << (length - block));
    for (; bits != 0; bits &= bits - 1) {
      const at = block + ctz(bits);
      const byte = load<u8>(bytes + at);
      const isEnd = at == length;
      if (at == lineStart && (isEnd || (byte == LF && at > 0 && load<u8>(bytes + at - 1) == CR))) {
        start = lineStart = at + 1; // behind a line end
        continue;
      }
      if (cells < columns) {
        const bound = bounds + ((<usize>records * columns + cells) << 3);
        store<u32>(bound, start);
        store<u32>(bound, at, 4);
      }
      cells++;
      start = at + 1;
      if (!isEnd && byte == delimiter) continue;
      if (cells > 1 || !isBlank(bytes + lineStart, bytes + at)) {
        if (number >= most) return -1;
        if (cells == columns) {
          store<u32>(numbers + (<usize>records << 2), number);
          records++;
        } else {
          store<u32>(odd + (<usize>odds << 3), number);
          store<u32>(odd + (<usize>odds << 3), cells, 4);
          odds++;
        }
      }
      number++;
      cells = 0;
      lineStart = start;
    }
  }
  store<u32>(oddCount, odds);
  return records;
}

/** Whether valid UTF-8 is white space, as JavaScript's `trim` has it. */
function isBlank(at: usize, end: usize): bool {
  while (at < end) {
    const byte = load<u8>(at);
    if (byte == 0x20 || (byte >= 0x09 && byte <= 0x0d)) at++;
    else if (byte == 0xc2) {
      if (load<u8>(at, 1) != 0xa0) return false;
      at += 2;
    } else if (byte == 0xe1 || byte == 0xe2 || byte == 0xe3 || byte == 0xef) {
      const rest = (<u32>load<u8>(at, 1) << 8) | load<u8>(at, 2);
      const isSpace = byte == 0xe1 ? rest == 0x9a80 : byte == 0xe2 ? (rest >= 0x8080 && rest <= 0x808a) || rest == 0x80a8 || rest == 0x80a9 || rest == 0x80af || rest == 0x819f : byte == 0xe3 ? rest == 0x8080 : rest == 0xbbbf;
      if (!isSpace) return false;
      at += 3;
    } else return false;
  }
  return true;
}
