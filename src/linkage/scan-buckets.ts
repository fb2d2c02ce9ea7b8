import { SaltlinkError } from "../errors.ts";
import type { CandidateOptions, RuleReport } from "./candidates.ts";
import { type Rule, joinRule, reserveJoinRoom } from "./join-rule.ts";
import { loadScratch } from "./load-columns.ts";
import { type Tuples, dealTuples, reserveTupleRoom } from "./merge-tuples.ts";
import { type LoadedDataset, placeRows } from "./record-store.ts";
import type { RecordSample } from "./sample-records.ts";
import type { SharedMemory } from "./shared-memory.ts";

/** Pairs that a task compares; fewer where there are few, so that every thread has some. */
const SCAN_PAIRS = 4_000_000;
const TASKS = 4; // at least, for a thread
const INDEX = 4;

/**
 * A bucketed key: compares all pairs of its blocks on all threads and keeps those of which a filter is not far. The records' filters lie in the order of the blocks; where they do not fit in memory at once,
 * the files are read again for every *segment*, as many blocks as there is room for.
 * Samples that are taken when its column has been joined are filled from the same reading, and stay in memory.
 */
export async function scanBuckets(options: CandidateOptions, rule: Rule, onProgress: (share: number) => void): Promise<{ report: RuleReport; chunks: Tuples[] }> {
  const { a, b, kernel, layout, memory, pool } = options;
  const self = a === b;
  const { stride } = layout;
  const mark = memory.mark();
  const room = reserveJoinRoom(options);
  const { report, orderA, orderB, ...join } = await joinRule(options, rule, room, { a: a.digests, b: b.digests });
  const blocks = memory.u32(join.blocks, join.blockCount * 4).slice();
  memory.release(room.ordersEnd);
  const samples = (await options.takeSamples?.()) ?? [];
  const left = samples.length > 0 ? memory.mark() : mark;
  const slotsA = memory.reserve(a.rows * INDEX);
  const slotsB = self ? slotsA : memory.reserve(b.rows * INDEX);
  const largest = blocks.reduce((most, end, i) => (i % 4 === 3 ? Math.max(most, end - blocks[i - 1]!) : most), 0);
  const lanes = Array.from({ length: pool.threads }, () => ({
    cursor: memory.reserve(8),
    scratch: memory.reserve(kernel.scanScratch(layout.layout, largest)),
    out: reserveTupleRoom(memory, largest + (1 << 18), "levels"),
  }));
  const chunks: Tuples[] = [];
  let pairsDone = 0;
  // beside the stores: what loading them takes, and the blocks as they are split
  const margin = pool.threads * loadScratch(layout) + 32 * blocks.length + (1 << 20);
  for (const segment of segmentsOf(blocks, self, Math.floor((memory.free - margin) / stride))) {
    const segmentMark = memory.mark();
    const { part, pairs, firstA, endA, firstB, endB } = segment;
    const storeA = await storeOf(options, a, samples, slotsA, orderA, firstA, endA);
    const storeB = self ? storeA : await storeOf(options, b, samples, slotsB, orderB, firstB, endB);
    const { split, cuts } = splitBlocks(memory, part, self, Math.min(SCAN_PAIRS, Math.ceil(pairs / (TASKS * pool.threads))));
    let next = 0;
    let done = 0;
    const work = async ({ cursor, scratch, out }: (typeof lanes)[number]): Promise<void> => {
      while (next + 1 < cuts.length) {
        const range = next++;
        const to = cuts[range + 1]!;
        memory.u32(cursor, 2).set([cuts[range]!, 0]);
        // a call ends early when its output is full
        while (memory.u32(cursor, 2)[0]! < to) {
          const count = await pool.run({ name: "scanBlocks", args: [layout.layout, storeA, storeB, stride, split, to, Number(self), orderA, orderB, cursor, scratch, out.a, out.b, out.levels, out.capacity] });
          if (count > 0) chunks.push(await dealTuples(options, out, count));
        }
        onProgress((pairsDone + (pairs * ++done) / (cuts.length - 1)) / report.pairs);
      }
    };
    await Promise.all(lanes.map(work));
    pairsDone += pairs;
    memory.release(segmentMark);
  }
  memory.release(left);
  return { report: { ...report, found: chunks.reduce((sum, tuples) => sum + tuples.a.length, 0) }, chunks };
}

/** The store of the positions [first, end) of an order, as if position 0 were in it: its address less what lies before. */
async function storeOf(options: CandidateOptions, dataset: LoadedDataset, samples: readonly RecordSample[], slots: number, order: number, first: number, end: number): Promise<number> {
  const { memory, kernel, layout } = options;
  const store = memory.reserve((end - first) * layout.stride);
  kernel.placesOf(order, first, end, dataset.rows, slots);
  const toFill = samples.filter(({ of, isFilled }) => of === dataset && !isFilled);
  await placeRows(dataset, [{ slots, store }, ...toFill.flatMap(({ placement }) => placement ?? [])], options);
  for (const sample of toFill) sample.isFilled = sample.placement !== undefined;
  return (store - first * layout.stride) >>> 0; // addresses wrap around, as the kernel's do
}

interface Segment {
  readonly part: Uint32Array;
  readonly pairs: number;
  readonly firstA: number;
  readonly endA: number;
  readonly firstB: number;
  readonly endB: number;
}

/** Runs of blocks whose records are at most `most`. */
function segmentsOf(blocks: Uint32Array, self: boolean, most: number): Segment[] {
  const segments: Segment[] = [];
  for (let from = 0; from < blocks.length; ) {
    const [firstA, , firstB] = [blocks[from]!, 0, blocks[from + 2]!];
    let to = from;
    let pairs = 0;
    for (; to < blocks.length; to += 4) {
      const records = blocks[to + 1]! - firstA + (self ? 0 : blocks[to + 3]! - firstB);
      if (records > most) break;
      pairs += (blocks[to + 1]! - blocks[to]!) * (blocks[to + 3]! - blocks[to + 2]!);
    }
    if (to === from) throw new SaltlinkError("memory", "a bucket holds more records than the memory has room for; give more with --memory, or agree on a schema with more specific buckets");
    segments.push({ part: blocks.subarray(from, to), pairs, firstA, endA: blocks[to - 3]!, firstB, endB: blocks[to - 1]! });
    from = to;
  }
  return segments;
}

/** Cuts large blocks by rows of A and gathers small ones, into ranges of about `most` pairs: [cuts[i], cuts[i + 1]) each. */
function splitBlocks(memory: SharedMemory, whole: Uint32Array, self: boolean, most: number): { split: number; cuts: number[] } {
  const parts: number[] = [];
  const cuts = [0];
  let pairs = 0;
  for (let i = 0; i < whole.length; i += 4) {
    const [firstA, endA, firstB, endB] = whole.subarray(i, i + 4) as unknown as [number, number, number, number];
    const step = Math.max(1, Math.floor(most / (endB - firstB)));
    for (let from = firstA; from < endA; from += step) {
      // within one file the pairs of a row are those with the rows after it
      parts.push(from, Math.min(endA, from + step), self ? from : firstB, endB);
      pairs += Math.min(endA - from, step) * (endB - firstB);
      if (pairs < most) continue;
      cuts.push(parts.length / 4);
      pairs = 0;
    }
  }
  if (cuts.at(-1)! < parts.length / 4) cuts.push(parts.length / 4);
  const split = memory.reserve(Math.max(1, parts.length) * INDEX);
  memory.u32(split, parts.length).set(parts);
  return { split, cuts };
}
