import type { HashedFile } from "../exchange/hashed-file.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { CandidateOptions, RuleReport } from "./candidates.ts";
import { type LoadedDataset, loadKeyColumn } from "./record-store.ts";
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
  readonly report: RuleReport;
}

/** Room in which one rule at a time is joined; rules that are joined at once have one each. Addresses of what `joinRule` needs. */
export interface JoinRoom {
  readonly sortedA: number;
  readonly orderA: number;
  readonly sortedB: number;
  readonly orderB: number;
  readonly keys: number;
  readonly sortedScratch: number;
  readonly orderScratch: number;
  readonly digits: number;
  readonly blocks: number;
  readonly counts: number;
  /** What lies above this mark can be given back when only the orders are needed any more. */
  readonly ordersEnd: number;
}

/** What sorting keys counts in. */
export const DIGITS_BYTES = (512 + 2048) * 4;
const INDEX = 4;
const WORD = 8;

export function reserveJoinRoom({ a, b, memory }: Pick<CandidateOptions, "a" | "b" | "memory">): JoinRoom {
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
    counts: memory.reserve(32),
  };
}

/** Sorts both key columns and finds the blocks. */
export async function joinRule(options: CandidateOptions, rule: Rule, room: JoinRoom): Promise<Join> {
  const { a, b, memory, kernel, pool, blockCap } = options;
  const self = a === b;
  const { column, kind, parts } = rule;
  if (column === undefined) return joinAll(a, b, memory, room);
  const sort = async (dataset: LoadedDataset, sorted: number, order: number): Promise<number> => {
    await loadKeyColumn(dataset, column, room.keys, options);
    return pool.run({ name: "sortByKey", args: [room.keys, dataset.rows, rule.mask, sorted, order, room.sortedScratch, room.orderScratch, room.digits] });
  };
  const countA = await sort(a, room.sortedA, room.orderA);
  const countB = self ? countA : await sort(b, room.sortedB, room.orderB);
  const blockCount = await pool.run({ name: "findBlocks", args: [room.sortedA, countA, room.sortedB, countB, Number(self), room.blocks] });
  kernel.countPairs(room.blocks, 0, blockCount, Number(self), kind === "key" ? blockCap : Infinity, room.counts);
  const [pairs, skippedPairs, skippedBlocks, largestBlock] = memory.f64(room.counts, 4) as unknown as [number, number, number, number];
  const skippedShare = skippedBlocks === 0 ? 0 : skippedRecords(memory.u32(room.blocks, blockCount * 4), self, blockCap) / a.rows;
  const report = { kind, parts, blocks: blockCount, pairs, found: pairs, largestBlock, skippedBlocks, skippedPairs, skippedShare };
  return { blocks: room.blocks, blockCount, orderA: room.orderA, orderB: room.orderB, report };
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
  return { blocks, blockCount: 1, orderA, orderB, report: { kind: "bucket", parts: ["all pairs"], blocks: 1, pairs, found: pairs, largestBlock: pairs, skippedBlocks: 0, skippedPairs: 0, skippedShare: 0 } };
}
