import { readSync } from "node:fs";

/** Where the words of a hashed file lie, so that any thread can read them: plain data, good as long as the file is open. */
export interface WordPlaces {
  readonly descriptor: number;
  /** Row groups, in order. */
  readonly groups: readonly {
    readonly start: number;
    readonly rows: number;
    /** Byte position of each word column's first value. */
    readonly at: readonly number[];
  }[];
}

/** Reads the words of column `column` (as numbered by the layout) from row `from` on, eight bytes each, until `target` is full. @throws RangeError where the file has ended meanwhile */
export function readWords({ descriptor, groups }: WordPlaces, column: number, from: number, target: Uint8Array): void {
  for (const { start, rows, at } of groups) {
    const first = Math.max(from, start);
    const end = Math.min(from + target.length / 8, start + rows);
    if (first >= end) continue;
    let done = (first - from) * 8;
    for (const stop = (end - from) * 8; done < stop; ) {
      const read = readSync(descriptor, target, done, stop - done, at[column]! + (from - start) * 8 + done);
      if (read === 0) throw new RangeError("read past the end");
      done += read;
    }
  }
}
