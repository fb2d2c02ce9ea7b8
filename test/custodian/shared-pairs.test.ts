import { describe, expect, it } from "vitest";
import { SharedSample, countSharedPairs } from "../../src/custodian/shared-pairs.ts";

const KEYS = 3;
const FIRST = 6;
const WIDTH = FIRST + 2 * KEYS;

/** Rows of a file, in two parts: random id, what is missing, and the value of each key; 0 where nobody shares it. */
function counted(rows: readonly { id?: number; missing?: number; keys: readonly number[] }[], records = rows.length) {
  const halves = new Uint32Array(rows.length * WIDTH);
  rows.forEach(({ id = 7, missing = 0, keys }, row) => halves.set([id, 0, 0, 0, missing, 0, ...keys.flatMap((value) => [value, value + 1])], row * WIDTH));
  const parts = [new SharedSample(KEYS, records), new SharedSample(KEYS, records)];
  rows.forEach(({ keys }, row) => {
    const isDrawn = parts[row & 1]!.draws();
    if (isDrawn && keys.some((value) => value !== 0)) parts[row & 1]!.add(halves, row * WIDTH, row * WIDTH + FIRST, Uint8Array.from(keys, (value) => (value === 0 ? 0 : 1)));
  });
  return countSharedPairs(parts.map((part) => structuredClone(part)));
}

describe("pairs of records that share keys", () => {
  it("are counted by the keys they share and what either lacks", () => {
    const family = [{ keys: [5, 0, 9] }, { keys: [5, 0, 9], missing: 4 }, { keys: [5, 8, 0], missing: 1 }];
    expect(counted([...family, { keys: [0, 0, 0] }, { keys: [0, 8, 0] }])).toEqual({
      records: 5,
      pairs: [
        [1, 1, 1],
        [1, 5, 1],
        [2, 1, 1],
        [5, 4, 1],
      ],
    });
  });

  it("are those of a sample where the file is large, which nothing in the file tells", () => {
    const rows = Array.from({ length: 4000 }, (_, row) => ({ keys: [1 + Math.floor(row / 2), 0, 0] }));
    const { records, pairs } = counted(rows, 200_000);
    expect(Math.abs(records - 2000)).toBeLessThan(6 * Math.sqrt(1000));
    expect(Math.abs(pairs[0]![2] - 500)).toBeLessThan(6 * Math.sqrt(375));
    expect(counted(rows, 200_000)).not.toEqual({ records, pairs });
  });

  it("leave out values that very many share", () => {
    expect(counted(Array.from({ length: 60 }, () => ({ keys: [3, 0, 0] }))).pairs).toEqual([]);
  });
});
