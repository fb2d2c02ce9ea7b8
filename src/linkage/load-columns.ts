import { type WordPlaces, readWords } from "../exchange/word-places.ts";
import type { LinkKernel } from "../kernel/link-kernel.ts";
import type { LoadedDataset, RowLayout } from "./record-store.ts";

/** Reads words of a column from row `from` on into `target`. */
export type ReadWords = (column: number, from: number, target: Uint8Array) => void;

/** What is loaded for one dataset, as addresses in the shared memory. */
export type LoadTarget = Pick<LoadedDataset, "store" | "nulls" | "digests">;

/** Work for a thread: rows of the store, or a key column. */
export type LoadTask =
  | { readonly load: "rows"; readonly places: WordPlaces; readonly layout: RowLayout; readonly target: LoadTarget; readonly scratch: number; readonly from: number; readonly rows: number }
  | { readonly load: "key"; readonly places: WordPlaces; readonly column: number; readonly target: LoadTarget; readonly keys: number; readonly rows: number };

/** Rows that are put in place at a time: few enough that the store's part of them stays in the cache while one column after another goes into it. */
export const LOAD_BLOCK = 4096;

/** Runs a task; false where the file could not be read. */
export function runLoadTask(kernel: LinkKernel, memory: WebAssembly.Memory, task: LoadTask): boolean {
  const read: ReadWords = (column, from, target) => readWords(task.places, column, from, target);
  try {
    if (task.load === "rows") loadRows(kernel, memory, read, task.layout, task.target, task.scratch, task.from, task.rows);
    else loadKey(kernel, memory, read, task.column, task.target, task.keys, task.rows);
    return true;
  } catch {
    return false;
  }
}

/** Nulls, filters with their weights, and tokens of the rows [from, from + rows). `scratch`: eight bytes for each row of a block. */
export function loadRows(kernel: LinkKernel, memory: WebAssembly.Memory, read: ReadWords, layout: RowLayout, target: LoadTarget, scratch: number, from: number, rows: number): void {
  const { stride, filterBytes, filterWords, firstToken, tokens } = layout;
  const bytes = (at: number, count: number): Uint8Array => new Uint8Array(memory.buffer, at, count * 8);
  for (let row = from; row < from + rows; row += LOAD_BLOCK) {
    const count = Math.min(LOAD_BLOCK, from + rows - row);
    const store = target.store + row * stride;
    const digests = target.digests + row * 8;
    const nulls = target.nulls + row * 8;
    read(0, row, bytes(nulls, count));
    kernel.mixColumn(nulls, count, digests, saltOf(0));
    let column = 1;
    let offset = 0;
    for (const [f, words] of filterWords.entries()) {
      for (let w = 0; w < words; w++, column++) {
        read(column, row, bytes(scratch, count));
        // filters that differ at all differ in every word
        if (w === 0) kernel.mixColumn(scratch, count, digests, saltOf(column));
        kernel.placeColumn(scratch, count, store, stride, offset + w * 8);
      }
      kernel.placeWeights(store, count, stride, offset, words, filterBytes + 2 * f);
      offset += words * 8;
    }
    for (let t = 0; t < tokens; t++) {
      read(firstToken + t, row, bytes(scratch, count));
      kernel.mixColumn(scratch, count, digests, saltOf(firstToken + t));
      kernel.placeColumn(scratch, count, store, stride, stride - (tokens - t) * 8);
    }
  }
}

/** A whole key column, whose rule is joined next. */
export function loadKey(kernel: LinkKernel, memory: WebAssembly.Memory, read: ReadWords, column: number, { digests }: LoadTarget, keys: number, rows: number): void {
  read(column, 0, new Uint8Array(memory.buffer, keys, rows * 8));
  kernel.mixColumn(keys, rows, digests, saltOf(column));
}

function saltOf(column: number): bigint {
  return BigInt.asIntN(64, 0x9e3779b97f4a7c15n * BigInt(column + 1));
}
