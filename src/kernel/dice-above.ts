import type { LinkKernel } from "./link-kernel.ts";

/** What the kernel's memory must offer here. */
interface Memory {
  reserve(bytes: number): number;
  u32(at: number, length: number): Uint32Array;
  f64(at: number, length: number): Float64Array;
}

export interface SimilarPairs {
  readonly a: Uint32Array;
  readonly b: Uint32Array;
  readonly dice: Float64Array;
}

const GROUP = 128; // filters that are counted at once
const CAPACITY = 1 << 17; // pairs that one call may put out

/**
 * All pairs of two lists of plain filters of up to 16 words with a Dice coefficient of at least `threshold` (above 0), in no particular order. `filtersA`, `filtersB`: where the filters lie, one after the other.
 * Reserves what it needs and compares on every call of what it returns.
 */
export function diceAbove(kernel: LinkKernel, memory: Memory, filtersA: number, countA: number, filtersB: number, countB: number, words: number, threshold: number): () => SimilarPairs[] {
  const side = (filters: number, count: number): { filters: number; count: number; sorted: number; weights: number; order: number } => {
    const whole = Math.ceil(count / GROUP) * GROUP;
    return { filters, count, sorted: memory.reserve(whole * words * 8), weights: memory.reserve(whole * 2), order: memory.reserve(count * 4) };
  };
  const [a, b] = [side(filtersA, countA), side(filtersB, countB)];
  const slots = memory.reserve((words * 64 + 1) * 4);
  const groups = memory.reserve(Math.ceil(countB / GROUP) * kernel.groupBytes(words));
  const scratch = memory.reserve(kernel.diceScratch(words));
  const cursor = memory.reserve(8);
  const [outA, outB, outDice] = [memory.reserve(CAPACITY * 4), memory.reserve(CAPACITY * 4), memory.reserve(CAPACITY * 8)];
  return () => {
    for (const { filters, count, sorted, weights, order } of [a, b]) kernel.sortByWeight(filters, count, words, sorted, weights, order, slots);
    kernel.layGroups(b.sorted, b.weights, countB, words, groups);
    memory.u32(cursor, 2).fill(0);
    const found: SimilarPairs[] = [];
    while (memory.u32(cursor, 1)[0]! < countA) {
      const count = kernel.diceAbove(a.sorted, a.weights, a.order, countA, b.sorted, b.weights, b.order, countB, groups, words, threshold, cursor, scratch, outA, outB, outDice, CAPACITY);
      found.push({ a: memory.u32(outA, count).slice(), b: memory.u32(outB, count).slice(), dice: memory.f64(outDice, count).slice() });
    }
    return found;
  };
}
