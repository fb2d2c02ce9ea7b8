import { describe, expect, it } from "vitest";
import type { HashedFile } from "../../src/exchange/read-hashed-file.ts";
import type { Candidates } from "../../src/linkage/candidates.ts";
import { type OwnPeople, asFarAsTheirPersons, misplacedMatches, pairsOfPeople, readOwnPeople, withOthers } from "../../src/linkage/own-people.ts";
import type { Links } from "../../src/linkage/solve.ts";
import { SharedMemory } from "../../src/linkage/shared-memory.ts";

const ALL = 0xffn;

/** Rows with the word and the null mask of each. */
async function read(rows: readonly (readonly [person: bigint, missing: bigint])[], person: readonly string[] = ["person"]): Promise<{ own: OwnPeople | undefined; masks: bigint[] }> {
  const memory = new SharedMemory();
  const nulls = memory.reserve(rows.length * 8);
  const masks = memory.i64(nulls, rows.length);
  rows.forEach(([, missing], row) => (masks[row] = missing));
  const file = { header: { rows: rows.length, people: { precision: 0.9 } }, layout: { person }, readColumn: async (_: string, target: BigInt64Array) => rows.forEach(([word], row) => (target[row] = word)) } as unknown as HashedFile;
  return { own: await readOwnPeople(file, memory, nulls), masks: [...masks] };
}

const pairsOf = ({ rowsA, rowsB, observation }: Candidates): string[] => Array.from(rowsA, (row, i) => `${row}-${rowsB[i]}:${observation[i]}`).sort();

describe("people of whom a file holds several records", () => {
  it("are their one record that is not blank and the others", async () => {
    const { own, masks } = await read([[7n, ALL], [0n, 0n], [7n, 1n], [9n, 2n], [7n, ALL], [9n, ALL]]);
    expect([...own!.others].sort((x, y) => x[0] - y[0])).toEqual([[2, [0, 4]], [3, [5]]]);
    expect(own!.people).toBe(3);
    expect([...own!.isOther]).toEqual([1, 0, 0, 0, 1, 1]);
    // what the one lacks the others do
    expect(masks).toEqual([1n, 0n, 1n, 2n, 1n, 2n]);
  });

  it("are not known where the file does not say", async () => {
    expect((await read([[0n, 0n]], [])).own).toBeUndefined();
  });

  it("have nobody left out where a file has two records that are not blank, or none", async () => {
    expect((await read([[7n, 1n], [7n, 3n]])).own!.people).toBe(1);
    expect((await read([[7n, ALL], [7n, ALL]])).own!.people).toBe(1);
  });

  it("give the pairs of their one record to the others, on the sides that may have them", async () => {
    const { own: a } = await read([[7n, 0n], [7n, ALL], [0n, 0n]]);
    const { own: b } = await read([[0n, 0n], [5n, 0n], [5n, ALL]]);
    const found: Candidates = { count: 3, rowsA: Uint32Array.of(0, 2, 2), rowsB: Uint32Array.of(1, 0, 1), observation: Uint32Array.of(0, 1, 1), observations: [{ observed: 1n, missing: 0n, pairs: 1 }, { observed: 2n, missing: 0n, pairs: 2 }], rules: [] };
    expect(pairsOf(withOthers(found, a, undefined))).toEqual(["0-1:0", "1-1:0", "2-0:1", "2-1:1"]);
    const both = withOthers(found, a, b);
    const every: Links = { count: 7, pairs: Uint32Array.from({ length: 7 }, (_, i) => i), probabilities: new Float64Array(7).fill(0.5), tied: new Uint8Array(7), free: new Float64Array(2) };
    // four pairs are there for others, one of them on both sides
    const links = asFarAsTheirPersons(every, 3, both, a, b);
    expect([...links.probabilities].map((p) => p.toFixed(4))).toEqual(["0.5000", "0.5000", "0.5000", "0.4500", "0.4500", "0.4500", "0.4050"]);
    expect(both.rowsA[links.pairs[6]!]! + both.rowsB[links.pairs[6]!]!).toBe(1 + 2);
    expect(asFarAsTheirPersons(every, 3, both, undefined, undefined)).toBe(every);
    // what is not linked rightly is missed elsewhere
    expect(misplacedMatches(3, both, links, a, b)).toBeCloseTo(3 * (0.5 - 0.45) + (0.5 - 0.405), 12);
    expect(pairsOf(both)).toEqual(["0-1:0", "0-2:0", "1-1:0", "1-2:0", "2-0:1", "2-1:1", "2-2:1"]);
    expect(both.observations.map(({ pairs }) => pairs)).toEqual([4, 3]);
    expect(withOthers(found, undefined, undefined)).toBe(found);
  });

  it("are all pairs of their records within the file", async () => {
    const { own } = await read([[7n, ALL], [0n, 0n], [7n, 1n], [9n, 2n], [7n, ALL], [9n, ALL]]);
    const pairs = pairsOfPeople(own!);
    expect(pairsOf(pairs)).toEqual(["0-2:0", "0-4:0", "2-4:0", "3-5:0"]);
    expect(pairs.observations.map((observation) => observation.pairs)).toEqual([4]);
    expect(pairsOfPeople((await read([[0n, 0n]])).own!)).toMatchObject({ count: 0, observations: [] });
  });
});
