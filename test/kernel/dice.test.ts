import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diceAbove } from "../../src/kernel/dice-above.ts";
import { linkKernel } from "../../src/kernel/link-kernel.ts";
import { diceAbove as reference } from "../../src/kernel/reference/dice.ts";
import { SharedMemory } from "../../src/linkage/shared-memory.ts";
import { seededFilters } from "./seeded-filters.ts";

function found(filtersA: readonly bigint[][], filtersB: readonly bigint[][], words: number, threshold: number): { a: number; b: number; dice: number }[] {
  const memory = new SharedMemory();
  const place = (filters: readonly bigint[][]): number => {
    const at = memory.reserve(filters.length * words * 8);
    memory.i64(at, filters.length * words).set(filters.flat().map((word) => BigInt.asIntN(64, word)));
    return at;
  };
  const compare = diceAbove(linkKernel(memory.memory), memory, place(filtersA), filtersA.length, place(filtersB), filtersB.length, words, threshold);
  compare(); // a second run of the same thing must give the same
  return compare()
    .flatMap(({ a, b, dice }) => Array.from(a, (row, i) => ({ a: row, b: b[i]!, dice: dice[i]! })))
    .sort((x, y) => x.a - y.a || x.b - y.b);
}

describe("pairs above a threshold of Dice", () => {
  it("are those of the reference, with the same coefficients: filters of any weight, lists that end within a group", () => {
    const size = fc.integer({ min: 1, max: 150 });
    fc.assert(
      fc.property(fc.nat(), size, size, fc.constantFrom(1, 2, 16), fc.constantFrom(0.05, 0.5, 2 / 3, 0.8, 1), (seed, countA, countB, words, threshold) => {
        const filters = seededFilters(seed, countA + countB, words);
        const [a, b] = [filters.slice(0, countA), filters.slice(countA)];
        expect(found(a, b, words, threshold)).toEqual(reference(a, b, threshold));
      }),
      { seed: 6, numRuns: 25 },
    );
  });

  it("are all found where there are more than one call puts out", () => {
    const same = Array.from({ length: 400 }, () => [5n]);
    expect(found(same, same, 1, 1)).toHaveLength(160_000);
  });

  it("leave out filters without a bit", () => {
    expect(found([[0n], [7n]], [[0n], [7n]], 1, 0.5)).toEqual([{ a: 1, b: 1, dice: 1 }]);
  });
});
