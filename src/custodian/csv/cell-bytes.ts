import { isUtf8 } from "node:buffer";
import { readRecords } from "./read-records.ts";

/** The cells of a slice's whole records as runs of bytes, `columns` of them a record. */
export interface CellBytes {
  readonly bytes: Buffer;
  /** Start and end of every cell. */
  readonly bounds: Int32Array;
  /** Number in the slice of each whole record. */
  readonly numbers: Uint32Array;
  readonly count: number;
  /** The others, but for blank lines, which are no records. A reason never holds anything of the record. */
  readonly rejects: { readonly number: number; readonly reason: string }[];
}

const QUOTE = 0x22;
const CR = 0x0d;
const LF = 0x0a;

/** The same records as `readRecords` gives, without a string for every cell: where nothing is quoted the cells are where they are. `records`: how many there are, at most. */
export function readCellBytes(slice: Uint8Array, delimiter: string, columns: number, records: number): CellBytes {
  const bytes = Buffer.from(slice.buffer, slice.byteOffset, slice.length);
  const bounds = new Int32Array(records * columns * 2);
  const numbers = new Uint32Array(records);
  const rejects: { number: number; reason: string }[] = [];
  let count = 0;
  /** Takes a record of so many cells in, whose bounds are written. */
  const take = (number: number, cells: number): void => {
    if (number >= records) throw new Error("a slice has more records than were cut"); // never: see cutSlices
    if (cells === columns) numbers[count++] = number;
    else rejects.push({ number, reason: `${cells < columns ? "too few" : "too many"} cells: ${cells} instead of ${columns}` });
  };
  if (bytes.includes(QUOTE) || !isUtf8(bytes)) {
    const unquoted = Buffer.allocUnsafe(bytes.length + 8);
    let end = 0;
    readRecords(bytes, delimiter).forEach((cells, number) => {
      if (typeof cells === "string") rejects.push({ number, reason: cells });
      else if (cells.length > 0) {
        if (cells.length === columns) {
          cells.forEach((cell, column) => {
            const at = (count * columns + column) * 2;
            bounds[at] = end;
            bounds[at + 1] = end += unquoted.write(cell, end);
          });
        }
        take(number, cells.length);
      }
    });
    return { bytes: unquoted, bounds, numbers, count, rejects };
  }

  const separator = delimiter.charCodeAt(0);
  let number = 0;
  let cells = 0;
  let start = 0;
  let lineStart = 0;
  const close = (end: number): void => {
    if (cells < columns) {
      const at = (count * columns + cells) * 2;
      bounds[at] = start;
      bounds[at + 1] = end;
    }
    cells++;
    start = end + 1;
  };
  const endLine = (end: number): void => {
    close(end);
    if (cells > 1 || bytes.toString("utf8", lineStart, end).trim() !== "") take(number, cells);
    number++;
    cells = 0;
  };
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === separator) close(i);
    else if (byte <= CR && (byte === LF || byte === CR)) {
      endLine(i);
      if (byte === CR && bytes[i + 1] === LF) i++;
      lineStart = start = i + 1;
    }
  }
  if (lineStart < bytes.length) endLine(bytes.length);
  return { bytes, bounds, numbers, count, rejects };
}
