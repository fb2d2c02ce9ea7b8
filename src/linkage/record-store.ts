import type { HashedFile } from "../exchange/read-hashed-file.ts";
import { SaltlinkError } from "../errors.ts";
import type { KernelCall, LinkKernel } from "../kernel/link-kernel.ts";
import type { Pool } from "../pool/pool.ts";
import { distanceLimits, relativeToWeights } from "../schema/comparison-levels.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { LOAD_BLOCK, type LoadTask, loadKey, loadRows } from "./load-columns.ts";
import type { SharedMemory } from "./shared-memory.ts";

/** Threads that run kernel calls and load columns, all on one memory. */
export type LinkPool = Pool<KernelCall | LoadTask, number>;

/**
 * A dataset in shared memory. Filters and tokens lie record after record (what is compared together lies together); nulls and content digests are columns of their own; keys are read
 * when their rule is joined, and never kept.
 */
export interface LoadedDataset {
  readonly file: HashedFile;
  readonly rows: number;
  /** Row store, `stride` bytes a record. */
  readonly store: number;
  /** Null mask of every record, 64 bits each. */
  readonly nulls: number;
  /** 64 bits of every record's content, for ties. */
  readonly digests: number;
}

/** Shape of a row in the store, also as the kernel reads it (`layout`, see kernel/assembly/link.ts). */
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

const SCALE = 65536; // of the kernel's limits

export function writeRowLayout(schema: LinkageSchema, memory: SharedMemory): RowLayout {
  const filterBytes = schema.filters.reduce((sum, filter) => sum + filter.bits / 8, 0);
  const weightBytes = Math.ceil((schema.filters.length * 2) / 8) * 8;
  const tokenOffset = filterBytes + weightBytes;
  const layout = memory.reserve(16 + 32 * schema.filters.length);
  const words = memory.u32(layout, 4 + 8 * schema.filters.length);
  words.set([schema.filters.length, filterBytes, schema.tokens.length, tokenOffset]);
  let offset = 0;
  schema.filters.forEach((filter, f) => {
    const limits = distanceLimits(filter);
    words.set([offset, filter.bits / 64, limits.length, relativeToWeights(filter) ? 1 : 0], 4 + 8 * f);
    words.set(limits.map((limit) => Math.floor(limit * SCALE)), 4 + 8 * f + 4);
    offset += filter.bits / 8;
  });
  const filterWords = schema.filters.map(({ bits }) => bits / 64);
  const firstToken = 1 + filterBytes / 8 + schema.keys.length + schema.buckets.length;
  return { stride: tokenOffset + schema.tokens.length * 8, layout, filterBytes, filterWords, firstToken, tokens: schema.tokens.length };
}

const TASK_ROWS = 16 * LOAD_BLOCK;

/** Loads what every stage needs of a hashed file, on all threads. */
export async function loadDataset(file: HashedFile, layout: RowLayout, { memory, kernel, pool }: { memory: SharedMemory; kernel: LinkKernel; pool: LinkPool }, onRows: (rows: number) => void): Promise<LoadedDataset> {
  const { rows } = file.header;
  const store = memory.reserveZeroed(rows * layout.stride);
  const nulls = memory.reserve(rows * 8);
  const digests = memory.reserveZeroed(rows * 8);
  const target = { store, nulls, digests };
  const mark = memory.mark();
  const lanes = Array.from({ length: pool.threads }, () => memory.reserve(LOAD_BLOCK * 8));
  const { places } = file;
  let next = 0;
  const lane = async (scratch: number): Promise<void> => {
    while (next < rows) {
      const from = next;
      const count = Math.min(TASK_ROWS, rows - from);
      next += count;
      if (places === undefined) loadRows(kernel, memory.memory, file.readWords, layout, target, scratch, from, count);
      else expectRead(await pool.run({ load: "rows", places, layout, target, scratch, from, rows: count }), file);
      onRows(count);
    }
  };
  await Promise.all(lanes.map(lane));
  memory.release(mark);
  return { file, rows, ...target };
}

/** Loads a key column into `keys`, on some thread. */
export async function loadKeyColumn({ file, rows, store, nulls, digests }: LoadedDataset, name: string, keys: number, { memory, kernel, pool }: { memory: SharedMemory; kernel: LinkKernel; pool: LinkPool }): Promise<void> {
  const column = file.layout.words.indexOf(name);
  const target = { store, nulls, digests };
  if (file.places === undefined) loadKey(kernel, memory.memory, file.readWords, column, target, keys, rows);
  else expectRead(await pool.run({ load: "key", places: file.places, column, target, keys, rows }), file);
}

function expectRead(done: number, { path }: HashedFile): void {
  if (done === 0) throw new SaltlinkError("io", `cannot read ${path} to its end; was it changed while it was being read?`);
}
