import type { HashedFile } from "../exchange/read-hashed-file.ts";
import { SaltlinkError } from "../errors.ts";
import type { KernelCall, LinkKernel } from "../kernel/link-kernel.ts";
import type { Pool } from "../pool/pool.ts";
import { relativeToWeights, wholeLimits } from "../schema/comparison-levels.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { JoinTask } from "./join-columns.ts";
import type { LinkRowsTask } from "./link-rows.ts";
import { type OwnPeople, readOwnPeople } from "./own-people.ts";
import type { RecordIdsTask } from "./load-record-ids.ts";
import { LOAD_BLOCK, type LoadJob, type LoadTask, type Placement, load, loadScratch } from "./load-columns.ts";
import type { SharedMemory } from "./shared-memory.ts";

/** Threads that run kernel calls, load columns and record ids and write links, all on one memory. */
export type LinkPool = Pool<KernelCall | LoadTask | JoinTask | RecordIdsTask | LinkRowsTask, number>;

/**
 * A dataset in shared memory: null masks and content digests of all records. Keys are read when their rule is joined, filters and tokens when they are compared (`placeRows`), and neither is kept longer.
 */
export interface LoadedDataset {
  readonly file: HashedFile;
  readonly rows: number;
  /** Null mask of every record, 64 bits each. */
  readonly nulls: number;
  /** 64 bits of every record's content, for ties; whole once all keys have been joined. */
  readonly digests: number;
  /** Where the file says who is one person. */
  readonly own?: OwnPeople;
  /** Filters, weights and tokens of all records, record after record, where they have been loaded. */
  readonly store?: number;
}

/** Records of a dataset without those for which another stands. */
export function peopleIn({ rows, own }: LoadedDataset): number {
  return own?.people ?? rows;
}

/** Shape of a row in the store, also as the kernel reads it (`layout`, see kernel/assembly/compare.ts). */
export interface RowLayout {
  readonly stride: number;
  readonly layout: number;
  readonly filterBytes: number;
  /** 64-bit words of each filter. */
  readonly filterWords: readonly number[];
  /** Number of the first token's column in the hashed file, and how many there are. */
  readonly firstToken: number;
  readonly tokens: number;
}

/** Bytes of a record's filters, their weights, and tokens. */
export function rowStride({ filters, tokens }: LinkageSchema): number {
  return filters.reduce((sum, { bits }) => sum + bits / 8, 0) + Math.ceil((filters.length * 2) / 8) * 8 + tokens.length * 8;
}

export function writeRowLayout(schema: LinkageSchema, memory: SharedMemory): RowLayout {
  const filterBytes = schema.filters.reduce((sum, filter) => sum + filter.bits / 8, 0);
  const stride = rowStride(schema);
  const tokenOffset = stride - schema.tokens.length * 8;
  const layout = memory.reserve(16 + 32 * schema.filters.length);
  const words = memory.u32(layout, 4 + 8 * schema.filters.length);
  words.set([schema.filters.length, filterBytes, schema.tokens.length, tokenOffset]);
  let offset = 0;
  schema.filters.forEach((filter, f) => {
    const limits = wholeLimits(filter);
    words.set([offset, filter.bits / 64, limits.length, relativeToWeights(filter) ? 1 : 0], 4 + 8 * f);
    words.set(limits, 4 + 8 * f + 4);
    offset += filter.bits / 8;
  });
  const filterWords = schema.filters.map(({ bits }) => bits / 64);
  const firstToken = 1 + filterBytes / 8 + schema.keys.length + schema.buckets.length;
  return { stride, layout, filterBytes, filterWords, firstToken, tokens: schema.tokens.length };
}

const TASK_ROWS = 16 * LOAD_BLOCK;

/** What loading works with. */
export interface Loading {
  readonly memory: SharedMemory;
  readonly kernel: LinkKernel;
  readonly pool: LinkPool;
  readonly layout: RowLayout;
}

/** Loads what every stage needs of a hashed file. */
export async function loadDataset(file: HashedFile, loading: Loading, onRows: (rows: number) => void): Promise<LoadedDataset> {
  const { memory, layout } = loading;
  const { rows } = file.header;
  const target = { nulls: memory.reserve(rows * 8), digests: memory.reserve(rows * 8) };
  await overRows(file, loading, (part) => ({ load: "content", layout, target, ...part }), onRows);
  const own = await readOwnPeople(file, memory, target.nulls);
  return { file, rows, ...target, ...(own === undefined ? {} : { own }) };
}

/** Filters, their weights and tokens of the records that have a slot, record after record: what is compared together lies together. As a file is read but once, several stores can be filled. */
export async function placeRows({ file, rows, store }: LoadedDataset, placements: readonly Placement[], loading: Loading): Promise<void> {
  const { layout, pool } = loading;
  if (store === undefined) await overRows(file, loading, (part) => ({ load: "rows", layout, placements, ...part }));
  else for (const to of placements) await pool.run({ name: "placeRows", args: [store, rows, to.slots, to.store, layout.stride] });
}

async function overRows(file: HashedFile, loading: Loading, jobOf: (part: { from: number; rows: number; scratch: number }) => LoadJob, onRows?: (rows: number) => void): Promise<void> {
  const { memory, pool, layout } = loading;
  const mark = memory.mark();
  let next = 0;
  const lane = async (scratch: number): Promise<void> => {
    while (next < file.header.rows) {
      const from = next;
      const rows = Math.min(TASK_ROWS, file.header.rows - from);
      next += rows;
      await loadPart(file, loading, jobOf({ from, rows, scratch }));
      onRows?.(rows);
    }
  };
  await Promise.all(Array.from({ length: pool.threads }, () => memory.reserve(loadScratch(layout))).map(lane));
  memory.release(mark);
}

/** By a thread that reads the file itself; a CSV is in this thread's memory. */
async function loadPart({ places, readWords, path }: HashedFile, { memory, kernel, pool }: Loading, job: LoadJob): Promise<void> {
  if (places === undefined) load(kernel, memory.memory, readWords, job);
  else if ((await pool.run({ ...job, places })) === 0) throw unreadable(path);
}

export function unreadable(path: string): SaltlinkError {
  return new SaltlinkError("io", `cannot read ${path} to its end; was it changed while it was being read?`);
}
