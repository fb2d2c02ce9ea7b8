import { isUtf8 } from "node:buffer";
import type { CsvKernel } from "../../kernel/csv-kernel.ts";
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

/** The same records as `readRecords` gives, without a string for every cell: where nothing is quoted the cells are where they are. `records`: how many there are, at most. Good until the kernel cuts the next slice. */
export function readCellBytes(kernel: CsvKernel, slice: Uint8Array, delimiter: string, columns: number, records: number): CellBytes {
  const bytes = Buffer.from(slice.buffer, slice.byteOffset, slice.length);
  if (bytes.includes(QUOTE) || !isUtf8(bytes)) {
    const unquoted = Buffer.allocUnsafe(bytes.length + 8);
    const bounds = new Int32Array(records * columns * 2);
    const numbers = new Uint32Array(records);
    const rejects: { number: number; reason: string }[] = [];
    let count = 0;
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
        if (number >= records) throw new Error("a slice has more records than were cut"); // never: see cutSlices
        if (cells.length === columns) numbers[count++] = number;
        else rejects.push({ number, reason: wrongCells(cells.length, columns) });
      }
    });
    return { bytes: unquoted, bounds, numbers, count, rejects };
  }

  const { bounds, numbers, odd } = kernel.cutCells(bytes, delimiter, columns, records);
  return { bytes, bounds, numbers, count: numbers.length, rejects: odd.map(({ number, cells }) => ({ number, reason: wrongCells(cells, columns) })) };
}

function wrongCells(cells: number, columns: number): string {
  return `${cells < columns ? "too few" : "too many"} cells: ${cells} instead of ${columns}`;
}
