import { random } from "../random.ts";
import type { CandidateOptions } from "./candidates.ts";

const RECORDS = 256;
const LEAST_MS = 40;

/** Pairs of a bucketed key that one thread compares in a second on this machine, tried on records of noise. */
export function scanRate({ memory, kernel, layout }: Pick<CandidateOptions, "memory" | "kernel" | "layout">): number {
  const mark = memory.mark();
  const draw = random("saltlink scan rate");
  const store = memory.reserve(RECORDS * layout.stride);
  memory.u32(store, (RECORDS * layout.stride) / 4).forEach((_, i, words) => (words[i] = draw() * 2 ** 32));
  let offset = 0;
  for (const [f, words] of layout.filterWords.entries()) {
    kernel.placeWeights(store, RECORDS, layout.stride, offset, words, layout.filterBytes + 2 * f);
    offset += words * 8;
  }
  const order = memory.reserve(RECORDS * 4);
  memory.u32(order, RECORDS).forEach((_, i, rows) => (rows[i] = i));
  const [blocks, cursor, scratch] = [memory.reserve(16), memory.reserve(8), memory.reserve(kernel.scanScratch(layout.layout, RECORDS))];
  memory.u32(blocks, 4).set([0, RECORDS, 0, RECORDS]);
  const capacity = RECORDS * RECORDS;
  const [outA, outB, outLevels] = [0, 0, 0].map(() => memory.reserve(capacity * 4)) as [number, number, number];
  let runs = 0;
  const started = performance.now();
  do {
    memory.u32(cursor, 2).set([0, 0]);
    kernel.scanBlocks(layout.layout, store, store, layout.stride, blocks, 1, 0, order, order, cursor, scratch, outA, outB, outLevels, capacity);
    runs++;
  } while (performance.now() - started < LEAST_MS);
  memory.release(mark);
  return (runs * RECORDS * RECORDS * 1000) / (performance.now() - started);
}
