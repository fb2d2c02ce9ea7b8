import { open } from "node:fs/promises";
import { SaltlinkError, fileError, isFileError } from "../errors.ts";

/** The wanted cells of a row, in the order of their names: cell c is bytes[starts[c], ends[c]). Good until the next row. */
export interface Cells {
  bytes: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

const PIECE = 4 << 20;
const LONGEST_ROW = 64 << 20;
const BYTE_ORDER_MARK = 0xefbbbf;
const [LINE_FEED, RETURN, SPACE, TAB, QUOTE, COMMA] = [10, 13, 32, 9, 34, 44];

/**
 * Reads the named columns of a CSV file of millions of rows and makes no object for any of them: our own files (lookups, links) and truths (RFC 4180; a row without a cell counts as one where it is empty, a row of nothing as none).
 * Only rows with a quote in them are taken apart byte by byte twice.
 * @throws SaltlinkError (input) for a file that is no CSV or lacks a column
 */
export async function scanColumns(path: string, names: readonly string[], onRow: (cells: Cells) => void): Promise<void> {
  try {
    const handle = await open(path);
    try {
      const scanner = new Scanner(path, names, onRow);
      for (;;) {
        const { bytesRead } = await handle.read(scanner.room());
        scanner.take(bytesRead);
        if (bytesRead === 0) return;
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw isFileError(error) ? fileError(error, "read", path) : error;
  }
}

class Scanner {
  readonly #path: string;
  readonly #names: readonly string[];
  readonly #onRow: (cells: Cells) => void;
  readonly #cells: Cells;
  /** For every column up to the last that is wanted, its place among the cells, or -1; undefined until the first row has told. */
  #wanted: Int32Array | undefined;
  #bytes = Buffer.allocUnsafeSlow(2 * PIECE);
  #filled = 0;
  /** Quoted cells without their quotes. */
  #plain = Buffer.allocUnsafeSlow(1 << 12);

  constructor(path: string, names: readonly string[], onRow: (cells: Cells) => void) {
    this.#path = path;
    this.#names = names;
    this.#onRow = onRow;
    this.#cells = { bytes: this.#bytes, starts: new Int32Array(names.length), ends: new Int32Array(names.length) };
  }

  /** Where the next bytes of the file go. */
  room(): Buffer {
    if (this.#bytes.length - this.#filled < PIECE) {
      if (this.#bytes.length > LONGEST_ROW) throw this.#unreadable();
      const larger = Buffer.allocUnsafeSlow(this.#bytes.length * 2);
      this.#bytes.copy(larger, 0, 0, this.#filled);
      this.#bytes = larger;
    }
    return this.#bytes.subarray(this.#filled);
  }

  /** Takes what was put there; nothing at the end of the file. */
  take(count: number): void {
    this.#filled += count;
    const last = count === 0;
    const bytes = this.#bytes;
    // no part of the first cell, whose quotes may follow it
    let at = this.#wanted === undefined && this.#filled > 2 && bytes.readUIntBE(0, 3) === BYTE_ORDER_MARK ? 3 : 0;
    let quote = this.#next(QUOTE, 0);
    while (at < this.#filled) {
      if (quote < at) quote = this.#next(QUOTE, at);
      let end = this.#next(LINE_FEED, at);
      if (quote < end) {
        end = this.#endOfQuotedRow(at, last);
        if (end < 0) break;
        this.#quotedRow(at, end);
      } else {
        if (end === this.#filled && !last) break;
        this.#row(at, end > at && bytes[end - 1] === RETURN ? end - 1 : end);
      }
      at = end + 1;
    }
    bytes.copyWithin(0, Math.min(at, this.#filled), this.#filled);
    this.#filled = Math.max(0, this.#filled - at);
    if (last && this.#wanted === undefined) throw new SaltlinkError("input", `${this.#path} is empty`);
  }

  /** The next place of a byte, or where what has been read ends. */
  #next(byte: number, from: number): number {
    const found = this.#bytes.indexOf(byte, from);
    return found < 0 || found > this.#filled ? this.#filled : found;
  }

  #row(start: number, end: number): void {
    const bytes = this.#bytes;
    let from = start;
    while (from < end && (bytes[from] === COMMA || bytes[from] === SPACE || bytes[from] === TAB || bytes[from] === RETURN)) from++;
    if (from === end) return;
    const wanted = this.#wanted;
    if (wanted === undefined) {
      this.#heading(bytes.toString("utf8", start, end).split(","));
      return;
    }
    const { starts, ends } = this.#cells;
    starts.fill(0);
    ends.fill(0);
    let column = 0;
    let cell = start;
    for (let at = start; column < wanted.length; at++) {
      if (at < end && bytes[at] !== COMMA) continue;
      const place = wanted[column++]!;
      if (place >= 0) {
        starts[place] = cell;
        ends[place] = at;
      }
      cell = at + 1;
      if (at >= end) break;
    }
    this.#cells.bytes = bytes;
    this.#onRow(this.#cells);
  }

  /** Where a row ends whose cells may hold line breaks; -1 where that has not been read yet. */
  #endOfQuotedRow(start: number, last: boolean): number {
    const bytes = this.#bytes;
    let quoted = false;
    for (let at = start; at < this.#filled; at++) {
      if (bytes[at] === QUOTE) quoted = !quoted;
      else if (bytes[at] === LINE_FEED && !quoted) return at;
    }
    if (last && quoted) throw this.#unreadable();
    return last ? this.#filled : -1;
  }

  #quotedRow(start: number, end: number): void {
    const bytes = this.#bytes;
    if (end > start && bytes[end - 1] === RETURN) end--;
    if (this.#plain.length < end - start) this.#plain = Buffer.allocUnsafeSlow(2 * (end - start));
    const plain = this.#plain;
    const bounds: number[] = [];
    let to = 0;
    for (let at = start; at <= end; at++) {
      bounds.push(to);
      if (bytes[at] === QUOTE && at < end) {
        for (at++; at < end; at++) {
          if (bytes[at] !== QUOTE) plain[to++] = bytes[at]!;
          else if (bytes[at + 1] === QUOTE && at + 1 < end) plain[to++] = bytes[at++]!;
          else break;
        }
        if (++at < end && bytes[at] !== COMMA) throw this.#unreadable();
      } else while (at < end && bytes[at] !== COMMA) plain[to++] = bytes[at++]!;
    }
    bounds.push(to);
    if (to === 0) return;
    if (this.#wanted === undefined) {
      this.#heading(bounds.slice(1).map((after, c) => plain.toString("utf8", bounds[c], after)));
      return;
    }
    const { starts, ends } = this.#cells;
    starts.fill(0);
    ends.fill(0);
    this.#wanted.forEach((place, column) => {
      if (place < 0 || column + 1 >= bounds.length) return;
      starts[place] = bounds[column]!;
      ends[place] = bounds[column + 1]!;
    });
    this.#cells.bytes = plain;
    this.#onRow(this.#cells);
  }

  #heading(cells: readonly string[]): void {
    const found = cells.map((cell) => cell.trim());
    const columns = this.#names.map((name) => found.indexOf(name));
    if (columns.includes(-1)) throw new SaltlinkError("input", `${this.#path} has no column ${this.#names[columns.indexOf(-1)]}; it needs ${this.#names.join(" and ")}`);
    this.#wanted = new Int32Array(Math.max(...columns) + 1).fill(-1);
    columns.forEach((column, place) => (this.#wanted![column] = place));
  }

  #unreadable(): SaltlinkError {
    return new SaltlinkError("input", `${this.#path} is not a readable CSV file`);
  }
}
