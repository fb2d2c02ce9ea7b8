import type { CandidateOptions } from "./candidates.ts";

/** Rows that a rule has put together. */
export interface Tuples {
  readonly a: Uint32Array;
  readonly b: Uint32Array;
  readonly levels?: Uint32Array;
}

/** Pairs in order of (row of A, row of B), in shared memory: u32, u32, and u64 of what was observed. */
export interface MergedPairs {
  readonly count: number;
  readonly rowsA: number;
  readonly rowsB: number;
  readonly observed: number;
}

interface TupleList {
  readonly bits: bigint;
  readonly tuples: Tuples;
}

const INDEX = 4;
const WORD = 8;
/** Memory for a tuple while it is merged: itself, and its place in scratch and output. */
const MERGE_BYTES = 3 * INDEX + 3 * INDEX + 2 * WORD;
const SLICES = 512;
const RANGES = 4; // a thread: each reads the rows of all tuples

/**
 * Unites the tuples of all rules, a range of rows of A to a task. Where memory for all of them at once is wanting, as many rows of A at a time as there is room for.
 */
export async function mergeTuples(options: CandidateOptions, lists: readonly TupleList[]): Promise<MergedPairs> {
  const { a, memory, onProgress } = options;
  const sliceBits = Math.max(0, Math.ceil(Math.log2(a.rows / SLICES)));
  const sliceRows = 2 ** sliceBits;
  const inSlice = new Float64Array(Math.max(1, Math.ceil(a.rows / sliceRows)));
  for (const { tuples } of lists) for (let t = 0; t < tuples.a.length; t++) inSlice[tuples.a[t]! >>> sliceBits]!++;
  const total = inSlice.reduce((sum, n) => sum + n, 0);
  const mark = memory.mark();
  const room = (memory.free * 0.9) / MERGE_BYTES;
  const merged: { rowsA: Uint32Array; rowsB: Uint32Array; observed: BigInt64Array }[] = [];
  let done = 0;
  for (let slice = 0; slice < inSlice.length; ) {
    const lo = slice;
    let tuples = inSlice[slice++]!;
    while (slice < inSlice.length && tuples + inSlice[slice]! <= room) tuples += inSlice[slice++]!;
    const whole = lo === 0 && slice === inSlice.length;
    const [loRow, hiRow] = [lo * sliceRows, Math.min(a.rows, slice * sliceRows)];
    const here = whole ? lists : lists.map(({ bits, tuples: all }) => ({ bits, tuples: within(all, loRow, hiRow) }));
    merged.push(...(await mergeRows(options, here, loRow, hiRow, { rows: sliceRows, tuples: inSlice.subarray(lo, slice) }, (n) => onProgress("merging", (done += n), total))));
    memory.release(mark);
  }
  const count = merged.reduce((sum, { rowsA }) => sum + rowsA.length, 0);
  const pairs = { count, rowsA: memory.reserve(Math.max(1, count) * INDEX), rowsB: memory.reserve(Math.max(1, count) * INDEX), observed: memory.reserve(Math.max(1, count) * WORD) };
  let at = 0;
  for (const { rowsA, rowsB, observed } of merged) {
    memory.u32(pairs.rowsA, count).set(rowsA, at);
    memory.u32(pairs.rowsB, count).set(rowsB, at);
    memory.i64(pairs.observed, count).set(observed, at);
    at += rowsA.length;
  }
  return pairs;
}

function within({ a, b, levels }: Tuples, lo: number, hi: number): Tuples {
  const kept = new Uint32Array(a.length);
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i]! >= lo && a[i]! < hi) kept[count++] = i;
  const pick = (values: Uint32Array): Uint32Array => kept.subarray(0, count).map((i) => values[i]!);
  return { a: pick(a), b: pick(b), ...(levels === undefined ? {} : { levels: pick(levels) }) };
}

/** Unites tuples whose rows of A are all in [lo, hi), which the slices divide. */
async function mergeRows({ evidence, memory, pool }: CandidateOptions, lists: readonly TupleList[], lo: number, hi: number, slices: { readonly rows: number; readonly tuples: Float64Array }, onMerged: (tuples: number) => void): Promise<{ rowsA: Uint32Array; rowsB: Uint32Array; observed: BigInt64Array }[]> {
  const descriptors = memory.reserve(lists.length * 32);
  const words = lists.map(({ bits, tuples }) => {
    const [listA, listB, levels] = [tuples.a, tuples.b, tuples.levels].map((rows) => {
      if (rows === undefined) return 0;
      const at = memory.reserve(rows.length * INDEX);
      memory.u32(at, rows.length).set(rows);
      return at;
    });
    return [listA!, listB!, levels!, tuples.a.length, Number(bits & 0xffffffffn), Number(bits >> 32n), evidence.levelShift, 0];
  });
  words.forEach((list, i) => memory.u32(descriptors + i * 32, 8).set(list));
  const inRange = Math.max(1, Math.ceil(slices.tuples.length / (pool.threads * RANGES)));
  const ranges = Array.from({ length: Math.ceil(slices.tuples.length / inRange) }, (_, r) => {
    const from = lo + r * inRange * slices.rows;
    const to = Math.min(hi, from + inRange * slices.rows);
    const tuples = slices.tuples.subarray(r * inRange, (r + 1) * inRange).reduce((sum, n) => sum + n, 0);
    const room = (bytes: number): number => memory.reserve(Math.max(1, tuples) * bytes);
    return { from, to, tuples, starts: memory.reserve((to - from + 1) * INDEX), scratchB: room(INDEX), scratchObserved: room(WORD), outA: room(INDEX), outB: room(INDEX), outObserved: room(WORD) };
  });
  const merged = ranges.map(async ({ from, to, tuples, starts, scratchB, scratchObserved, outA, outB, outObserved }) => {
    const count = await pool.run({ name: "mergeTuples", args: [descriptors, lists.length, from, to, starts, scratchB, scratchObserved, outA, outB, outObserved] });
    onMerged(tuples);
    return { rowsA: memory.u32(outA, count).slice(), rowsB: memory.u32(outB, count).slice(), observed: memory.i64(outObserved, count).slice() };
  });
  return Promise.all(merged);
}
