import { describe, expect, it } from "vitest";
import { encodeKernel } from "../../src/kernel/encode-kernel.ts";
import { KernelMemory } from "../../src/kernel/kernel-memory.ts";
import { layRows, shuffle } from "../../src/kernel/reference/rows.ts";
import { RowKernel } from "../../src/kernel/row-kernel.ts";
import { random } from "../../src/random.ts";

describe("rows", () => {
  it.each([
    [0, 5, 0],
    [1, 1, 1],
    [7, 2, 0],
    [1023, 8, 3],
    [2060, 53, 2],
  ])("are laid out by columns in a random order as the reference has them (%i rows of %i words and %i halves more)", (rows, words, more) => {
    const width = 4 + 2 * words + more;
    const next = random(`${rows} rows`);
    const halves = Uint32Array.from({ length: rows * width }, () => Math.floor(next() * 2 ** 32));
    const kernel = new RowKernel({ width, words, firstKey: 4, keys: words });
    for (const count of [Math.floor(rows / 2), rows]) {
      kernel.begin(count);
      kernel.shuffle();
      kernel.halves().set(halves.subarray(0, count * width));
      const order = kernel.order().slice();
      expect(order.toSorted()).toEqual(Uint32Array.from({ length: count }, (_, row) => row));
      const [ids, pages, expectedIds, expectedPages] = [9, 2 * words, 9, 2 * words].map((each) => new Uint32Array(count * each)) as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
      kernel.lay(ids, pages);
      layRows(halves, width, order, expectedIds, expectedPages);
      expect(ids).toEqual(expectedIds);
      expect(pages).toEqual(expectedPages);
    }
  });

  it("are shuffled as the reference shuffles, draws that are rejected and draws that do not suffice too", () => {
    const memory = new KernelMemory(1 << 20);
    const kernel = encodeKernel(memory.memory);
    memory.begin(kernel.heapBase());
    const next = random("draws");
    let rejected = 0;
    for (let turn = 0; turn < 50; turn++) {
      const count = 1 + Math.floor(next() * 300);
      // of small draws many are rejected
      const draws = Array.from({ length: Math.floor(next() * 600) }, () => Math.floor(next() * (next() < 0.3 ? 100 : 2 ** 32)));
      const order = Array.from({ length: count }, (_, row) => row);
      const [orderAt, drawsAt] = [memory.list(order), memory.list(draws)];
      const last = kernel.shuffle(orderAt, count - 1, drawsAt, drawsAt + draws.length * 4);
      const used = shuffle(order, draws);
      expect(last).toBe(used.last);
      expect([...memory.words.subarray(orderAt >> 2, (orderAt >> 2) + count)]).toEqual(order);
      rejected += used.rejected;
    }
    expect(rejected).toBeGreaterThan(10);
  });
});
