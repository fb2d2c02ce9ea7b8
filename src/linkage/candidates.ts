import type { KernelCall, LinkKernel } from "../kernel/link-kernel.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { SaltlinkError } from "../errors.ts";
import type { Evidence } from "./evidence.ts";
import { type Join, type JoinRoom, type Rule, joinRule, reserveJoinRoom, rulesOf } from "./join-rule.ts";
import type { LinkPool, LoadedDataset, RowLayout } from "./record-store.ts";
import type { SharedMemory } from "./shared-memory.ts";

/**
 * Blocking and comparison: from two datasets to every pair that some rule reaches, each once, with what was seen of it.
 *
 * Each rule joins one key column of both files: sort, walk, and emit a *tuple* per pair. An exact key emits all pairs of a block, a bucketed key only those of which a filter is not far. A pair's observation is
 * the union of what its rules saw, so merging the tuples by (row of A, row of B) compares nothing twice and needs no set of pairs. Work is split by rule, block range and
 * row range; the result does not depend on how.
 */
export interface Candidates {
  readonly count: number;
  readonly rowsA: Uint32Array;
  readonly rowsB: Uint32Array;
  /** Index into `observations` of every pair. */
  readonly observation: Uint32Array;
  readonly observations: readonly Observation[];
  readonly rules: readonly RuleReport[];
}

/** Everything that was seen of some pairs. */
export interface Observation {
  /** Keys that agree, tokens that agree, levels of the filters (see evidence.ts). */
  readonly observed: bigint;
  /** What is missing in either record. */
  readonly missing: bigint;
  readonly pairs: number;
}

export interface RuleReport {
  readonly kind: "key" | "bucket";
  readonly parts: readonly string[];
  readonly blocks: number;
  /** Pairs in the blocks that were looked at. */
  readonly pairs: number;
  /** Pairs left after the filters were compared; the same as `pairs` for an exact key. */
  readonly found: number;
  readonly largestBlock: number;
  /** Blocks above the cap are skipped, and their pairs with them. */
  readonly skippedBlocks: number;
  readonly skippedPairs: number;
}

export interface CandidateOptions {
  readonly schema: LinkageSchema;
  readonly evidence: Evidence;
  readonly a: LoadedDataset;
  /** The same dataset as `a` to find duplicates within it. */
  readonly b: LoadedDataset;
  readonly layout: RowLayout;
  readonly memory: SharedMemory;
  readonly kernel: LinkKernel;
  readonly pool: LinkPool;
  /** Largest number of pairs in one block of an exact key. */
  readonly blockCap: number;
  readonly onProgress: (stage: string, done: number, total: number) => void;
}

/** Rows that a rule has put together. */
interface Tuples {
  readonly a: Uint32Array;
  readonly b: Uint32Array;
  readonly levels?: Uint32Array;
}

const SCAN_PAIRS = 4_000_000;
const MOST_TUPLES = 150_000_000;
const INDEX = 4;
const WORD = 8;

/** Pairs of every rule, counted without looking at any: the forecast. */
export async function countCandidates(options: CandidateOptions): Promise<RuleReport[]> {
  return atOnce(options, rulesOf(options), async (rule, { room }) => (await joinRule(options, rule, room)).report, (done, total) => options.onProgress("counting", done, total));
}

export async function findCandidates(options: CandidateOptions): Promise<Candidates> {
  const { memory, schema } = options;
  const rules = rulesOf(options);
  const mark = memory.mark();
  let total = 0;
  const keys = rules.filter(({ kind }) => kind === "key");
  const found: { report: RuleReport; chunks: Tuples[] }[] = await atOnce(
    options,
    keys,
    async (rule, lane) => {
      const join = await joinRule(options, rule, lane.room);
      limitTuples((total += join.report.pairs));
      return { report: join.report, chunks: await emit(options, join, lane) };
    },
    (done) => options.onProgress("blocking", done, rules.length),
  );
  memory.release(mark);
  for (const rule of rules.slice(keys.length)) {
    const join = await joinRule(options, rule, reserveJoinRoom(options));
    const chunks = await scan(options, join, found.length, rules.length);
    const left = chunks.reduce((sum, tuples) => sum + tuples.a.length, 0);
    limitTuples((total += left));
    found.push({ report: { ...join.report, found: left }, chunks });
    memory.release(mark);
    options.onProgress("blocking", found.length, rules.length);
  }
  const lists = found.flatMap(({ chunks }, r) => chunks.map((tuples) => ({ bits: rules[r]!.bits, tuples })));
  const ranges = await merge(options, lists, total);
  if (schema.profile === "plain") await compare(options, ranges);
  const result = observe(options, ranges, found.map(({ report }) => report));
  memory.release(mark);
  return result;
}

/** Room for a rule that is joined while others are. */
interface Lane {
  readonly room: JoinRoom;
  readonly cursor: number;
  readonly outA: number;
  readonly outB: number;
}

/** Works on as many rules at a time as there are threads; results in the order of the rules. */
async function atOnce<T>(options: CandidateOptions, rules: readonly Rule[], work: (rule: Rule, lane: Lane) => Promise<T>, onProgress: (done: number, total: number) => void): Promise<T[]> {
  const { memory, pool, b } = options;
  const results: T[] = [];
  let next = 0;
  let done = 0;
  const capacity = emitCapacity(b);
  const lanes = Array.from({ length: Math.min(pool.threads, rules.length) }, (): Lane => ({ room: reserveJoinRoom(options), cursor: memory.reserve(8), outA: memory.reserve(capacity * INDEX), outB: memory.reserve(capacity * INDEX) }));
  await Promise.all(
    lanes.map(async (lane) => {
      while (next < rules.length) {
        const r = next++;
        results[r] = await work(rules[r]!, lane);
        onProgress(++done, rules.length);
      }
    }),
  );
  return results;
}

/** Pairs that are emitted at a time: at least all that one record can have. */
function emitCapacity({ rows }: LoadedDataset): number {
  return Math.max(1 << 18, rows);
}

/** All pairs of an exact key. */
async function emit({ a, b, memory, pool, blockCap }: CandidateOptions, { blocks, blockCount, orderA, orderB }: Join, { cursor, outA, outB }: Lane): Promise<Tuples[]> {
  const chunks: Tuples[] = [];
  memory.u32(cursor, 2).set([0, 0]);
  while (memory.u32(cursor, 2)[0]! < blockCount) {
    const count = await pool.run({ name: "emitPairs", args: [blocks, blockCount, Number(a === b), blockCap, orderA, orderB, cursor, outA, outB, emitCapacity(b)] });
    chunks.push({ a: memory.u32(outA, count).slice(), b: memory.u32(outB, count).slice() });
  }
  return chunks;
}

function limitTuples(tuples: number): void {
  if (tuples <= MOST_TUPLES) return;
  throw new SaltlinkError("memory", `the rules put together more than ${MOST_TUPLES / 1e6} million pairs: a schema with more specific keys is needed, or smaller files (saltlink link --dry-run shows the pairs of each rule)`);
}

/** Compares the pairs of all blocks of a bucketed key on all threads. */
async function scan(options: CandidateOptions, join: Join, stage: number, stages: number): Promise<Tuples[]> {
  const { a, b, layout, memory, pool } = options;
  const self = a === b;
  const { blocks, cuts, largest } = splitBlocks(memory, join, self);
  const capacity = largest + (1 << 18);
  const results: Tuples[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    const cursor = memory.reserve(8);
    const scratch = memory.reserve(largest * layout.filterBytes);
    const outA = memory.reserve(capacity * INDEX);
    const outB = memory.reserve(capacity * INDEX);
    const outLevels = memory.reserve(capacity * INDEX);
    while (next + 1 < cuts.length) {
      const range = next++;
      const to = cuts[range + 1]!;
      memory.u32(cursor, 2).set([cuts[range]!, 0]);
      // a call ends early when its output is full
      while (memory.u32(cursor, 2)[0]! < to) {
        const count = await pool.run({ name: "scanBlocks", args: [layout.layout, a.store, b.store, layout.stride, blocks, to, Number(self), join.orderA, join.orderB, cursor, scratch, outA, outB, outLevels, capacity] });
        if (count > 0) results.push({ a: memory.u32(outA, count).slice(), b: memory.u32(outB, count).slice(), levels: memory.u32(outLevels, count).slice() });
      }
      options.onProgress("comparing", stage + ++done / cuts.length, stages);
    }
  };
  if (cuts.length > 1) await Promise.all(Array.from({ length: pool.threads }, work));
  return results;
}

/** Cuts large blocks by rows of A and gathers small ones, into ranges of about SCAN_PAIRS pairs: [cuts[i], cuts[i + 1]) each. */
function splitBlocks(memory: SharedMemory, { blocks, blockCount }: Join, self: boolean): { blocks: number; cuts: number[]; largest: number } {
  const whole = memory.u32(blocks, blockCount * 4);
  const parts: number[] = [];
  const cuts = [0];
  let largest = 0;
  let pairs = 0;
  for (let i = 0; i < whole.length; i += 4) {
    const [firstA, endA, firstB, endB] = whole.subarray(i, i + 4) as unknown as [number, number, number, number];
    const step = Math.max(1, Math.floor(SCAN_PAIRS / (endB - firstB)));
    largest = Math.max(largest, endB - firstB);
    for (let from = firstA; from < endA; from += step) {
      // within one file the pairs of a row are those with the rows after it
      parts.push(from, Math.min(endA, from + step), self ? from : firstB, endB);
      pairs += Math.min(endA - from, step) * (endB - firstB);
      if (pairs < SCAN_PAIRS) continue;
      cuts.push(parts.length / 4);
      pairs = 0;
    }
  }
  if (cuts.at(-1)! < parts.length / 4) cuts.push(parts.length / 4);
  const split = memory.reserve(Math.max(1, parts.length) * INDEX);
  memory.u32(split, parts.length).set(parts);
  return { blocks: split, cuts, largest };
}

interface Range {
  readonly count: number;
  readonly outA: number;
  readonly outB: number;
  readonly outObserved: number;
}

/** Unites the tuples, a range of rows of A to a task. */
async function merge({ a, evidence, memory, pool, onProgress }: CandidateOptions, lists: readonly { bits: bigint; tuples: Tuples }[], total: number): Promise<Range[]> {
  const rangeRows = Math.max(1, Math.ceil(a.rows / (pool.threads * 4)));
  const rangeCount = Math.ceil(a.rows / rangeRows);
  const inRange = new Float64Array(rangeCount);
  const descriptors = memory.reserve(lists.length * 32);
  const words = lists.map(({ bits, tuples }) => {
    const [listA, listB, levels] = [tuples.a, tuples.b, tuples.levels].map((rows) => {
      if (rows === undefined) return 0;
      const at = memory.reserve(rows.length * INDEX);
      memory.u32(at, rows.length).set(rows);
      return at;
    });
    for (const row of tuples.a) inRange[Math.floor(row / rangeRows)]!++;
    return [listA!, listB!, levels!, tuples.a.length, Number(bits & 0xffffffffn), Number(bits >> 32n), evidence.levelShift, 0];
  });
  words.forEach((list, i) => memory.u32(descriptors + i * 32, 8).set(list));
  let merged = 0;
  const ranges = Array.from(inRange, (tuples, r) => {
    const lo = r * rangeRows;
    const hi = Math.min(a.rows, lo + rangeRows);
    const room = (bytes: number): number => memory.reserve(Math.max(1, tuples) * bytes);
    return { lo, hi, starts: memory.reserve((hi - lo + 1) * INDEX), scratchB: room(INDEX), scratchObserved: room(WORD), outA: room(INDEX), outB: room(INDEX), outObserved: room(WORD) };
  });
  return Promise.all(
    ranges.map(async ({ lo, hi, starts, scratchB, scratchObserved, outA, outB, outObserved }, r) => {
      const count = await pool.run({ name: "mergeTuples", args: [descriptors, lists.length, lo, hi, starts, scratchB, scratchObserved, outA, outB, outObserved] });
      merged += inRange[r]!;
      onProgress("merging", merged, total);
      return { count, outA, outB, outObserved };
    }),
  );
}

/** Compares every pair in full, where filters and tokens can be compared without regard to blocks (profile plain). */
async function compare({ a, b, evidence, layout, pool, onProgress }: CandidateOptions, ranges: readonly Range[]): Promise<void> {
  const PAIRS = 1 << 19;
  const calls = ranges.flatMap(({ count, outA, outB, outObserved }) =>
    Array.from({ length: Math.ceil(count / PAIRS) }, (_, i): KernelCall => ({
      name: "comparePairs",
      args: [layout.layout, a.store, b.store, layout.stride, outA, outB, outObserved, i * PAIRS, Math.min(count, (i + 1) * PAIRS), BigInt(evidence.tokenShift), BigInt(evidence.levelShift)],
    })),
  );
  let done = 0;
  for await (const _ of pool.map(calls)) onProgress("comparing", ++done, calls.length);
}

/** Counts the distinct observations and numbers them in an order that only their content decides. */
function observe({ a, b, memory, kernel }: CandidateOptions, ranges: readonly Range[], rules: readonly RuleReport[]): Candidates {
  const count = ranges.reduce((sum, range) => sum + range.count, 0);
  const slots = memory.reserve(Math.max(1, count) * INDEX);
  let log2Slots = 14;
  let table = 0;
  for (; ; log2Slots += 2) {
    const mark = memory.mark();
    table = memory.reserveZeroed(24 * 2 ** log2Slots);
    let at = 0;
    let distinct = 0;
    const fits = ranges.every((range) => {
      const added = kernel.countObservations(range.outA, range.outB, range.outObserved, range.count, a.nulls, b.nulls, table, log2Slots, distinct, slots + at * INDEX);
      at += range.count;
      distinct += added;
      return added >= 0;
    });
    if (fits) break;
    memory.release(mark);
  }
  const words = memory.u32(table, 6 * 2 ** log2Slots);
  const word = (at: number): bigint => BigInt(words[at]!) | (BigInt(words[at + 1]!) << 32n);
  const found: (Observation & { slot: number })[] = [];
  for (let slot = 0; slot < 2 ** log2Slots; slot++) {
    const pairs = words[slot * 6 + 4]!;
    if (pairs > 0) found.push({ slot, pairs, observed: word(slot * 6), missing: word(slot * 6 + 2) });
  }
  found.sort((x, y) => compareWords(x.missing, y.missing) || compareWords(x.observed, y.observed));
  const numberOf = new Uint32Array(2 ** log2Slots);
  found.forEach(({ slot }, number) => (numberOf[slot] = number));
  const rowsA = new Uint32Array(count);
  const rowsB = new Uint32Array(count);
  let at = 0;
  for (const range of ranges) {
    rowsA.set(memory.u32(range.outA, range.count), at);
    rowsB.set(memory.u32(range.outB, range.count), at);
    at += range.count;
  }
  return { count, rowsA, rowsB, observation: memory.u32(slots, count).map((slot) => numberOf[slot]!).slice(), observations: found.map(({ observed, missing, pairs }) => ({ observed, missing, pairs })), rules };
}

function compareWords(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
