import { createHash, randomBytes, randomInt } from "node:crypto";
import { diceAbove } from "../kernel/dice-above.ts";
import { linkKernel } from "../kernel/link-kernel.ts";
import { SharedMemory } from "../linkage/shared-memory.ts";

/** 1024-bit filters of two sides, side after side. */
export interface FilterLists {
  readonly rows: number;
  readonly bytes: Uint8Array;
}

/** What one comparison of all pairs on one core cost and found. */
export interface KernelRun {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly found: number;
  /** SHA-256 over the pairs found, each as the double row of A x rows + row of B, in order. */
  readonly pairs: string;
}

export const THRESHOLD = 0.8;
const BYTES = 128;
const PLANTED = 50; // every 50th record is in both lists, with differences

/** Half full and random, as hardened filters are; the planted ones have eight bits flipped. */
export function randomFilters(rows: number): FilterLists {
  const bytes = randomBytes(2 * rows * BYTES);
  for (let row = 0; row < rows; row += PLANTED) {
    const copy = (rows + row) * BYTES;
    bytes.copyWithin(copy, row * BYTES, (row + 1) * BYTES);
    for (let flip = 0; flip < 8; flip++) bytes[copy + flip * 16]! ^= 1 << (flip % 8);
  }
  return { rows, bytes };
}

/** As unhardened record-level filters are: of 28 to 51 n-grams that are as unequally frequent as those of names and addresses, ten bits each, three n-grams in ten full; the planted ones differ in three n-grams. */
export function gramFilters(rows: number): FilterLists {
  const grams = Array.from({ length: 600 }, () => Array.from({ length: 10 }, () => randomInt(BYTES * 8)));
  const draw = (): number => Math.floor(grams.length * (randomInt(2 ** 32) / 2 ** 32) ** 2.2);
  const text = (): number[] => Array.from({ length: 28 + randomInt(24) }, draw);
  const bytes = new Uint8Array(2 * rows * BYTES);
  const put = (row: number, drawn: readonly number[]): void => {
    for (const bit of drawn.flatMap((gram) => grams[gram]!)) bytes[row * BYTES + (bit >> 3)]! |= 1 << (bit & 7);
  };
  for (let row = 0; row < rows; row++) {
    const drawn = text();
    put(row, drawn);
    put(rows + row, row % PLANTED === 0 ? drawn.map((gram, i) => (i < 3 ? draw() : gram)) : text());
  }
  return { rows, bytes };
}

/** All pairs within a fifth of the bits, as a bucket's pairs are compared in `link`. Compares on every call of what it returns. */
export function hammingSpeed({ rows, bytes }: FilterLists): () => KernelRun {
  const memory = new SharedMemory();
  const kernel = linkKernel(memory.memory);
  const stride = BYTES + 8; // the weights follow the filter
  const layout = memory.reserve(48);
  const stores = [memory.reserveZeroed(rows * stride), memory.reserveZeroed(rows * stride)] as const;
  const order = memory.reserve(rows * 4);
  const block = memory.reserve(16);
  const cursor = memory.reserve(8);
  const capacity = 4 * rows;
  const [outA, outB, outLevels] = [memory.reserve(capacity * 4), memory.reserve(capacity * 4), memory.reserve(capacity * 4)];
  memory.u32(layout, 12).set([1, BYTES, 0, stride, 0, 16, 1, 0, Math.floor(0.2 * 65536), 0, 0, 0]);
  memory.u32(order, rows).forEach((_, row, view) => (view[row] = row));
  memory.u32(block, 4).set([0, rows, 0, rows]);
  const scratch = memory.reserve(kernel.scanScratch(layout, rows));
  const all = new Uint8Array(memory.memory.buffer);
  stores.forEach((store, side) => {
    for (let row = 0; row < rows; row++) all.set(bytes.subarray((side * rows + row) * BYTES, (side * rows + row + 1) * BYTES), store + row * stride);
    kernel.placeWeights(store, rows, stride, 0, 16, BYTES);
  });
  return () =>
    measured(rows, () => {
      memory.u32(cursor, 2).fill(0);
      const found = kernel.scanBlocks(layout, stores[0], stores[1], stride, block, 1, 0, order, order, cursor, scratch, outA, outB, outLevels, capacity);
      return [{ a: memory.u32(outA, found), b: memory.u32(outB, found) }];
    });
}

/** All pairs with a Dice coefficient of at least THRESHOLD; sorting by weight is part of the time. */
export function diceSpeed({ rows, bytes }: FilterLists): () => KernelRun {
  const memory = new SharedMemory();
  const [a, b] = [memory.reserve(rows * BYTES), memory.reserve(rows * BYTES)];
  const compare = diceAbove(linkKernel(memory.memory), memory, a, rows, b, rows, BYTES / 8, THRESHOLD);
  const all = new Uint8Array(memory.memory.buffer);
  all.set(bytes.subarray(0, rows * BYTES), a);
  all.set(bytes.subarray(rows * BYTES), b);
  return () => measured(rows, compare);
}

function measured(rows: number, compare: () => readonly { readonly a: Uint32Array; readonly b: Uint32Array }[]): KernelRun {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const parts = compare();
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - start) / 1000;
  const pairs = Float64Array.from(parts.flatMap(({ a, b }) => Array.from(a, (row, i) => row * rows + b[i]!))).sort();
  return { seconds, cpuSeconds: (user + system) / 1e6, found: pairs.length, pairs: createHash("sha256").update(pairs).digest("hex") };
}
