import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ID_HALVES } from "../../src/exchange/row-group.ts";
import { KeyWithholder, type SharedColumn, sharedValues } from "../../src/custodian/shared-values.ts";
import { SharedSample } from "../../src/custodian/shared-pairs.ts";
import { RowKernel } from "../../src/kernel/row-kernel.ts";
import { random } from "../../src/random.ts";

const KEYS = 8;
const FIRST = ID_HALVES + 4; // after the null mask and a word of filters
const WIDTH = FIRST + 2 * KEYS + 1;
const SHAPE = { width: WIDTH, words: 2 + KEYS, firstKey: FIRST, keys: KEYS };

/** What waits of a key, as SliceEncoder's `keys` has it. */
function entriesOf(halves: Uint32Array, key: number): Uint32Array {
  return Uint32Array.from({ length: halves.length / WIDTH }, (_, row) => {
    const [low, high] = halves.subarray(row * WIDTH + FIRST + 2 * key);
    return low === 0 && high === 0 ? 0 : Math.max(2, (low! & ~1) >>> 0);
  });
}

/** Rows whose keys are all their own; `shared` says which keys of which rows take the value of which row. */
function rowsOf(count: number, shared: readonly [row: number, key: number, of: number][]): Uint32Array {
  const draw = random("keys");
  const halves = Uint32Array.from({ length: count * WIDTH }, () => Math.floor(draw() * 4294967296));
  for (const [row, key, of] of shared) for (const half of [0, 1]) halves[row * WIDTH + FIRST + 2 * key + half] = halves[of * WIDTH + FIRST + 2 * key + half]!;
  return halves;
}

/** Counts a key's column of rows that come in slices of so many. */
function sharedIn(halves: Uint32Array, key: number, slices: readonly number[], atOnce?: number): SharedColumn {
  const rows = halves.length / WIDTH;
  function* parts(): Generator<Uint32Array> {
    let from = 0;
    for (const count of slices) yield entriesOf(halves.subarray(from * WIDTH, (from += count) * WIDTH), key);
  }
  return sharedValues(new RowKernel(SHAPE), parts, rows, atOnce);
}

function withheld(halves: Uint32Array, blocks: readonly number[], secret = new Uint8Array(32).fill(7)): Uint32Array {
  const rows = halves.length / WIDTH;
  const kernel = new RowKernel(SHAPE);
  const withholder = new KeyWithholder(kernel, Array.from({ length: KEYS }, (_, key) => sharedIn(halves, key, [Math.floor(rows / 2), Math.ceil(rows / 2)])), secret);
  const out = halves.slice();
  let row = 0;
  for (const block of blocks) {
    const some = out.subarray(row * WIDTH, (row += block) * WIDTH);
    kernel.begin(block);
    kernel.halves().set(some);
    withholder.withhold(new SharedSample(KEYS, rows));
    some.set(kernel.halves());
  }
  return out;
}

const word = (halves: Uint32Array, row: number, key: number): string => halves.subarray(row * WIDTH + FIRST + 2 * key, row * WIDTH + FIRST + 2 * key + 2).join();

describe("values that several records share", () => {
  it("are replaced in all of them by words of their own, and nothing else changes", () => {
    const halves = rowsOf(5000, [[17, 3, 4000], [18, 3, 4000], [30, 0, 31], [30, 7, 99]]);
    const out = withheld(halves, [2500, 2500]);
    const changed = new Set(["17 3", "18 3", "4000 3", "30 0", "31 0", "30 7", "99 7"]);
    for (let row = 0; row < 5000; row++) for (let key = 0; key < KEYS; key++) expect(word(out, row, key) !== word(halves, row, key)).toBe(changed.has(`${row} ${key}`));
    for (const key of [0, 3, 7]) expect(new Set(Array.from({ length: 5000 }, (_, row) => word(out, row, key))).size).toBe(5000);
    halves.forEach((half, at) => {
      if (at % WIDTH < FIRST || at % WIDTH >= FIRST + 2 * KEYS) expect(out[at]).toBe(half);
    });
  });

  it("are counted with the records that have them, in whatever slices", () => {
    const halves = rowsOf(100, [[1, 2, 3], [90, 2, 3], [50, 2, 51]]);
    for (const row of [7, 8]) halves.fill(0, row * WIDTH + FIRST + 4, row * WIDTH + FIRST + 6);
    expect(sharedIn(halves, 2, [10, 50, 40]).records).toBe(5);
    expect(sharedIn(halves, 1, [10, 50, 40]).records).toBe(0);
  });

  it("are the same when the file is too large to be counted at once", () => {
    const halves = rowsOf(5000, Array.from({ length: 900 }, (_, i) => [i, 2, i + 2000 + (i % 400)]));
    const whole = sharedIn(halves, 2, [5000]);
    const parts = sharedIn(halves, 2, [1000, 1000, 2500, 500], 70);
    expect(parts.records).toBe(whole.records);
    expect(parts.records).toBeGreaterThan(900);
    expect(parts.values.filter((value) => value !== 0).toSorted()).toEqual(whole.values.filter((value) => value !== 0).toSorted());
  });

  it("are the same words whenever the record is hashed, whatever its id and its neighbours, and others under another secret", () => {
    const halves = rowsOf(10, [[1, 2, 3], [1, 6, 4]]);
    const again = halves.slice();
    again.set([9, 9, 9, 9], WIDTH); // the id
    again.fill(5, 8 * WIDTH, 9 * WIDTH);
    for (const key of [2, 6]) {
      expect(word(withheld(again, [10]), 1, key)).toBe(word(withheld(halves, [10]), 1, key));
      expect(word(withheld(halves, [10], new Uint8Array(32)), 1, key)).not.toBe(word(withheld(halves, [10]), 1, key));
    }
    again[WIDTH + ID_HALVES + 2]! ^= 1; // a bit of a filter
    expect(word(withheld(again, [10]), 1, 2)).not.toBe(word(withheld(halves, [10]), 1, 2));
  });

  it("are the words of SCHEME.md", () => {
    const halves = rowsOf(10, [[1, 6, 4]]);
    const prf = (...messages: Uint8Array[]): Buffer => messages.reduce((hmac, message) => hmac.update(message), createHmac("sha256", new Uint8Array(32).fill(7))).digest();
    const block = prf(prf(new Uint8Array(halves.slice(WIDTH + ID_HALVES, 2 * WIDTH - 1).buffer)), Uint8Array.of(1));
    expect(word(withheld(halves, [10]), 1, 6)).toBe([block.readUInt32LE(16), block.readUInt32LE(20)].join());
  });

  it("stay where at least half of a record's keys are shared: it is somebody's second", () => {
    const halves = rowsOf(100, [...[0, 1, 2, 3].map((key): [number, number, number] => [5, key, 6]), ...[0, 1, 2].map((key): [number, number, number] => [8, key, 9])]);
    const out = withheld(halves, [100]);
    for (const key of [0, 1, 2, 3]) expect(word(out, 5, key)).toBe(word(out, 6, key));
    for (const key of [0, 1, 2]) expect(word(out, 8, key)).not.toBe(word(out, 9, key));
  });

  it("leave what is missing missing", () => {
    const halves = rowsOf(10, [[1, 2, 3]]);
    for (const row of [4, 5]) halves.fill(0, row * WIDTH + FIRST + 4, row * WIDTH + FIRST + 6);
    const out = withheld(halves, [10]);
    for (const row of [4, 5]) expect(word(out, row, 2)).toBe("0,0");
  });
});
