import { copyWords } from "./copy-words";

// Records laid out as rows: column after column comes from the hashed file, and what is compared together lies together.

/** Copies one 64-bit column into the row store. `stride`, `offset`: bytes. */
export function placeColumn(column: usize, count: u32, rows: usize, stride: usize, offset: usize): void {
  let target = rows + offset;
  for (const end = column + (<usize>count << 3); column < end; column += 8, target += stride) store<u64>(target, load<u64>(column));
}

/**
 * Puts a filter in its place in every row, and the number of its set bits, as a u16 at `weightOffset`, 0 where it is missing. Its columns lie `pitch` bytes apart; `words`: a multiple of eight. A row's line is written at once: column after column takes twice as long.
 */
export function placeFilter(columns: usize, pitch: usize, words: i32, count: u32, rows: usize, stride: usize, offset: usize, weightOffset: usize): void {
  for (const end = columns + (<usize>count << 3); columns < end; columns += 8, rows += stride) {
    let weight: u64 = 0;
    let from = columns;
    let to = rows + offset;
    for (let w = 0; w < words; w += 8, to += 64) {
      for (let i: usize = 0; i < 64; i += 8, from += pitch) {
        const word = load<u64>(from);
        store<u64>(to + i, word);
        weight += popcnt(word);
      }
    }
    store<u16>(rows + weightOffset, <u16>weight);
  }
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

/** Adds digests that were summed up apart. */
export function addDigests(from: usize, count: u32, digests: usize): void {
  for (const end = from + (<usize>count << 3); from < end; from += 8, digests += 8) store<u64>(digests, load<u64>(digests) + load<u64>(from));
}

/**
 * Copies each row to its slot in the store, but those with slot 0xffffffff. Slots lie anywhere, and that takes the time: to write a row there at once, word by word out of all its columns with the weights on the way, was no faster than
 * to put a block of rows together in the cache and copy them.
 */
export function placeRows(rows: usize, count: u32, slots: usize, target: usize, stride: usize): void {
  for (const end = slots + (<usize>count << 2); slots < end; slots += 4, rows += stride) {
    const slot = load<u32>(slots);
    if (slot != 0xffffffff) copyWords(target + <usize>slot * stride, rows, stride);
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
