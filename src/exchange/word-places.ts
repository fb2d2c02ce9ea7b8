import { readSync } from "node:fs";

/** Where the words and record ids of a hashed file lie, so that any thread can read them: plain data, good as long as the file is open. */
export interface WordPlaces {
  readonly descriptor: number;
  /** Row groups, in order. */
  readonly groups: readonly {
    readonly start: number;
    readonly rows: number;
    /** Byte position of the first record id, and of each word column's first value. */
    readonly ids: number;
    readonly at: readonly number[];
  }[];
  /** The rows that there are, in order, where not all are wanted; in memory that threads share. */
  readonly chosen?: Uint32Array;
}

/** Reads words of a column from row `from` on into `target`. */
export type ReadWords = (column: number, from: number, target: Uint8Array) => void;

/** Reads the words of column `column` (as numbered by the layout) from row `from` on, eight bytes each, until `target` is full. @throws RangeError where the file has ended meanwhile */
export function readWords({ chosen, ...places }: WordPlaces, column: number, from: number, target: Uint8Array): void {
  if (chosen === undefined) readRows(places, column, from, target);
  else readChosen((...rest) => readRows(places, ...rest), chosen, column, from, target);
}

function readRows({ descriptor, groups }: WordPlaces, column: number, from: number, target: Uint8Array): void {
  readValues({ descriptor, groups }, 8, ({ at }) => at[column]!, from, target);
}

/** Reads values of `width` bytes from row `from` on, until `target` is full; `firstOf`: where a row group's first value lies. @throws RangeError where the file has ended meanwhile */
export function readValues({ descriptor, groups }: WordPlaces, width: number, firstOf: (group: WordPlaces["groups"][number]) => number, from: number, target: Uint8Array): void {
  for (const group of groups) {
    const { start, rows } = group;
    const first = Math.max(from, start);
    const end = Math.min(from + target.length / width, start + rows);
    if (first >= end) continue;
    let done = (first - from) * width;
    for (const stop = (end - from) * width; done < stop; ) {
      const read = readSync(descriptor, target, done, stop - done, firstOf(group) + (from - start) * width + done);
      if (read === 0) throw new RangeError("read past the end");
      done += read;
    }
  }
}

const CHOSEN_ROWS = 4096; // that are looked for at a time
let spanned = new Uint8Array(0);

/** The same of chosen rows alone; what lies between them is read too, as that is faster than reading row by row. */
export function readChosen(read: ReadWords, chosen: Uint32Array, column: number, from: number, target: Uint8Array): void {
  const words = new Int32Array(target.buffer, target.byteOffset, target.byteLength / 4);
  for (let done = 0; done < words.length / 2; done += CHOSEN_ROWS) {
    const rows = chosen.subarray(from + done, from + Math.min(done + CHOSEN_ROWS, words.length / 2));
    const first = rows[0]!;
    const bytes = (rows.at(-1)! + 1 - first) * 8;
    if (spanned.length < bytes) spanned = new Uint8Array(bytes);
    read(column, first, spanned.subarray(0, bytes));
    const span = new Int32Array(spanned.buffer);
    for (let i = 0, at = done * 2; i < rows.length; i++) {
      const row = (rows[i]! - first) * 2;
      words[at++] = span[row]!;
      words[at++] = span[row + 1]!;
    }
  }
}
