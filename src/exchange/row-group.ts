import { csvCell } from "../output/csv-cell.ts";
import type { Layout } from "./layout.ts";

/**
 * Encoded records, row after row, as 32-bit halves: four halves of record id, then the words of the layout, low half first, then one half for each stratum: 0 where it is missing, else one more than the value's place in `strataValues`.
 */
export interface RowBlock {
  readonly halves: Uint32Array;
  readonly rows: number;
  /** The order in which the rows are to stand. */
  readonly order: Uint32Array;
  /** Writes the texts of the record ids, ID_PAGE_HALVES each, and the words, column after column, in that order (the kernel, or its reference). */
  readonly lay: (ids: Uint32Array, pages: Uint32Array) => void;
  readonly strataValues?: readonly (readonly string[])[];
  /** Memory for the pages of a Parquet file, `pageBytes` at least, where it is to be used again: new memory for each group costs as much as the laying out. */
  readonly memory?: ArrayBufferLike;
}

export const ID_HALVES = 4;

export function halvesPerRow(layout: Layout): number {
  return ID_HALVES + layout.words.length * 2 + layout.strata.length;
}

/** 128 random bits as 32 hexadecimal digits. */
export function recordIdOf(halves: Uint32Array, at: number): string {
  return Buffer.from(halves.buffer, halves.byteOffset + at * 4, ID_HALVES * 4).toString("hex");
}

/** Rows as they stand in a hashed file: for Parquet the values of one column after the other, for CSV its lines. */
export interface RowGroup {
  readonly pages: readonly Uint8Array[];
  readonly rows: number;
}

export type HashedForm = "parquet" | "csv";

export function formOf(path: string): HashedForm {
  return path.endsWith(".csv") ? "csv" : "parquet";
}

/** Lays rows out for the file, in their order. Apart from the writing because it takes longer, and threads share it. */
export function rowGroup(form: HashedForm, layout: Layout, block: RowBlock): RowGroup {
  return { pages: form === "csv" ? [lines(layout, block)] : columns(layout, block), rows: block.rows };
}

/** Bytes of the pages of record ids and words of so many rows. */
export function pageBytes(layout: Layout, rows: number): number {
  return rows * (ID_PAGE_HALVES * 4 + layout.words.length * 8);
}

/** PLAIN values of each column. */
function columns(layout: Layout, block: RowBlock): Uint8Array[] {
  const { halves, rows, order, strataValues = [], memory = new ArrayBuffer(pageBytes(layout, rows)) } = block;
  const width = halvesPerRow(layout);
  const words = layout.words.length;
  const ids = new Uint32Array(memory, 0, rows * ID_PAGE_HALVES);
  const pages = new Uint32Array(memory, ids.byteLength, rows * words * 2);
  block.lay(ids, pages);
  return [
    new Uint8Array(memory, 0, ids.byteLength),
    ...layout.words.map((_, word) => new Uint8Array(memory, ids.byteLength + word * rows * 8, rows * 8)),
    ...layout.strata.map((_, s) => {
      const values = ["", ...strataValues[s]!].map(plainText);
      return new Uint8Array(Buffer.concat(Array.from(order, (row) => values[halves[row * width + ID_HALVES + words * 2 + s]!]!)));
    }),
  ];
}

/** Record ids as PLAIN byte arrays: a length of four bytes and 32 digits each. */
const ID_PAGE_HALVES = 9;

/** The same columns as CSV: a filter's words as one base64 cell, every other word as base64 of its eight bytes, nulls as a decimal number, strata as they are. */
function lines(layout: Layout, { halves, rows, order, strataValues = [] }: RowBlock): Uint8Array {
  const width = halvesPerRow(layout);
  const words = width - layout.strata.length;
  const values = strataValues.map((texts) => ["", ...texts].map(csvCell));
  const text: string[] = [];
  for (let row = 0; row < rows; row++) {
    const start = order[row]! * width;
    const bytes = Buffer.from(halves.buffer, halves.byteOffset + (start + ID_HALVES) * 4, (words - ID_HALVES) * 4);
    let at = 8;
    const cell = (size: number): string => bytes.toString("base64", at, (at += size * 8));
    const cells = [recordIdOf(halves, start), bytes.readBigUInt64LE(0).toString(), ...layout.filters.map((filter) => cell(filter.columns.length))];
    while (at < bytes.length) cells.push(cell(1));
    layout.strata.forEach((_, s) => cells.push(values[s]![halves[start + words + s]!]!));
    text.push(`${cells.join(",")}\n`);
  }
  return new TextEncoder().encode(text.join(""));
}

/** A text as a PLAIN byte array: its length in four bytes, then UTF-8. */
export function plainText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}
