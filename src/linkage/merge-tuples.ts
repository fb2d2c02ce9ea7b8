import type { CandidateOptions } from "./candidates.ts";
import type { SharedMemory } from "./shared-memory.ts";

const INDEX = 4;
const WORD = 8;

/** Rows that a rule has put together, dealt out by ranges of rows of A. */
export interface Tuples {
  readonly a: Uint32Array;
  readonly b: Uint32Array;
  readonly levels?: Uint32Array;
  /** Where the tuples of each range end. */
  readonly ends: Uint32Array;
}

/** Pairs in order of (row of A, row of B), in shared memory: u32, u32, and u64 of what was observed. */
export interface MergedPairs {
  readonly count: number;
  readonly rowsA: number;
  readonly rowsB: number;
  readonly observed: number;
}

/** Tuples that say again what others have said (kernel/assembly/merge.ts): for every row of A its partner, and a rule's bit where it found it. In shared memory. */
export interface Absorbed {
  readonly partners: number;
  readonly seen: number;
}

/** Bytes of it for a row of A. */
export const ABSORBED = { partner: INDEX, seen: WORD } as const;

interface TupleList {
  readonly bits: bigint;
  readonly chunks: readonly Tuples[];
}

/** Few enough that dealing them out stays in the cache, and many enough that a range does, up to some ten million records. */
const MOST_RANGES = 256;

/** Ranges that are worked on for each thread: while one is merged, the next is laid out. */
const MERGE_LANES = 2;
/** Bytes for a tuple of a range that is merged. */
const MERGE_BYTES = 6 * INDEX + 2 * WORD;

/** Of the rows of a range: what is less than a few thousand takes longer to send than to merge. */
const LEAST_BITS = 12;

/** Ranges of 2^bits rows. */
function rangesOf({ rows }: { readonly rows: number }): { bits: number; count: number } {
  const bits = Math.max(LEAST_BITS, Math.ceil(Math.log2(rows / MOST_RANGES)));
  return { bits, count: Math.max(1, Math.ceil(rows / 2 ** bits)) };
}

/** Bytes for the ranges that are merged at a time, where ranges are about equal and there is room for all lanes. */
export function mergeBytes(rowsA: number, tuples: number, threads: number): number {
  const { count } = rangesOf({ rows: rowsA });
  return (lanesOf(count, threads) * MERGE_BYTES * tuples) / count;
}

function lanesOf(ranges: number, threads: number): number {
  return Math.min(ranges, MERGE_LANES * threads);
}

/** Room in which a thread puts tuples out, and in which they are dealt out. */
export interface TupleRoom {
  readonly capacity: number;
  readonly a: number;
  readonly b: number;
  /** 0 where tuples have no levels. */
  readonly levels: number;
  readonly dealtA: number;
  readonly dealtB: number;
  readonly dealtLevels: number;
  readonly ends: number;
}

/** Bytes that `reserveTupleRoom` takes for a tuple, without levels and with them. */
export const TUPLE_ROOM = { plain: 4 * INDEX, levels: 6 * INDEX } as const;

export function reserveTupleRoom(memory: SharedMemory, capacity: number, kind: keyof typeof TUPLE_ROOM): TupleRoom {
  const column = (): number => memory.reserve(capacity * INDEX);
  const levels = (): number => (kind === "levels" ? column() : 0);
  return { capacity, a: column(), b: column(), levels: levels(), dealtA: column(), dealtB: column(), dealtLevels: levels(), ends: memory.reserve(MOST_RANGES * INDEX) };
}

/** Deals the first `count` tuples in a room out, and takes them away. */
export async function dealTuples({ a, memory, pool }: CandidateOptions, room: TupleRoom, count: number): Promise<Tuples> {
  const ranges = rangesOf(a);
  await pool.run({ name: "dealTuples", args: [room.a, room.b, room.levels, count, ranges.bits, ranges.count, room.ends, room.dealtA, room.dealtB, room.dealtLevels] });
  const taken = (at: number, length = count): Uint32Array => memory.u32(at, length).slice();
  return { a: taken(room.dealtA), b: taken(room.dealtB), ...(room.levels === 0 ? {} : { levels: taken(room.dealtLevels) }), ends: taken(room.ends, ranges.count) };
}

/** Unites the tuples of all rules, a range of rows of A to a task. */
export async function mergeTuples(options: CandidateOptions, lists: readonly TupleList[], absorbed: Absorbed | undefined): Promise<MergedPairs> {
  const { a, memory, pool, onProgress } = options;
  const ranges = rangesOf(a);
  const inRange = new Float64Array(ranges.count).fill(absorbed === undefined ? 0 : 2 ** ranges.bits);
  for (const { chunks } of lists) for (const { ends } of chunks) for (let r = 0; r < ranges.count; r++) inRange[r]! += ends[r]! - (ends[r - 1] ?? 0);
  const total = inRange.reduce((sum, n) => sum + n, 0);
  const most = inRange.reduce((x, y) => Math.max(x, y), 1);
  const mark = memory.mark();
  const merged: { rowsA: Uint32Array; rowsB: Uint32Array; observed: BigInt64Array }[] = [];
  let next = 0;
  let done = 0;
  const work = async (lane: MergeLane): Promise<void> => {
    while (next < ranges.count) {
      const r = next++;
      const from = r * 2 ** ranges.bits;
      layLists(options, lists, r, lane);
      const count = await pool.run({ name: "mergeTuples", args: [lane.lists, lists.length, from, Math.min(a.rows, from + 2 ** ranges.bits), absorbed?.partners ?? 0, absorbed?.seen ?? 0, lane.starts, lane.scratchB, lane.scratchObserved, lane.outA, lane.outB, lane.outObserved] });
      merged[r] = { rowsA: memory.u32(lane.outA, count).slice(), rowsB: memory.u32(lane.outB, count).slice(), observed: memory.i64(lane.outObserved, count).slice() };
      onProgress("merging", (done += inRange[r]!), total);
    }
  };
  // as many as there is room for: small files have few ranges, and large ones where many agree in a key
  const laneBytes = most * MERGE_BYTES + 2 ** ranges.bits * INDEX + lists.length * 32 + 1024;
  const lanes = Math.max(1, Math.min(lanesOf(ranges.count, pool.threads), Math.floor(memory.free / laneBytes)));
  await Promise.all(Array.from({ length: lanes }, () => reserveMergeLane(memory, lists.length, most, 2 ** ranges.bits)).map(work));
  memory.release(mark);
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

/** Room in which a range is merged. */
type MergeLane = ReturnType<typeof reserveMergeLane>;

function reserveMergeLane(memory: SharedMemory, lists: number, tuples: number, rows: number) {
  const room = (bytes: number): number => memory.reserve(tuples * bytes);
  return { lists: memory.reserve(lists * 32), a: room(INDEX), b: room(INDEX), levels: room(INDEX), starts: memory.reserve(rows * INDEX), scratchB: room(INDEX), scratchObserved: room(WORD), outA: room(INDEX), outB: room(INDEX), outObserved: room(WORD) };
}

/** Lays out a range's tuples as the kernel reads them: rule after rule, and a list of each. */
function layLists({ evidence, memory }: CandidateOptions, lists: readonly TupleList[], range: number, lane: MergeLane): void {
  let at = 0;
  lists.forEach(({ bits, chunks }, l) => {
    const first = at;
    for (const { a, b, levels, ends } of chunks) {
      const [from, to] = [ends[range - 1] ?? 0, ends[range]!];
      if (from === to) continue;
      const lay = (column: number, values: Uint32Array): void => memory.u32(column + at * INDEX, to - from).set(values.subarray(from, to));
      lay(lane.a, a);
      lay(lane.b, b);
      if (levels !== undefined) lay(lane.levels, levels);
      at += to - from;
    }
    const levels = chunks[0]?.levels === undefined ? 0 : lane.levels + first * INDEX;
    memory.u32(lane.lists + l * 32, 8).set([lane.a + first * INDEX, lane.b + first * INDEX, levels, at - first, Number(bits & 0xffffffffn), Number(bits >> 32n), evidence.levelShift, 0]);
  });
}
