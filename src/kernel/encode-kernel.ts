import { readFileSync } from "node:fs";
import { wasmFile } from "./wasm-file.ts";

/** The encoding kernel's functions (see assembly/encode.ts and what it exports for what each does). Arguments are byte offsets into its memory, and counts. */
export interface EncodeKernel {
  heapBase(): number;
  lineEnds(bytes: number, length: number, longest: number, ends: number, count: number): number;
  cutCells(bytes: number, length: number, delimiter: number, columns: number, most: number, bounds: number, numbers: number, odd: number, oddCount: number): number;
  hashBatch(slice: number, field: number, from: number, to: number, hashes: number): number;
  findCells(slice: number, field: number, first: number, from: number, to: number, hashes: number): number;
  keepCells(slice: number, field: number, record: number, kept: number, address: number): number;
  moveTable(field: number, table: number, last: number): void;
  encodeRecords(program: number, addresses: number, count: number, places: number, out: number, width: number): void;
  noteRecords(told: number, addresses: number, from: number, to: number, places: number, nulls: number, width: number, hashes: number, pitch: number, sampled: number): number;
  signsOf(columns: number, parts: number, seed: number, count: number, signs: number): void;
  takeKeys(rows: number, count: number, width: number, keys: number, entries: number): void;
  countBuckets(part: number, count: number, shift: number, first: number, counts: number, buckets: number): void;
  fillBuckets(part: number, count: number, shift: number, first: number, next: number, buckets: number, entries: number): void;
  sharedInBuckets(entries: number, ends: number, buckets: number, table: number, shared: number, records: number): number;
  tableSlots(values: number): number;
  layShared(shared: number, count: number, table: number, slots: number, maybe: number): void;
  findShared(columns: number, keys: number, rows: number, count: number, width: number, isShared: number): void;
  shuffle(order: number, last: number, draws: number, end: number): number;
  layRows(rows: number, width: number, order: number, count: number, words: number, ids: number, pages: number, pitch: number): void;
  distancesTo(filter: number, filters: number, stride: number, count: number, words: number, out: number): void;
}

let compiled: WebAssembly.Module | undefined;

/** AES of so many bytes of the kernel's memory, in their places. */
export type Encrypt = (at: number, bytes: number) => void;

/** The kernel on a memory of its own; without `encrypt` it encodes nothing. */
export function encodeKernel(memory: WebAssembly.Memory, encrypt: Encrypt = withoutKey): EncodeKernel {
  compiled ??= new WebAssembly.Module(readFileSync(wasmFile("encode")));
  return new WebAssembly.Instance(compiled, { env: { memory, encrypt } }).exports as unknown as EncodeKernel;
}

function withoutKey(): never {
  throw new Error("this kernel has no key");
}
