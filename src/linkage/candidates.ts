import type { KernelCall, LinkKernel } from "../kernel/link-kernel.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { SaltlinkError } from "../errors.ts";
import type { Evidence } from "./evidence.ts";
import type { JoinRoom } from "./join-columns.ts";
import { type Digests, type Join, type Rule, joinRule, reserveJoinRoom, rulesOf } from "./join-rule.ts";
import { joinBytes } from "./memory-plan.ts";
import { ABSORBED, type Absorbed, type MergedPairs, type TupleRoom, type Tuples, dealTuples, mergeTuples, reserveTupleRoom } from "./merge-tuples.ts";
import { type LinkPool, type LoadedDataset, type RowLayout, placeRows } from "./record-store.ts";
import type { RecordSample } from "./sample-records.ts";
import { scanBuckets } from "./scan-buckets.ts";
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
  /** Share of the records of A that are in skipped blocks. */
  readonly skippedShare: number;
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
  /** Most pairs that rules may bring, a pair counted once for each rule that brings it. */
  readonly mostTuples: number;
  /** Called when content digests are whole, if there are buckets: chooses records whose rows are to be loaded along with the others. What it reserves is left. */
  readonly takeSamples?: (() => Promise<readonly RecordSample[]>) | undefined;
  readonly onProgress: (stage: string, done: number, total: number) => void;
}

const INDEX = 4;
const DIGEST = 8;
const COUNTED = 1 << 15; // pairs whose observations are counted at a time

/** Pairs of every rule, counted without looking at any: the forecast. */
export async function countCandidates(options: CandidateOptions): Promise<RuleReport[]> {
  return atOnce(options, rulesOf(options.schema, options.a.file, options.b.file), async (rule, { room, digests }) => (await joinRule(options, rule, room, digests, rule.kind === "key" ? "counted" : undefined)).report, (done, total) => options.onProgress("counting", done, total));
}

export async function findCandidates(options: CandidateOptions): Promise<Candidates> {
  const { memory, schema } = options;
  const rules = rulesOf(schema, options.a.file, options.b.file);
  const keys = rules.filter(({ kind }) => kind === "key");
  const absorbed = keys.length > 0 && options.a !== options.b ? reserveAbsorbed(options) : undefined;
  const mark = memory.mark();
  let total = 0;
  const found: { report: RuleReport; chunks: Tuples[] }[] = await atOnce(
    options,
    keys,
    async (rule, lane) => {
      const join = await joinRule(options, rule, lane.room, lane.digests, absorbed && { partners: absorbed.partners, seen: lane.seen, bit: rule.bits, a: lane.out.a, b: lane.out.b });
      limitTuples((total += join.report.pairs), options.mostTuples);
      return { report: join.report, chunks: await emit(options, join, lane) };
    },
    (done) => options.onProgress("blocking", done, rules.length),
    absorbed,
  );
  memory.release(mark);
  for (const rule of rules.slice(keys.length)) {
    const takeSamples = rule === rules.at(-1) ? options.takeSamples : undefined;
    const { report, chunks } = await scanBuckets({ ...options, takeSamples }, rule, (share) => options.onProgress("comparing", found.length + share, rules.length));
    limitTuples((total += report.found), options.mostTuples);
    found.push({ report, chunks });
    options.onProgress("blocking", found.length, rules.length);
  }
  const left = memory.mark();
  const pairs = await mergeTuples(options, found.map(({ chunks }, r) => ({ bits: rules[r]!.bits, chunks })), absorbed);
  if (schema.profile === "plain") await compare(options, pairs);
  const result = observe(options, pairs, found.map(({ report }) => report));
  memory.release(left);
  return result;
}

/** Room for a rule that is joined while others are. */
interface Lane {
  readonly room: JoinRoom;
  readonly digests: Digests;
  readonly seen: number;
  readonly cursor: number;
  readonly out: TupleRoom;
}

/** Works on as many rules at a time as there are threads and room for; results in the order of the rules. Each lane sums up digests of its own, and has its own marks of what is absorbed. */
async function atOnce<T>(options: CandidateOptions, rules: readonly Rule[], work: (rule: Rule, lane: Lane) => Promise<T>, onProgress: (done: number, total: number) => void, absorbed?: Absorbed): Promise<T[]> {
  const { memory, kernel, pool, a, b } = options;
  const results: T[] = [];
  let next = 0;
  let done = 0;
  const laneBytes = joinBytes({ rowsA: a.rows, rowsB: b.rows });
  const room = 1 + Math.max(0, Math.floor((memory.free - laneBytes) / (laneBytes + DIGEST * (a.rows + b.rows) + ABSORBED.seen * a.rows)));
  const apart = ({ rows }: LoadedDataset): number => memory.reserveZeroed(rows * DIGEST);
  const lanes = Array.from({ length: Math.min(pool.threads, rules.length, room) }, (_, lane): Lane => ({
    room: reserveJoinRoom(options),
    digests: lane === 0 ? { a: a.digests, b: b.digests } : { a: apart(a), b: a === b ? 0 : apart(b) },
    seen: absorbed === undefined ? 0 : lane === 0 ? absorbed.seen : memory.reserveZeroed(a.rows * ABSORBED.seen),
    cursor: memory.reserve(8),
    out: reserveTupleRoom(memory, emitCapacity(b), "plain"),
  }));
  await Promise.all(
    lanes.map(async (lane) => {
      while (next < rules.length) {
        const r = next++;
        results[r] = await work(rules[r]!, lane);
        onProgress(++done, rules.length);
      }
    }),
  );
  for (const { digests, seen } of lanes.slice(1)) {
    if (absorbed !== undefined) kernel.uniteMarks(seen, a.rows, absorbed.seen);
    kernel.addDigests(digests.a, a.rows, a.digests);
    if (a !== b) kernel.addDigests(digests.b, b.rows, b.digests);
  }
  return results;
}

/** Pairs that are emitted at a time: at least all that one record can have, and one more than there can be matches. */
function emitCapacity({ rows }: LoadedDataset): number {
  return Math.max(1 << 18, rows + 1);
}

/** All pairs of an exact key. */
async function emit(options: CandidateOptions, { blocks, blockCount, orderA, orderB, singles }: Join, { cursor, out }: Lane): Promise<Tuples[]> {
  const { a, b, memory, pool, blockCap } = options;
  const chunks: Tuples[] = singles > 0 ? [await dealTuples(options, out, singles)] : [];
  memory.u32(cursor, 2).set([0, 0]);
  while (memory.u32(cursor, 2)[0]! < blockCount) {
    const count = await pool.run({ name: "emitPairs", args: [blocks, blockCount, Number(a === b), blockCap, orderA, orderB, cursor, out.a, out.b, out.capacity] });
    chunks.push(await dealTuples(options, out, count));
  }
  return chunks;
}

function reserveAbsorbed({ a, memory }: CandidateOptions): Absorbed {
  const partners = memory.reserve(a.rows * ABSORBED.partner);
  memory.u32(partners, a.rows).fill(0xffffffff);
  return { partners, seen: memory.reserveZeroed(a.rows * ABSORBED.seen) };
}

function limitTuples(tuples: number, most: number): void {
  if (tuples <= most) return;
  throw new SaltlinkError("memory", `the rules put together more than ${Math.floor(most / 1e6)} million pairs: give more --memory, agree on a schema with more specific keys, or link smaller files (saltlink link --dry-run shows the pairs of each rule)`);
}

/** Compares every pair in full, where filters and tokens can be compared without regard to blocks (profile plain). */
async function compare(options: CandidateOptions, { count, rowsA, rowsB, observed }: MergedPairs): Promise<void> {
  const { a, b, evidence, layout, memory, pool, onProgress } = options;
  const PAIRS = 1 << 19;
  const mark = memory.mark();
  const storeOf = async (dataset: LoadedDataset): Promise<number> => {
    const store = memory.reserve(dataset.rows * layout.stride);
    const slots = memory.reserve(dataset.rows * INDEX);
    memory.u32(slots, dataset.rows).forEach((_, row, view) => (view[row] = row));
    await placeRows(dataset, [{ slots, store }], options);
    return store;
  };
  const storeA = await storeOf(a);
  const storeB = a === b ? storeA : await storeOf(b);
  const calls = Array.from({ length: Math.ceil(count / PAIRS) }, (_, i): KernelCall => ({
    name: "comparePairs",
    args: [layout.layout, storeA, storeB, layout.stride, rowsA, rowsB, observed, i * PAIRS, Math.min(count, (i + 1) * PAIRS), BigInt(evidence.tokenShift), BigInt(evidence.levelShift)],
  }));
  let done = 0;
  for await (const _ of pool.map(calls)) onProgress("comparing", ++done, calls.length);
  memory.release(mark);
}

/** Counts the distinct observations and numbers them in an order that only their content decides. */
function observe({ a, b, memory, kernel }: CandidateOptions, pairs: MergedPairs, rules: readonly RuleReport[]): Candidates {
  const { count, rowsA, rowsB } = pairs;
  const slots = memory.reserve(Math.max(1, count) * INDEX);
  let log2Slots = 14;
  let table = 0;
  // a part at a time: V8 makes fast code of what is called again, not of what is called once
  const countObservations = (): number => {
    let known = 0;
    for (let first = 0; first < count; first += COUNTED) {
      const more = kernel.countObservations(rowsA + first * INDEX, rowsB + first * INDEX, pairs.observed + first * 8, Math.min(COUNTED, count - first), a.nulls, b.nulls, table, log2Slots, known, slots + first * INDEX);
      if (more < 0) return more;
      known += more;
    }
    return known;
  };
  for (; ; log2Slots += 2) {
    const mark = memory.mark();
    table = memory.reserveZeroed(24 * 2 ** log2Slots);
    if (countObservations() >= 0) break;
    memory.release(mark);
  }
  const words = memory.u32(table, 6 * 2 ** log2Slots);
  const word = (at: number): bigint => BigInt(words[at]!) | (BigInt(words[at + 1]!) << 32n);
  const found: number[] = [];
  for (let slot = 0; slot < 2 ** log2Slots; slot++) if (words[slot * 6 + 4]! > 0) found.push(slot);
  // by what is missing, then by what was seen, higher halves first
  const order = (x: number, y: number): number => words[x + 3]! - words[y + 3]! || words[x + 2]! - words[y + 2]! || words[x + 1]! - words[y + 1]! || words[x]! - words[y]!;
  found.sort((x, y) => order(x * 6, y * 6));
  const observations = found.map((slot): Observation => ({ observed: word(slot * 6), missing: word(slot * 6 + 2), pairs: words[slot * 6 + 4]! }));
  // the table has been read
  found.forEach((slot, number) => (words[slot] = number));
  kernel.wordsAt(slots, count, table, slots);
  const observation = memory.u32(slots, count).slice();
  return { count, rowsA: memory.u32(rowsA, count).slice(), rowsB: memory.u32(rowsB, count).slice(), observation, observations, rules };
}
