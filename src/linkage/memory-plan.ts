import { SaltlinkError } from "../errors.ts";
import { ABSORBED, TUPLE_ROOM, mergeBytes } from "./merge-tuples.ts";

/** How the memory that a run may take is divided. */
export interface MemoryPlan {
  /** Bytes that the threads share. */
  readonly shared: number;
  /** Most pairs that rules may bring, a pair counted once for each rule that brings it. */
  readonly tuples: number;
}

/** What decides how much memory a run takes. */
export interface Sizes {
  readonly rowsA: number;
  readonly rowsB: number;
  /** Records of each file whose pairs with each other are looked at. */
  readonly own: readonly number[];
  /** Bytes of a record's filters and tokens. */
  readonly stride: number;
  readonly threads: number;
  /** Whether all records' filters must be there at once (profile plain). */
  readonly whole: boolean;
}

const MOST_TUPLES = 400_000_000;
const TUPLE_BYTES = 12;
const RUNTIME = 120 << 20; // Node itself, code and heap
const THREAD = 25 << 20;
const RECORD = 48; // its candidate pairs and its link
/** What a thread needs to compare and to load, as long as buckets are of the size that hash makes them. */
const SCAN_LANE = 9 << 20;
const OVERHEAD = 4 << 20;
/** Bytes of hash tables for every row (join-columns.ts). */
const JOIN_TABLE_SHARE = 0.25;
/** Share of the rest that tuples get. */
const TUPLE_SHARE = 0.3;
/** Segments of a bucketed key beyond which a run would mostly read its files again. */
const MOST_SEGMENTS = 16;

/** Bytes of the room in which one rule is joined (join-rule.ts) and its pairs put out. */
export function joinBytes({ rowsA, rowsB }: Pick<Sizes, "rowsA" | "rowsB">): number {
  const most = Math.max(rowsA, rowsB);
  return 12 * (rowsA + rowsB) + 20 * most + 16 * Math.min(rowsA, rowsB) + TUPLE_ROOM.plain * Math.max(1 << 18, rowsB) + JOIN_TABLE_SHARE * most + (128 << 10);
}

/** Bytes of record ids, and of the room in which they are looked at (load-record-ids.ts). */
function recordIdBytes({ rowsA, rowsB }: Pick<Sizes, "rowsA" | "rowsB">): number {
  return 16 * (rowsA + rowsB) + 32 * Math.max(rowsA, rowsB) + (256 << 10);
}

/**
 * Divides a budget. With `budget` undefined the run takes what it needs.
 * @throws SaltlinkError (memory) when the run cannot be done within it
 */
export function planMemory(sizes: Sizes, budget: number | undefined): MemoryPlan {
  if (budget === undefined) return { shared: Infinity, tuples: MOST_TUPLES };
  const { rowsA, rowsB, threads, stride, whole } = sizes;
  const besides = RUNTIME + threads * THREAD + RECORD * (rowsA + rowsB);
  const rest = Math.max(0, budget - besides);
  const shared = rest * (1 - TUPLE_SHARE);
  const least = largestStage(sizes, (join, records) => Math.max(join, 8 * records + threads * SCAN_LANE + (whole ? stride * records : (stride * records) / MOST_SEGMENTS))) + OVERHEAD;
  if (shared < least) {
    const needed = besides + least / (1 - TUPLE_SHARE);
    throw new SaltlinkError("memory", `linking these files takes at least ${memorySize(needed)} of memory and --memory gives ${memorySize(budget)}: give more, use fewer --threads, or link fewer records at a time`);
  }
  return { shared, tuples: Math.floor((rest * TUPLE_SHARE) / TUPLE_BYTES) };
}

/** Bytes that a run is going to take, roughly, once its pairs have been counted. */
export function forecastMemory(sizes: Sizes, tuples: number): number {
  const { rowsA, rowsB, own, threads, stride } = sizes;
  const samples = own.length === 0 ? 0 : 4 * (rowsA + rowsB) + own.reduce((sum, rows) => sum + stride * rows, 0); // sample-records.ts; left out where room is short
  const merging = 24 * Math.max(rowsA, rowsB) + mergeBytes(rowsA, tuples, threads);
  const shared = largestStage(sizes, (join, records) => Math.max(threads * join + (threads - 1) * (8 * records + ABSORBED.seen * rowsA), (8 + stride) * records, merging));
  return RUNTIME + threads * THREAD + RECORD * (rowsA + rowsB) + TUPLE_BYTES * tuples + Math.min(2 ** 32, samples + shared);
}

/** Bytes shared by threads in the stage that takes most: both files are joined and compared, or a file, or a sample of it, with itself, or record ids are looked at. `bytesOf`: for the bytes of a join, and the number of records. */
function largestStage({ rowsA, rowsB, own }: Sizes, bytesOf: (join: number, records: number) => number): number {
  const across = bytesOf(joinBytes({ rowsA, rowsB }), rowsA + rowsB);
  const within = own.map((rows) => 16 * rows + bytesOf(joinBytes({ rowsA: rows, rowsB: rows }), rows));
  return 16 * (rowsA + rowsB) + (ABSORBED.partner + ABSORBED.seen) * rowsA + Math.max(across, ...within, recordIdBytes({ rowsA, rowsB }));
}

/** "1.2 GiB", "430 MiB". */
export function memorySize(bytes: number): string {
  return bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
