import type { HashedFile } from "../exchange/read-hashed-file.ts";
import type { LinkKernel } from "../kernel/link-kernel.ts";
import { distanceLimits, relativeToWeights } from "../schema/comparison-levels.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { SharedMemory } from "./shared-memory.ts";

/**
 * A dataset in shared memory. Filters and tokens lie record after record (what is compared together lies together); nulls and content digests are columns of their own; keys are read
 * one at a time when their rule is joined, and never kept.
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
  return { stride: tokenOffset + schema.tokens.length * 8, layout, filterBytes };
}

/** Loads what every stage needs of a hashed file. */
export async function loadDataset(file: HashedFile, { stride, filterBytes }: RowLayout, memory: SharedMemory, kernel: LinkKernel, onColumn: () => void): Promise<LoadedDataset> {
  const { rows } = file.header;
  const store = memory.reserveZeroed(rows * stride);
  const nulls = memory.reserve(rows * 8);
  const digests = memory.reserveZeroed(rows * 8);
  const mark = memory.mark();
  const column = memory.reserve(rows * 8);
  const read = async (name: string): Promise<void> => {
    await file.readColumn(name, memory.i64(column, rows));
    kernel.mixColumn(column, rows, digests);
    onColumn();
  };
  await read(file.layout.nulls);
  memory.i64(nulls, rows).set(memory.i64(column, rows));
  let offset = 0;
  for (const [f, filter] of file.layout.filters.entries()) {
    const start = offset;
    for (const name of filter.columns) {
      await read(name);
      kernel.placeColumn(column, rows, store, stride, offset);
      offset += 8;
    }
    kernel.placeWeights(store, rows, stride, start, filter.columns.length, filterBytes + 2 * f);
  }
  offset = stride - file.layout.tokens.length * 8;
  for (const name of file.layout.tokens) {
    await read(name);
    kernel.placeColumn(column, rows, store, stride, offset);
    offset += 8;
  }
  memory.release(mark);
  return { file, rows, store, nulls, digests };
}
