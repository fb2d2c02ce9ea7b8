import { readFileSync } from "node:fs";
import { wasmFile } from "./wasm-file.ts";

/**
 * The linkage kernel's functions (see assembly/link.ts for what each does). Arguments are byte offsets into the shared memory, counts, or 64-bit masks as bigint. All are pure functions of memory: any thread may
 * run any call, as long as calls that run at once write to different places.
 */
export interface LinkKernel {
  placeColumn(column: number, count: number, rows: number, stride: number, offset: number): void;
  placeFilter(columns: number, pitch: number, words: number, count: number, rows: number, stride: number, offset: number, weightOffset: number): void;
  placeRows(rows: number, count: number, slots: number, target: number, stride: number): void;
  placeWeights(rows: number, count: number, stride: number, offset: number, words: number, weightOffset: number): void;
  mixColumn(column: number, count: number, digests: number, salt: bigint): void;
  addDigests(from: number, count: number, digests: number): void;
  sortByKey(keys: number, count: number, mask: bigint, sorted: number, order: number, sortedScratch: number, orderScratch: number, digits: number): number;
  dealKeys(keys: number, count: number, outKeys: number, outRows: number, ends: number): number;
  hashJoinScratch(largest: number): number;
  joinPiles(keysA: number, rowsA: number, endsA: number, keysB: number, rowsB: number, endsB: number, largest: number, scratch: number, matches: number, rows: number, orderA: number, orderB: number, blocks: number, counts: number): void;
  findBlocks(sortedA: number, countA: number, sortedB: number, countB: number, self: number, out: number): number;
  countPairs(blocks: number, from: number, to: number, self: number, cap: number, out: number): void;
  emitPairs(blocks: number, to: number, self: number, cap: number, orderA: number, orderB: number, cursor: number, outA: number, outB: number, capacity: number): number;
  scanScratch(layout: number, largest: number): number;
  scanBlocks(layout: number, rowsA: number, rowsB: number, stride: number, blocks: number, to: number, self: number, orderA: number, orderB: number, cursor: number, scratch: number, outA: number, outB: number, outLevels: number, capacity: number): number;
  groupBytes(words: number): number;
  diceScratch(words: number): number;
  sortByWeight(filters: number, count: number, words: number, sorted: number, weights: number, order: number, slots: number): void;
  layGroups(sorted: number, weights: number, count: number, words: number, groups: number): void;
  diceAbove(sortedA: number, weightsA: number, orderA: number, countA: number, sortedB: number, weightsB: number, orderB: number, countB: number, groups: number, words: number, threshold: number, cursor: number, scratch: number, outA: number, outB: number, outDice: number, capacity: number): number;
  comparePairs(layout: number, rowsA: number, rowsB: number, stride: number, pairsA: number, pairsB: number, observed: number, from: number, to: number, tokenShift: bigint, levelShift: bigint): void;
  dealTuples(rowsA: number, rowsB: number, levels: number, count: number, shift: number, ranges: number, ends: number, outA: number, outB: number, outLevels: number): void;
  absorbMatches(matches: number, rows: number, bit: bigint, partners: number, seen: number, outA: number, outB: number): number;
  uniteMarks(from: number, count: number, marks: number): void;
  mergeTuples(lists: number, listCount: number, lo: number, hi: number, partners: number, seen: number, starts: number, scratchB: number, scratchObserved: number, outA: number, outB: number, outObserved: number): number;
  countObservations(pairsA: number, pairsB: number, observed: number, count: number, missingA: number, missingB: number, table: number, log2Slots: number, known: number, outSlot: number): number;
  countMasks(masks: number, rows: number, table: number, log2Slots: number): number;
  groupPairs(groups: number, rowsA: number, rowsB: number, count: number, next: number, outPairs: number, outA: number, outB: number): void;
  takePairs(pairs: number, rowsA: number, rowsB: number, count: number, usedA: number, usedB: number, timesA: number, timesB: number, taken: number, contested: number): number;
  wordsAt(places: number, count: number, values: number, out: number): void;
  smallestScratch(rows: number): number;
  smallestDigests(digests: number, rows: number, most: number, scratch: number, chosen: number): number;
  placesOf(order: number, first: number, end: number, rows: number, places: number): void;
  latticeForward(lattice: number, states: number, pass: number): void;
  latticeBackward(lattice: number, states: number, pass: number, back: number, weights: number, counts: number): void;
  packIds(texts: number, count: number, stride: number, ids: number, keys: number): number;
  linkBytes(clusters: number, starts: number, textOf: number, from: number, to: number): number;
  writeLinks(idsA: number, idsB: number, rowsA: number, rowsB: number, clusters: number, texts: number, starts: number, textOf: number, cursor: number, to: number, out: number, capacity: number): number;
}

/** One call, as it travels to a worker. */
export type KernelCall = { [Name in keyof LinkKernel]: { name: Name; args: Parameters<LinkKernel[Name]> } }[keyof LinkKernel];

/** Largest memory of a 32-bit module, in pages of 64 KiB: 4 GiB. */
export const MOST_PAGES = 65536;

let compiled: WebAssembly.Module | undefined;

/** The kernel on a memory that threads share. */
export function linkKernel(memory: WebAssembly.Memory): LinkKernel {
  compiled ??= new WebAssembly.Module(readFileSync(wasmFile("link")));
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as LinkKernel;
}

/** Runs a call; results that are counts come back unsigned, -1 stays. */
export function callKernel(kernel: LinkKernel, call: KernelCall): number {
  const result = (kernel[call.name] as (...args: unknown[]) => number | undefined)(...call.args) ?? 0;
  return result === -1 ? -1 : result >>> 0;
}
