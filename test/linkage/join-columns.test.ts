import { describe, expect, it } from "vitest";
import { linkKernel } from "../../src/kernel/link-kernel.ts";
import type { CandidateOptions } from "../../src/linkage/candidates.ts";
import { JOINED, joinColumns } from "../../src/linkage/join-columns.ts";
import { reserveJoinRoom } from "../../src/linkage/join-rule.ts";
import { SharedMemory } from "../../src/linkage/shared-memory.ts";
import { random } from "../../src/random.ts";

const draw = random("join columns");
const [ROWS_A, ROWS_B] = [40_000, 30_000]; // more than are read at a time
const word = (): bigint => (BigInt(Math.floor(draw() * 2 ** 32)) << 32n) | BigInt(Math.floor(draw() * 2 ** 32));
const keysOf = (rows: number): BigInt64Array => BigInt64Array.from({ length: rows }, (_, row) => (row % 50 === 0 ? 0n : BigInt.asIntN(64, word())));
const keysA = keysOf(ROWS_A);
const keysB = keysOf(ROWS_B);
for (let row = 0; row < ROWS_B; row++) if (row % 3 === 0) keysB[row] = keysA[ROWS_A - 1 - row]!;
for (let row = 1000; row < 1200; row++) [keysA[row], keysB[row + 7]] = [keysA[row % 60]!, keysA[row % 70]!]; // several records have these

/** Joins the columns; where keys are asked for in order, or are dealt out too unevenly, they are sorted. */
function joined(largestPile: number | undefined, mixed = 0): { outcome: number; pairs: string[]; digests: BigInt64Array } {
  const memory = new SharedMemory();
  const kernel = linkKernel(memory.memory);
  const [a, b] = [{ rows: ROWS_A }, { rows: ROWS_B }] as unknown as [CandidateOptions["a"], CandidateOptions["b"]];
  const reserved = reserveJoinRoom({ a, b, memory, kernel });
  const room = { ...reserved, largestPile: largestPile ?? reserved.largestPile };
  memory.u32(room.mixed, 1)[0] = mixed;
  const digests = [memory.reserveZeroed(ROWS_A * 8), memory.reserveZeroed(ROWS_B * 8)] as const;
  const [outA, outB] = [memory.reserve((ROWS_B + 1) * 4), memory.reserve((ROWS_B + 1) * 4)];
  const [partners, seen] = [memory.reserve(ROWS_A * 4), memory.reserveZeroed(ROWS_A * 8)];
  memory.u32(partners, ROWS_A).fill(0xffffffff)[ROWS_A - 1] = 1; // which is not the last row's match
  const reads = [keysA, keysB].map((keys) => (_: number, from: number, target: Uint8Array): void => target.set(new Uint8Array(keys.buffer, from * 8, target.length)));
  const outcome = joinColumns(kernel, memory.memory, { join: [{ column: 5, rows: ROWS_A, digests: digests[0] }, { column: 5, rows: ROWS_B, digests: digests[1] }], mask: -1n, matches: { a: outA, b: outB, bit: 4n, partners, seen }, room }, reads);
  const pairs: string[] = [];
  if (outcome === JOINED.fine) {
    const [all, blocks, singles] = memory.u32(room.counts, 3) as unknown as [number, number, number];
    const absorbed = [...memory.i64(seen, ROWS_A).entries()].flatMap(([row, marks]) => (marks === 4n ? [`${row} ${memory.u32(partners, ROWS_A)[row]}`] : []));
    expect(singles).toBe(all === 0 ? 0 : 1);
    expect(absorbed).toHaveLength(all - singles);
    pairs.push(...absorbed);
    for (let i = 0; i < singles; i++) pairs.push(`${memory.u32(outA, singles)[i]} ${memory.u32(outB, singles)[i]}`);
    for (let i = 0; i < blocks; i++) {
      const [firstA, endA, firstB, endB] = memory.u32(room.blocks + 16 * i, 4) as unknown as [number, number, number, number];
      for (const rowA of memory.u32(room.orderA, endA).subarray(firstA)) for (const rowB of memory.u32(room.orderB, endB).subarray(firstB)) pairs.push(`${rowA} ${rowB}`);
    }
  }
  return { outcome, pairs: pairs.sort(), digests: memory.i64(digests[0], ROWS_A).slice() };
}

describe("columns that are joined", () => {
  const rowsOf = new Map<bigint, number[]>();
  keysB.forEach((key, row) => key !== 0n && rowsOf.set(key, [...(rowsOf.get(key) ?? []), row]));
  const expected = [...keysA.entries()].flatMap(([rowA, key]) => (rowsOf.get(key) ?? []).map((rowB) => `${rowA} ${rowB}`)).sort();

  it.each([["hash tables", undefined], ["sorting", 0]])("give the pairs of equal keys, by %s", (_, largestPile) => {
    const { outcome, pairs } = joined(largestPile);
    expect(outcome).toBe(JOINED.fine);
    expect(pairs).toEqual(expected);
  });

  it("are added to the digests once, though they are read again to be sorted, or the task is run again", () => {
    const { digests } = joined(undefined);
    expect(new Set(digests).size).toBeGreaterThan(ROWS_A / 2);
    expect(joined(0).digests).toEqual(digests);
    const again = joined(undefined, 2);
    expect(again.pairs).toEqual(expected);
    expect(again.digests).toEqual(new BigInt64Array(ROWS_A));
    expect(joined(undefined, 1).outcome).toBe(JOINED.interrupted);
  });
});
