import { describe, expect, it } from "vitest";
import { coherentLinks } from "../../src/linkage/coherent-links.ts";
import type { Links } from "../../src/linkage/solve.ts";

type Pair = readonly [x: number, y: number, p: number];

const linked = (pairs: readonly Pair[], rows: number, digests = BigInt64Array.from({ length: rows }, (_, i) => BigInt(i))): Map<string, number> => {
  const sorted = pairs.toSorted((a, b) => b[2] - a[2]);
  const links: Links = { count: pairs.length, pairs: Uint32Array.from(sorted.keys()), probabilities: Float64Array.from(sorted, ([, , p]) => p), tied: new Uint8Array(pairs.length), free: new Float64Array(0) };
  const found = coherentLinks(links, { rowsA: Uint32Array.from(sorted, ([x]) => x), rowsB: Uint32Array.from(sorted, ([, y]) => y), digests }, 0.5);
  expect(Array.from(found.probabilities)).toEqual(Array.from(found.probabilities).toSorted((a, b) => b - a));
  return new Map(Array.from(found.pairs, (pair, i) => [`${sorted[pair]![0]}-${sorted[pair]![1]}`, found.probabilities[i]!]));
};

describe("coherent links within one file", () => {
  it("links two records that share two strong neighbours", () => {
    const found = linked([[0, 1, 0.99], [0, 2, 0.98], [1, 2, 0.1], [0, 3, 0.97], [1, 3, 0.9], [2, 3, 0.95]], 4);
    expect(found.get("1-2")).toBeCloseTo(0.99 * 0.98);
    expect(Math.min(...found.values())).toBeGreaterThanOrEqual(0.5);
  });

  it("lets a chain fall apart at its weakest place", () => {
    // two people of three records each, and one doubtful pair between them
    const found = linked([[0, 1, 0.99], [0, 2, 0.99], [1, 2, 0.99], [3, 4, 0.99], [3, 5, 0.99], [4, 5, 0.99], [2, 3, 0.8]], 6);
    expect(found.get("2-3")).toBeCloseTo(0.8 / 9);
    expect(found.get("0-1")).toBeCloseTo(0.99);
  });

  it("leaves pairs by themselves as they are", () => {
    expect([...linked([[0, 1, 0.9], [2, 3, 0.6], [4, 5, 0.3]], 6).values()]).toEqual([0.9, 0.6, 0.3]);
  });

  it("decides between equal pairs by content", () => {
    // 1 goes with 0 or with 2, which are two people's; swapped content swaps the choice
    const pairs: Pair[] = [[0, 1, 0.8], [1, 2, 0.8]];
    const one = linked(pairs, 3);
    const other = linked(pairs, 3, BigInt64Array.of(2n, 1n, 0n));
    expect([one.get("0-1"), one.get("1-2")]).toEqual([0.8, 0.4]);
    expect([other.get("0-1"), other.get("1-2")]).toEqual([0.4, 0.8]);
  });
});
