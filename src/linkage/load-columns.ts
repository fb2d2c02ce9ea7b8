import { type WrittenContent, isAsWritten } from "../exchange/written-content.ts";
import { type ReadWords, type WordPlaces, readWords } from "../exchange/word-places.ts";
import type { LinkKernel } from "../kernel/link-kernel.ts";
import type { LoadedDataset, RowLayout } from "./record-store.ts";

/** Where things lie in the shared memory. */
type LoadTarget = Pick<LoadedDataset, "nulls" | "digests">;

/** What is loaded: the null masks and content digests of some rows; or some rows into stores. */
export type LoadJob =
  | { readonly load: "content"; readonly layout: RowLayout; readonly target: LoadTarget; readonly scratch: number; readonly from: number; readonly rows: number }
  | { readonly load: "rows"; readonly layout: RowLayout; readonly placements: readonly Placement[]; readonly scratch: number; readonly from: number; readonly rows: number };

/** A store of rows, and for every row of the file its slot there, a u32; 0xffffffff for rows to leave out. */
export interface Placement {
  readonly slots: number;
  readonly store: number;
}

/** A job for another thread, or whether a file is as it was written. */
export type LoadTask = (LoadJob & { readonly places: WordPlaces }) | ({ readonly load: "verify" } & WrittenContent);

/** Rows that are put in place at a time: few enough that they stay in the cache while one column after another goes into them. */
export const LOAD_BLOCK = 4096;

/** Columns of a filter lie side by side, at an odd distance: powers of two fall on the same places of the cache. */
const PITCH = LOAD_BLOCK * 8 + 64;

/** Bytes of scratch for the columns that are placed at a time; the rows follow. */
function columnBytes({ filterWords }: RowLayout): number {
  return Math.max(1, ...filterWords) * PITCH;
}

/** Bytes of scratch that a job needs. */
export function loadScratch(layout: RowLayout): number {
  return columnBytes(layout) + LOAD_BLOCK * layout.stride;
}

/** Runs a task; 0 where the file could not be read, else 1, or what became of the file. */
export function runLoadTask(kernel: LinkKernel, memory: WebAssembly.Memory, task: LoadTask): number | Promise<number> {
  if (task.load === "verify") return isAsWritten(task);
  const { places, ...job } = task;
  try {
    load(kernel, memory, (column, from, target) => readWords(places, column, from, target), job);
    return 1;
  } catch {
    return 0;
  }
}

export function load(kernel: LinkKernel, memory: WebAssembly.Memory, read: ReadWords, job: LoadJob): void {
  const words = (at: number, count: number): Uint8Array => new Uint8Array(memory.buffer, at, count * 8);
  const { layout, scratch } = job;
  for (let row = job.from; row < job.from + job.rows; row += LOAD_BLOCK) {
    const count = Math.min(LOAD_BLOCK, job.from + job.rows - row);
    if (job.load === "content") {
      const nulls = job.target.nulls + row * 8;
      const digests = job.target.digests + row * 8;
      words(digests, count).fill(0); // a job that is tried again starts anew
      read(0, row, words(nulls, count));
      mixIntoDigests(kernel, 0, nulls, count, digests);
      for (const column of telling(layout)) {
        read(column, row, words(scratch, count));
        mixIntoDigests(kernel, column, scratch, count, digests);
      }
    } else {
      const rows = scratch + columnBytes(layout);
      placeBlock(kernel, (column, at) => read(column, row, words(at, count)), layout, scratch, rows, count);
      for (const { slots, store } of job.placements) kernel.placeRows(rows, count, slots + row * 4, store, layout.stride);
    }
  }
}

/** Columns by which records differ if they differ in what the row store holds: one word of each filter, and the tokens. */
function telling({ filterWords, firstToken, tokens }: RowLayout): number[] {
  let column = 1;
  const firstWords = filterWords.map((words) => {
    column += words;
    return column - words;
  });
  return [...firstWords, ...Array.from({ length: tokens }, (_, t) => firstToken + t)];
}

/** Rows as the store has them. */
function placeBlock(kernel: LinkKernel, readColumn: (column: number, at: number) => void, { stride, filterBytes, filterWords, firstToken, tokens }: RowLayout, scratch: number, rows: number, count: number): void {
  let column = 1;
  let offset = 0;
  for (const [f, words] of filterWords.entries()) {
    for (let w = 0; w < words; w++) readColumn(column++, scratch + w * PITCH);
    kernel.placeFilter(scratch, PITCH, words, count, rows, stride, offset, filterBytes + 2 * f);
    offset += words * 8;
  }
  for (let t = 0; t < tokens; t++) {
    readColumn(firstToken + t, scratch);
    kernel.placeColumn(scratch, count, rows, stride, stride - (tokens - t) * 8);
  }
}

/** Adds the values of a column to the content digests of their records. Not to be done twice. */
export function mixIntoDigests(kernel: LinkKernel, column: number, values: number, count: number, digests: number): void {
  kernel.mixColumn(values, count, digests, BigInt.asIntN(64, 0x9e3779b97f4a7c15n * BigInt(column + 1)));
}
