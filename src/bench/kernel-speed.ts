import { randomBytes } from "node:crypto";
import { linkKernel } from "../kernel/link-kernel.ts";
import { SharedMemory } from "../linkage/shared-memory.ts";

/** Random 1024-bit filters of two sides, side after side, in which every 50th record of B is the one of A with a few bits flipped. */
export interface RandomFilters {
  readonly rows: number;
  readonly bytes: Uint8Array;
  readonly planted: number;
}

const BYTES = 128;

export function randomFilters(rows: number): RandomFilters {
  const bytes = randomBytes(2 * rows * BYTES);
  let planted = 0;
  for (let row = 0; row < rows; row += 50, planted++) {
    const copy = (rows + row) * BYTES;
    bytes.copyWithin(copy, row * BYTES, (row + 1) * BYTES);
    for (let flip = 0; flip < 8; flip++) bytes[copy + flip * 16]! ^= 1 << (flip % 8);
  }
  return { rows, bytes, planted };
}

/** Compares all pairs on one core, as a bucket's pairs are compared; the near ones are the planted ones. Returns the seconds and the near pairs of every repeat. */
export function kernelSpeed({ rows, bytes }: RandomFilters): () => { seconds: number; found: number } {
  const memory = new SharedMemory();
  const kernel = linkKernel(memory.memory);
  const stride = BYTES + 8; // the weights follow the filter
  const layout = memory.reserve(48);
  const stores = [memory.reserveZeroed(rows * stride), memory.reserveZeroed(rows * stride)] as const;
  const order = memory.reserve(rows * 4);
  const block = memory.reserve(16);
  const cursor = memory.reserve(8);
  const scratch = memory.reserve(rows * BYTES);
  const capacity = 4 * rows;
  const out = [memory.reserve(capacity * 4), memory.reserve(capacity * 4), memory.reserve(capacity * 4)] as const;
  // one filter of 16 words, near within a fifth of its bits; random ones lie at a half
  memory.u32(layout, 12).set([1, BYTES, 0, stride, 0, 16, 1, 0, Math.floor(0.2 * 65536), 0, 0, 0]);
  memory.u32(order, rows).forEach((_, row, view) => (view[row] = row));
  memory.u32(block, 4).set([0, rows, 0, rows]);
  const all = new Uint8Array(memory.memory.buffer);
  stores.forEach((store, side) => {
    for (let row = 0; row < rows; row++) all.set(bytes.subarray((side * rows + row) * BYTES, (side * rows + row + 1) * BYTES), store + row * stride);
    kernel.placeWeights(store, rows, stride, 0, 16, BYTES);
  });
  return () => {
    memory.u32(cursor, 2).fill(0);
    const start = performance.now();
    const found = kernel.scanBlocks(layout, stores[0], stores[1], stride, block, 1, 0, order, order, cursor, scratch, out[0], out[1], out[2], capacity);
    return { seconds: (performance.now() - start) / 1000, found };
  };
}
