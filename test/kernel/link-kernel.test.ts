import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linkKernel } from "../../src/kernel/link-kernel.ts";
import { type FilterShape, type ReferenceRow, agreeingTokens, joinPairs, levelsOf, mergeTuples, popcount, sortByKey, takePairs } from "../../src/kernel/reference/link.ts";
import { SharedMemory } from "../../src/linkage/shared-memory.ts";
import { seededFilters } from "./seeded-filters.ts";

const word = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
// few distinct keys, so that blocks have several records; zero is missing
const key = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0n, 1n, 2n, 1n << 40n, (1n << 40n) + 1n, 1n << 63n, (1n << 63n) + 5n, (1n << 64n) - 1n) }, { weight: 1, arbitrary: word });
const signed = (value: bigint): bigint => BigInt.asIntN(64, value);

class Bench {
  readonly memory = new SharedMemory();
  readonly kernel = linkKernel(this.memory.memory);

  words(values: readonly bigint[]): number {
    const at = this.memory.reserve(Math.max(1, values.length) * 8);
    this.memory.i64(at, values.length).set(values.map(signed));
    return at;
  }

  integers(values: readonly number[]): number {
    const at = this.memory.reserve(Math.max(1, values.length) * 4);
    this.memory.u32(at, values.length).set(values);
    return at;
  }

  list(at: number, count: number): number[] {
    return [...this.memory.u32(at, count)];
  }

  room(bytes: number): number {
    return this.memory.reserve(Math.max(8, bytes));
  }

  sort(keys: readonly bigint[], mask: bigint): { sorted: number; order: number; count: number } {
    const n = keys.length;
    const [sorted, order] = [this.room(n * 8), this.room(n * 4)];
    const count = this.kernel.sortByKey(this.words(keys), n, signed(mask), sorted, order, this.room(n * 8), this.room(n * 4), this.room((512 + 2048) * 4));
    return { sorted, order, count };
  }

  join(keysA: readonly bigint[], keysB: readonly bigint[], mask: bigint, self: boolean): { blocks: number; count: number; orderA: number; orderB: number } {
    const a = this.sort(keysA, mask);
    const b = self ? a : this.sort(keysB, mask);
    const blocks = this.room(Math.min(a.count, b.count) * 16);
    const count = this.kernel.findBlocks(a.sorted, a.count, b.sorted, b.count, Number(self), blocks);
    return { blocks, count, orderA: a.order, orderB: b.order };
  }

  /** Row store of the given rows; filters one after the other, then weights, then tokens. */
  rows(rows: readonly ReferenceRow[], shapes: readonly FilterShape[], tokens: number): { store: number; stride: number; layout: number; filterBytes: number } {
    const filterBytes = shapes.reduce((sum, shape) => sum + shape.words * 8, 0);
    const weightBytes = Math.ceil((shapes.length * 2) / 8) * 8;
    const stride = filterBytes + weightBytes + tokens * 8;
    const layout = this.integers([shapes.length, filterBytes, tokens, filterBytes + weightBytes]);
    this.room(0);
    const entries: number[] = [];
    let offset = 0;
    for (const { words, limits, relative } of shapes) {
      entries.push(offset, words, limits.length, Number(relative), ...limits, ...Array.from({ length: 4 - limits.length }, () => 0));
      offset += words * 8;
    }
    const whole = this.integers([shapes.length, filterBytes, tokens, filterBytes + weightBytes, ...entries]);
    const store = this.memory.reserveZeroed(Math.max(8, rows.length * stride));
    offset = 0;
    shapes.forEach((shape, f) => {
      const start = offset;
      for (let w = 0; w < shape.words; w++, offset += 8) this.kernel.placeColumn(this.words(rows.map((row) => row.filters[f]![w]!)), rows.length, store, stride, offset);
      this.kernel.placeWeights(store, rows.length, stride, start, shape.words, filterBytes + 2 * f);
    });
    for (let t = 0; t < tokens; t++) this.kernel.placeColumn(this.words(rows.map((row) => row.tokens[t]!)), rows.length, store, stride, filterBytes + weightBytes + t * 8);
    void layout;
    return { store, stride, layout: whole, filterBytes };
  }
}

const shapes: FilterShape[] = [
  { words: 8, limits: [26214], relative: false },
  { words: 16, limits: [30000, 26000, 20000, 10000], relative: false },
  { words: 8, limits: [29491, 20971, 13107, 6553], relative: true },
];

/** Rows that are near to each other often enough: a base filter with a few words changed. */
const rowOf = (filters: readonly FilterShape[], tokens: number): fc.Arbitrary<ReferenceRow> =>
  fc.record({
    filters: fc.tuple(
      ...filters.map(({ words }) =>
        fc.oneof(
          { weight: 1, arbitrary: fc.constant(Array.from({ length: words }, () => 0n)) },
          {
            weight: 6,
            arbitrary: fc.tuple(fc.integer({ min: 0, max: words - 1 }), fc.integer({ min: 0, max: 4 }), word).map(([at, changed, value]) =>
              Array.from({ length: words }, (_, w) => (w >= at && w < at + changed ? value : 0x0123456789abcdefn * BigInt(w + 1) & ((1n << 64n) - 1n))),
            ),
          },
        ),
      ),
    ),
    tokens: fc.array(key, { minLength: tokens, maxLength: tokens }),
  });

/** Everything that the buckets of a key bring, in as many calls as it takes. */
function scanAll(bench: Bench, scanned: readonly FilterShape[], keysA: readonly bigint[], rowsA: readonly ReferenceRow[], keysB: readonly bigint[], rowsB: readonly ReferenceRow[], mask: bigint, self: boolean, spare: number): { a: number; b: number; seen: bigint }[] {
  const { blocks, count, orderA, orderB } = bench.join(keysA, keysB, mask, self);
  // the stores hold the rows as the blocks have them
  const inOrder = (order: number, rows: readonly ReferenceRow[], keys: readonly bigint[]): ReferenceRow[] => [...bench.memory.u32(order, keys.filter((value) => value !== 0n).length)].map((row) => rows[row]!);
  const a = bench.rows(inOrder(orderA, rowsA, keysA), scanned, 0);
  const b = self ? a : bench.rows(inOrder(orderB, rowsB, keysB), scanned, 0);
  const capacity = Math.max(keysA.length, keysB.length) + spare;
  const [cursor, scratch] = [bench.integers([0, 0]), bench.room(bench.kernel.scanScratch(a.layout, keysB.length))];
  const [outA, outB, outLevels] = [bench.room(capacity * 4), bench.room(capacity * 4), bench.room(capacity * 4)];
  const found: { a: number; b: number; seen: bigint }[] = [];
  while (bench.memory.u32(cursor, 1)[0]! < count) {
    const n = bench.kernel.scanBlocks(a.layout, a.store, b.store, a.stride, blocks, count, Number(self), orderA, orderB, cursor, scratch, outA, outB, outLevels, capacity);
    for (let i = 0; i < n; i++) found.push({ a: bench.memory.u32(outA, n)[i]!, b: bench.memory.u32(outB, n)[i]!, seen: BigInt(bench.memory.u32(outLevels, n)[i]!) });
  }
  return mergeTuples(found);
}

describe("the WebAssembly linkage kernel equals the reference", () => {
  it("sorts keys by their masked value and keeps the order of equal ones", () => {
    fc.assert(
      // many in one pile of the first digit, different in the second and beyond
      fc.property(fc.array(fc.oneof(key, fc.bigInt({ min: 0n, max: (1n << 54n) - 1n })), { maxLength: 200, size: "max" }), fc.constantFrom((1n << 64n) - 1n, (((1n << 64n) - 1n) << 40n) & ((1n << 64n) - 1n) | 1n, 1n), (keys, mask) => {
        const bench = new Bench();
        const { sorted, order, count } = bench.sort(keys, mask);
        const expected = sortByKey(keys, mask);
        expect(count).toBe(expected.length);
        expect([...bench.memory.u32(order, count)]).toEqual(expected.map(({ row }) => row));
        expect([...bench.memory.i64(sorted, count)]).toEqual(expected.map(({ key: value }) => signed(value)));
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it("joins, counts and emits the pairs of equal keys, between files and within one", () => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 40 }), fc.array(key, { maxLength: 40 }), fc.boolean(), (keysA, keysB, self) => {
        const bench = new Bench();
        const all = (1n << 64n) - 1n;
        const { blocks, count, orderA, orderB } = bench.join(keysA, keysB, all, self);
        const expected = joinPairs(keysA, self ? keysA : keysB, all, self);
        const out = bench.room(32);
        bench.kernel.countPairs(blocks, 0, count, Number(self), Infinity, out);
        expect(bench.memory.f64(out, 1)[0]).toBe(expected.length);
        const [outA, outB] = [bench.room(160), bench.room(160)];
        // as much room as one record can need, so that most calls end early
        const capacity = Math.max(1, (self ? keysA : keysB).length);
        const cursor = bench.integers([0, 0]);
        const pairs: number[][] = [];
        while (bench.memory.u32(cursor, 1)[0]! < count) {
          const emitted = bench.kernel.emitPairs(blocks, count, Number(self), Infinity, orderA, orderB, cursor, outA, outB, capacity);
          pairs.push(...[...bench.memory.u32(outA, emitted)].map((a, i) => [a, bench.memory.u32(outB, emitted)[i]!]));
        }
        expect(pairs.sort(([a, b], [c, d]) => a! - c! || b! - d!)).toEqual(expected);
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  it("joins keys through hash tables: matches of those that one record of each file has, blocks of the others", () => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 40 }), fc.array(key, { maxLength: 40 }), (keysA, keysB) => {
        const bench = new Bench();
        const deal = (keys: readonly bigint[]): { keys: number; rows: number; ends: number; largest: number } => {
          const dealt = { keys: bench.room(keys.length * 8), rows: bench.room(keys.length * 4), ends: bench.room(512 * 4) };
          return { ...dealt, largest: bench.kernel.dealKeys(bench.words(keys), keys.length, dealt.keys, dealt.rows, dealt.ends) };
        };
        const [a, b] = [deal(keysA), deal(keysB)];
        const largest = Math.max(a.largest, b.largest);
        const room = (keys: readonly bigint[], bytes: number): number => bench.room(keys.length * bytes);
        const matches = room(keysA, 4);
        const [orderA, orderB, blocks, counts] = [room(keysA, 4), room(keysB, 4), room(keysA, 16), bench.room(8)];
        bench.kernel.joinPiles(a.keys, a.rows, a.ends, b.keys, b.rows, b.ends, largest, bench.room(bench.kernel.hashJoinScratch(largest)), matches, keysA.length, orderA, orderB, blocks, counts);
        const [count, blockCount] = bench.list(counts, 2) as [number, number];
        const singles = bench.list(matches, keysA.length).flatMap((rowB, rowA): [number, number][] => (rowB === 0xffffffff ? [] : [[rowA, rowB]]));
        expect(singles).toHaveLength(count);
        const expected = joinPairs(keysA, keysB, -1n, false);
        const times = (keys: readonly bigint[], row: number): number => keys.filter((each) => each === keys[row]).length;
        const isSingle = ([rowA, rowB]: readonly [number, number]): boolean => times(keysA, rowA) === 1 && times(keysB, rowB) === 1;
        const inOrder = (pairs: readonly (readonly [number, number])[]): (readonly [number, number])[] => [...pairs].sort((x, y) => x[0] - y[0] || x[1] - y[1]);
        expect(inOrder(singles)).toEqual(expected.filter(isSingle));
        const inBlocks = Array.from({ length: blockCount }, (_, i) => {
          const [firstA, endA, firstB, endB] = bench.list(blocks + 16 * i, 4) as [number, number, number, number];
          return bench.list(orderA + 4 * firstA, endA - firstA).flatMap((rowA) => bench.list(orderB + 4 * firstB, endB - firstB).map((rowB): [number, number] => [rowA, rowB]));
        });
        expect(inOrder(inBlocks.flat())).toEqual(expected.filter((pair) => !isSingle(pair)));
        expect(blockCount).toBe(new Set(inBlocks.flat().map(([rowA]) => keysA[rowA])).size);
      }),
      { numRuns: 300 },
    );
  });

  it("skips blocks above the cap and says what was lost", () => {
    const bench = new Bench();
    const keys = [1n, 1n, 1n, 2n, 2n, 3n];
    const { blocks, count, orderA, orderB } = bench.join(keys, keys.slice(), (1n << 64n) - 1n, false);
    const out = bench.room(32);
    bench.kernel.countPairs(blocks, 0, count, 0, 4, out);
    expect([...bench.memory.f64(out, 4)]).toEqual([5, 9, 1, 9]);
    const [outA, outB] = [bench.room(64), bench.room(64)];
    expect(bench.kernel.emitPairs(blocks, count, 0, 4, orderA, orderB, bench.integers([0, 0]), outA, outB, 16)).toBe(5);
  });

  it("compares filters and tokens", () => {
    fc.assert(
      fc.property(fc.array(rowOf(shapes, 3), { minLength: 1, maxLength: 8 }), fc.array(rowOf(shapes, 3), { minLength: 1, maxLength: 8 }), (rowsA, rowsB) => {
        const bench = new Bench();
        const a = bench.rows(rowsA, shapes, 3);
        const b = bench.rows(rowsB, shapes, 3);
        const pairs = rowsA.flatMap((_, i) => rowsB.map((_, j): [number, number] => [i, j]));
        const observed = bench.words(pairs.map(() => 5n));
        bench.kernel.comparePairs(a.layout, a.store, b.store, a.stride, bench.integers(pairs.map(([i]) => i)), bench.integers(pairs.map(([, j]) => j)), observed, 0, pairs.length, 4n, 10n);
        const expected = pairs.map(([i, j]) => 5n | (agreeingTokens(rowsA[i]!, rowsB[j]!) << 4n) | (levelsOf(shapes, rowsA[i]!, rowsB[j]!) << 10n));
        expect([...bench.memory.i64(observed, pairs.length)].map((value) => BigInt.asUintN(64, value))).toEqual(expected);
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  const [small, large] = shapes as [FilterShape, FilterShape];
  it.each([
    ["unlike filters", false, [small, large]],
    ["unlike filters", true, [small, large]],
    ["four of 8 words", false, [small, small, small, small]],
    ["four of 8 words", true, [small, small, small, small]],
    ["two of 16 words", false, [large, large]],
    ["three of 24 words", false, [{ ...large, words: 24 }, { ...large, words: 24 }, { ...large, words: 24 }]],
  ])("scans buckets for pairs that are not far, in any number of calls (%s, within one file: %s)", (_, self, scanned) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, rowOf(scanned, 0)), { minLength: 1, maxLength: 14 }), fc.array(fc.tuple(key, rowOf(scanned, 0)), { minLength: 1, maxLength: 14 }), fc.integer({ min: 0, max: 20 }), (sideA, sideB, spare) => {
        const bench = new Bench();
        const [keysA, rowsA] = [sideA.map(([value]) => value), sideA.map(([, row]) => row)];
        const [keysB, rowsB] = self ? [keysA, rowsA] : [sideB.map(([value]) => value), sideB.map(([, row]) => row)];
        const mask = (((1n << 64n) - 1n) << 62n) & ((1n << 64n) - 1n) | 1n;
        const found = scanAll(bench, scanned, keysA, rowsA, keysB, rowsB, mask, self, spare);
        const expected = joinPairs(keysA, keysB, mask, self).flatMap(([i, j]) => {
          const seen = levelsOf(scanned, rowsA[i]!, rowsB[j]!);
          return seen === 0n ? [] : [{ a: i, b: j, seen }];
        });
        expect(found).toEqual(mergeTuples(expected));
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it("places a filter and its weight at once as column after column", () => {
    fc.assert(
      fc.property(fc.constantFrom(8, 16), fc.integer({ min: 1, max: 5 }), fc.infiniteStream(fc.oneof(word, fc.constant(0n))), (words, count, values) => {
        const bench = new Bench();
        const [stride, offset, pitch] = [words * 8 + 24, 8, count * 8 + 16];
        const [whole, columns] = [bench.memory.reserveZeroed(count * stride), bench.memory.reserveZeroed(words * pitch)];
        const expected = bench.memory.reserveZeroed(count * stride);
        for (let w = 0; w < words; w++) {
          bench.memory.i64(columns + w * pitch, count).set([...values.take(count)].map(signed));
          bench.kernel.placeColumn(columns + w * pitch, count, expected, stride, offset + w * 8);
        }
        bench.kernel.placeWeights(expected, count, stride, offset, words, stride - 8);
        bench.kernel.placeFilter(columns, pitch, words, count, whole, stride, offset, stride - 8);
        expect([...bench.memory.u8(whole, count * stride)]).toEqual([...bench.memory.u8(expected, count * stride)]);
      }),
      { numRuns: 40 },
    );
  });

  it("places rows in their slots and leaves out those without one", () => {
    const bench = new Bench();
    const target = bench.words([0n, 0n, 0n, 0n, 0n, 0n]);
    bench.kernel.placeRows(bench.words([1n, 2n, 3n, 4n, 5n, 6n]), 3, bench.integers([2, 0xffffffff, 0]), target, 16);
    expect([...bench.memory.i64(target, 6)]).toEqual([5n, 6n, 0n, 0n, 1n, 2n]);
  });

  // a block with enough rows that its filters are laid out as bit planes
  it.each([
    ["four of 8 words", false, [small, small, small, small]],
    ["four of 8 words", true, [small, small, small, small]],
    ["one of 16 words", false, [{ ...large, limits: [28180, 20000] }]],
  ])("scans large buckets by bit planes, whole groups and their ends (%s, within one file: %s)", (_, self, scanned) => {
    const size = fc.integer({ min: 20, max: 150 });
    fc.assert(
      fc.property(fc.nat(), size, size, fc.integer({ min: 0, max: 200 }), (seed, countA, countB, spare) => {
        const bench = new Bench();
        const filters = scanned.map(({ words }, f) => seededFilters(seed + f, countA + countB, words));
        const all = Array.from({ length: countA + countB }, (__, row): ReferenceRow => ({ filters: filters.map((rows) => rows[row]!), tokens: [] }));
        const rowsA = all.slice(0, countA);
        const rowsB = self ? rowsA : all.slice(countA);
        const keys = (rows: readonly ReferenceRow[]): bigint[] => rows.map(() => 1n);
        const expected = joinPairs(keys(rowsA), keys(rowsB), 1n, self).flatMap(([i, j]) => {
          const seen = levelsOf(scanned, rowsA[i]!, rowsB[j]!);
          return seen === 0n ? [] : [{ a: i, b: j, seen }];
        });
        expect(scanAll(bench, scanned, keys(rowsA), rowsA, keys(rowsB), rowsB, 1n, self, spare)).toEqual(expected);
      }),
      { seed: 7, numRuns: 5 },
    );
  });

  it("chooses the records with the smallest digests, those of equal digests all, and tells their places", () => {
    // digests that share their first bits, or all of them
    const digest = fc.oneof(word, fc.constantFrom(0n, 1n, 3n, (1n << 64n) - 1n, 1n << 63n), word.map((value) => (1n << 60n) | (value >> 20n)));
    fc.assert(
      fc.property(fc.array(digest, { minLength: 2, maxLength: 60 }), fc.nat(), (values, seed) => {
        const bench = new Bench();
        const most = 1 + (seed % (values.length - 1));
        const limit = values.map(signed).sort((x, y) => (x < y ? -1 : x > y ? 1 : 0))[most - 1]!;
        const expected = [...values.keys()].filter((row) => signed(values[row]!) <= limit);
        const chosen = bench.room(values.length * 4);
        const count = bench.kernel.smallestDigests(bench.words(values), values.length, most, bench.room(bench.kernel.smallestScratch(values.length)), chosen);
        expect(bench.list(chosen, count)).toEqual(expected);
        const [places, first] = [bench.room(values.length * 4), Math.floor(count / 3)];
        bench.kernel.placesOf(chosen, first, count, values.length, places);
        expect(bench.list(places, values.length)).toEqual([...values.keys()].map((row) => (expected.indexOf(row) >= first ? expected.indexOf(row) - first : 0xffffffff)));
      }),
      { numRuns: 200 },
    );
  });

  it("unites tuples and counts observations", () => {
    const tuple = fc.record({ a: fc.integer({ min: 0, max: 9 }), b: fc.integer({ min: 0, max: 12 }), level: fc.integer({ min: 0, max: 7 }) });
    fc.assert(
      fc.property(fc.array(fc.array(tuple, { maxLength: 25 }), { minLength: 1, maxLength: 4 }), fc.boolean(), (rules, absorbs) => {
        const bench = new Bench();
        const shift = 20n;
        const descriptor = bench.room(rules.length * 32);
        const partners = bench.integers(Array.from({ length: 10 }, () => 0xffffffff));
        const marks = [bench.memory.reserveZeroed(80), bench.memory.reserveZeroed(80)] as const; // of two threads
        // ranges of four rows
        const dealt = rules.map((all, r) => {
          const [leftA, leftB] = [bench.room(11 * 4), bench.room(11 * 4)];
          // of the tuples of a row the last is absorbed, if it can be
          const matches = Array.from({ length: 10 }, (_, a) => all.findLast((t) => t.a === a)?.b ?? 0xffffffff);
          const count = absorbs && r % 2 === 0 ? bench.kernel.absorbMatches(bench.integers(matches), 10, 1n << BigInt(r), partners, marks[(r / 2) % 2]!, leftA, leftB) : 0;
          const left = bench.list(leftA, count).map((a, t) => ({ a, b: bench.list(leftB, count)[t]!, level: 0 }));
          const tuples = absorbs && r % 2 === 0 ? [...all.filter(({ a, b }) => matches[a] !== b), ...left] : all;
          const levels = r % 2 === 1 ? bench.integers(tuples.map((t) => t.level)) : 0;
          const room = (): number => bench.room(tuples.length * 4);
          const out = { ends: bench.room(3 * 4), a: room(), b: room(), levels: r % 2 === 1 ? room() : 0 };
          bench.kernel.dealTuples(bench.integers(tuples.map((t) => t.a)), bench.integers(tuples.map((t) => t.b)), levels, tuples.length, 2, 3, out.ends, out.a, out.b, out.levels);
          return { ...out, ends: [0, ...bench.memory.u32(out.ends, 3)] };
        });
        const expected = mergeTuples(rules.flatMap((tuples, r) => tuples.map(({ a, b, level }) => ({ a, b, seen: (1n << BigInt(r)) | (r % 2 === 1 ? BigInt(level) << shift : 0n) }))));
        bench.kernel.uniteMarks(marks[1], 10, marks[0]);
        const total = rules.flat().length + 10;
        const merged: { a: number; b: number; seen: bigint }[] = [];
        const missing = bench.words(Array.from({ length: 13 }, (_, i) => BigInt(i % 3)));
        const table = bench.memory.reserveZeroed(24 * 1024);
        let distinct = 0;
        for (const [range, lo, hi] of [[0, 0, 4], [1, 4, 8], [2, 8, 10]] as const) {
          dealt.forEach(({ a, b, levels, ends }, r) => {
            const first = ends[range]! * 4;
            bench.memory.u32(descriptor + r * 32, 8).set([a + first, b + first, levels === 0 ? 0 : levels + first, ends[range + 1]! - ends[range]!, 1 << r, 0, Number(shift), 0]);
          });
          const [starts, scratchB, scratchSeen] = [bench.room(11 * 4), bench.room(total * 4), bench.room(total * 8)];
          const [outA, outB, outSeen] = [bench.room(total * 4), bench.room(total * 4), bench.room(total * 8)];
          const n = bench.kernel.mergeTuples(descriptor, rules.length, lo, hi, absorbs ? partners : 0, absorbs ? marks[0] : 0, starts, scratchB, scratchSeen, outA, outB, outSeen);
          const [rowsA, rowsB, seen] = [bench.memory.u32(outA, n), bench.memory.u32(outB, n), bench.memory.i64(outSeen, n)];
          for (let i = 0; i < n; i++) merged.push({ a: rowsA[i]!, b: rowsB[i]!, seen: BigInt.asUintN(64, seen[i]!) });
          distinct += bench.kernel.countObservations(outA, outB, outSeen, n, missing, missing, table, 10, distinct, bench.room(n * 4));
        }
        expect(merged).toEqual(expected);
        const observations = new Set(expected.map(({ a, b, seen }) => `${seen} ${(a % 3) | (b % 3)}`));
        expect(distinct).toBe(observations.size);
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  it("gives up on a table that is too small instead of losing observations", () => {
    const bench = new Bench();
    const n = 20;
    const rows = bench.integers(Array.from({ length: n }, (_, i) => i));
    const seen = bench.words(Array.from({ length: n }, (_, i) => BigInt(i)));
    const missing = bench.words(Array.from({ length: n }, () => 0n));
    expect(bench.kernel.countObservations(rows, rows, seen, n, missing, missing, bench.memory.reserveZeroed(24 * 16), 4, 0, bench.room(n * 4))).toBe(-1);
  });

  it("counts masks, and gives up on a table that is too small", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 40n }), fc.bigInt({ min: 0n, max: 2n ** 53n - 1n })), { maxLength: 100 }), fc.integer({ min: 2, max: 8 }), (masks, log2Slots) => {
        const bench = new Bench();
        const expected = new Map<bigint, bigint>();
        for (const mask of masks) expected.set(mask, (expected.get(mask) ?? 0n) + 1n);
        const table = bench.memory.reserveZeroed(16 * 2 ** log2Slots);
        const distinct = bench.kernel.countMasks(bench.words(masks), masks.length, table, log2Slots);
        const isRoom = expected.size <= 0.75 * 2 ** log2Slots;
        expect(distinct).toBe(isRoom ? expected.size : -1);
        if (!isRoom) return;
        const words = bench.memory.i64(table, 2 * 2 ** log2Slots);
        const counts = Array.from({ length: 2 ** log2Slots }, (_, slot): [bigint, bigint] => [words[2 * slot]!, words[2 * slot + 1]!]).filter(([, count]) => count > 0n);
        expect(new Map(counts)).toEqual(expected);
      }),
    );
  });

  it("groups pairs and takes those of free records that no other of the group stands against", () => {
    const ROWS = 12;
    const row = fc.nat({ max: ROWS - 1 });
    const pair = fc.record({ a: row, b: row, group: fc.nat({ max: 2 }) });
    const used = fc.array(fc.boolean(), { minLength: ROWS, maxLength: ROWS });
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 20 }), used, used, fc.boolean(), fc.boolean(), (pairs, usedA, usedB, onceA, onceB) => {
        const bench = new Bench();
        const sizes = [0, 1, 2].map((group) => pairs.filter((each) => each.group === group).length);
        const starts = sizes.map((_, group) => sizes.slice(0, group).reduce((sum, size) => sum + size, 0));
        const [next, numbers, a, b] = [bench.integers(starts), bench.room(pairs.length * 4), bench.room(pairs.length * 4), bench.room(pairs.length * 4)];
        bench.kernel.groupPairs(bench.integers(pairs.map(({ group }) => group)), bench.integers(pairs.map((each) => each.a)), bench.integers(pairs.map((each) => each.b)), pairs.length, next, numbers, a, b);
        const grouped = bench.list(numbers, pairs.length);
        expect(grouped).toEqual([...pairs.keys()].sort((x, y) => pairs[x]!.group - pairs[y]!.group || x - y));
        const bytes = (values: readonly boolean[]): number => {
          const at = bench.room(values.length);
          bench.memory.u8(at, values.length).set(values.map(Number));
          return at;
        };
        const [marksA, marksB] = [onceA ? bytes(usedA) : 0, onceB ? bytes(usedB) : 0];
        const [timesA, timesB] = [onceA ? bench.room(ROWS) : 0, onceB ? bench.room(ROWS) : 0];
        const [taken, contested] = [bench.room(pairs.length * 4), bench.room(pairs.length * 4 + 4)];
        const before = [usedA, usedB];
        sizes.forEach((size, group) => {
          const members = grouped.slice(starts[group], starts[group]! + size);
          const expected = takePairs(members.map((i) => [pairs[i]!.a, pairs[i]!.b]), (side, record) => before[side]![record]!, [onceA, onceB]);
          const at = starts[group]! * 4;
          const count = bench.kernel.takePairs(numbers + at, a + at, b + at, size, marksA, marksB, timesA, timesB, taken, contested);
          expect(bench.list(taken, count)).toEqual(expected.taken.map((i) => members[i]));
          expect(bench.list(contested + 4, bench.list(contested, 1)[0]!)).toEqual(expected.contested.map((i) => members[i]));
          for (const i of expected.taken) {
            if (onceA) before[0]![pairs[members[i]!]!.a] = true;
            if (onceB) before[1]![pairs[members[i]!]!.b] = true;
          }
        });
        if (onceA) expect([...bench.memory.u8(marksA, ROWS)]).toEqual(before[0]!.map(Number));
        if (onceB) expect([...bench.memory.u8(marksB, ROWS)]).toEqual(before[1]!.map(Number));
      }),
      { numRuns: 100 },
    );
  });
});

describe("values at places", () => {
  it("are those of each place, also where the places were", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 0xffffffff }), { minLength: 1, maxLength: 50 }), fc.array(fc.nat(), { maxLength: 80 }), (values, draws) => {
        const bench = new Bench();
        const places = draws.map((draw) => draw % values.length);
        const [at, out] = [bench.integers(places), bench.room(places.length * 4)];
        bench.kernel.wordsAt(at, places.length, bench.integers(values), out);
        bench.kernel.wordsAt(at, places.length, bench.integers(values), at);
        const expected = places.map((place) => values[place]);
        expect([bench.list(out, places.length), bench.list(at, places.length)]).toEqual([expected, expected]);
      }),
      { numRuns: 50 },
    );
  });
});

describe("the reference", () => {
  it("counts bits", () => {
    expect([0n, 1n, 0xffn, (1n << 64n) - 1n].map(popcount)).toEqual([0, 1, 8, 64]);
  });
});
