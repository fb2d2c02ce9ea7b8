import type { HashedFile } from "../exchange/hashed-file.ts";
import { SaltlinkError } from "../errors.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { CandidateOptions, RuleReport } from "./candidates.ts";
import { DIGITS_BYTES, JOINED, type JoinJob, type JoinRoom, joinColumns, largestPile } from "./join-columns.ts";
import { type LoadedDataset, unreadable } from "./record-store.ts";
import type { SharedMemory } from "./shared-memory.ts";

/** One way to bring records together: a key that must be equal, or a bucketed key whose pairs are then compared. */
export interface Rule {
  readonly kind: "key" | "bucket";
  readonly parts: readonly string[];
  /** Absent for the rule that compares all pairs. */
  readonly column: string | undefined;
  /** Bits of an observation that every tuple of the rule carries. */
  readonly bits: bigint;
  /** Bits of the column that count. */
  readonly mask: bigint;
}

export function rulesOf(schema: LinkageSchema, { layout, header }: HashedFile, b: HashedFile): Rule[] {
  const keys = schema.keys.map((key, k): Rule => ({ kind: "key", parts: key.parts, column: layout.keys[k]!, bits: 1n << BigInt(k), mask: ~0n }));
  const buckets = schema.buckets.map((bucket, i): Rule => {
    // the shorter prefix of the two; the last bit marks a bucket as present
    const bits = BigInt(Math.min(header.bucketBits[i]!, b.header.bucketBits[i]!));
    return { kind: "bucket", parts: bucket.parts, column: layout.buckets[i]!, bits: 0n, mask: bits === 0n ? 1n : (~0n << (64n - bits)) | 1n };
  });
  // a strict schema without buckets is for files small enough to compare in full
  const allPairs: Rule[] = schema.profile === "strict" && buckets.length === 0 ? [{ kind: "bucket", parts: ["all pairs"], column: undefined, bits: 0n, mask: 0n }] : [];
  return [...keys, ...buckets, ...allPairs];
}

/** The blocks of a rule: runs of equal keys in both files, u32 [first of A, end of A, first of B, end of B) each, positions in the orders. */
export interface Join {
  readonly blocks: number;
  readonly blockCount: number;
  readonly orderA: number;
  readonly orderB: number;
  /** Tuples of keys that one record of each file has, where these are told apart, and that were not absorbed. */
  readonly singles: number;
  readonly report: RuleReport;
}

const INDEX = 4;
const WORD = 8;

export function reserveJoinRoom({ a, b, memory, kernel }: Pick<CandidateOptions, "a" | "b" | "memory" | "kernel">): JoinRoom {
  const most = Math.max(a.rows, b.rows);
  const self = a === b;
  const orderA = memory.reserve(a.rows * INDEX);
  const orderB = self ? orderA : memory.reserve(b.rows * INDEX);
  const ordersEnd = memory.mark();
  const sortedA = memory.reserve(a.rows * WORD);
  return {
    orderA,
    orderB,
    ordersEnd,
    sortedA,
    sortedB: self ? sortedA : memory.reserve(b.rows * WORD),
    keys: memory.reserve(most * WORD),
    sortedScratch: memory.reserve(most * WORD),
    orderScratch: memory.reserve(most * INDEX),
    digits: memory.reserve(DIGITS_BYTES),
    blocks: memory.reserve(Math.max(1, Math.min(a.rows, b.rows)) * 16),
    table: memory.reserve(kernel.hashJoinScratch(largestPile(most))),
    largestPile: largestPile(most),
    counts: memory.reserve(32),
    mixed: memory.reserve(INDEX),
  };
}

/** Where what a rule's columns add to the digests goes. */
export interface Digests {
  readonly a: number;
  readonly b: number;
}

/** Joins the columns of a rule, in another thread where they lie in files. */
export async function joinRule({ a, b, memory, kernel, pool, blockCap }: CandidateOptions, rule: Rule, room: JoinRoom, digests: Digests, matches?: JoinJob["matches"]): Promise<Join> {
  const self = a === b;
  const { column, kind, parts } = rule;
  if (column === undefined) return joinAll(a, b, memory, room);
  const files = self ? [a.file] : [a.file, b.file];
  const columnOf = ({ file, rows }: LoadedDataset, at: number): JoinJob["join"][number] => ({ column: file.layout.words.indexOf(column), rows, digests: at });
  const job: JoinJob = { join: self ? [columnOf(a, digests.a)] : [columnOf(a, digests.a), columnOf(b, digests.b)], mask: rule.mask, matches, room };
  memory.u32(room.mixed, 1)[0] = 0;
  const places = files.flatMap((file) => file.places ?? []);
  const outcome = places.length === files.length ? await pool.run({ ...job, places }) : joinColumns(kernel, memory.memory, job, files.map(({ readWords }) => readWords));
  if (outcome === JOINED.unreadable) throw unreadable(files.map(({ path }) => path).join(" or "));
  if (outcome === JOINED.interrupted) throw new SaltlinkError("worker", "a worker thread died, probably for want of memory; run again with fewer --threads");
  const [single, blockCount, left] = memory.u32(room.counts, 3) as unknown as [number, number, number];
  kernel.countPairs(room.blocks, 0, blockCount, Number(self), kind === "key" ? blockCap : Infinity, room.counts);
  const [pairs, skippedPairs, skippedBlocks, largest] = memory.f64(room.counts, 4) as unknown as [number, number, number, number];
  const skippedShare = skippedBlocks === 0 ? 0 : skippedRecords(memory.u32(room.blocks, blockCount * 4), self, blockCap) / a.rows;
  const report = { kind, parts, blocks: blockCount + single, pairs: pairs + single, found: pairs + single, largestBlock: Math.max(largest, Math.min(single, 1)), skippedBlocks, skippedPairs, skippedShare };
  return { blocks: room.blocks, blockCount, orderA: room.orderA, orderB: room.orderB, singles: left, report };
}

/** Records of A in the blocks above the cap. */
function skippedRecords(blocks: Uint32Array, self: boolean, cap: number): number {
  let records = 0;
  for (let i = 0; i < blocks.length; i += 4) {
    const inA = blocks[i + 1]! - blocks[i]!;
    if ((self ? (inA * (inA - 1)) / 2 : inA * (blocks[i + 3]! - blocks[i + 2]!)) > cap) records += inA;
  }
  return records;
}

/** One block of everything. */
function joinAll(a: LoadedDataset, b: LoadedDataset, memory: SharedMemory, { blocks, orderA, orderB }: JoinRoom): Join {
  for (const [order, { rows }] of [[orderA, a], [orderB, b]] as const) memory.u32(order, rows).forEach((_, row, view) => (view[row] = row));
  memory.u32(blocks, 4).set([0, a.rows, 0, b.rows]);
  const pairs = a === b ? (a.rows * (a.rows - 1)) / 2 : a.rows * b.rows;
  return { blocks, blockCount: 1, orderA, orderB, singles: 0, report: { kind: "bucket", parts: ["all pairs"], blocks: 1, pairs, found: pairs, largestBlock: pairs, skippedBlocks: 0, skippedPairs: 0, skippedShare: 0 } };
}
