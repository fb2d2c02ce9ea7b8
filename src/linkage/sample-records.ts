import type { HashedFile } from "../exchange/read-hashed-file.ts";
import { readChosen } from "../exchange/word-places.ts";
import type { Placement } from "./load-columns.ts";
import type { LoadedDataset, Loading } from "./record-store.ts";
import type { SharedMemory } from "./shared-memory.ts";

/** More records than this are sampled: a hundred thousand have families enough. */
export const MOST_RECORDS = 100_000;
const INDEX = 4;
/** Above all digests. */
const LAST = 2n ** 63n - 1n;
/** What is left to other uses at the least, besides all records' filters. */
const MARGIN = 64 << 20;

/** Some records of a file. */
export interface RecordSample {
  readonly of: LoadedDataset;
  /** A dataset of their own, in their order. */
  readonly records: LoadedDataset;
  /** Where their filters go when those of others are loaded; absent where there is no room. */
  readonly placement: Placement | undefined;
  isFilled: boolean;
}

/** Records of files that only their content decides, at most about `most` of each. To be called when content digests are whole; what it reserves is the caller's to release. */
export async function sampleRecords(datasets: readonly LoadedDataset[], { memory, kernel, pool, layout }: Loading, most = MOST_RECORDS): Promise<RecordSample[]> {
  const mark = memory.mark();
  const chosen = await Promise.all(
    datasets.map(async ({ rows, digests, own }): Promise<Uint32Array | undefined> => {
      const standing = own && Uint32Array.from({ length: rows }, (_, row) => row).filter((row) => own.isOther[row] === 0);
      if ((standing?.length ?? rows) <= most) return standing && inSharedMemory(standing);
      // those for which others stand come last, and there are enough before them
      if (own !== undefined) memory.i64(digests, rows).forEach((_, row, all) => own.isOther[row] === 1 && (all[row] = LAST));
      const [scratch, found] = [memory.reserve(kernel.smallestScratch(rows)), memory.reserve(rows * INDEX)];
      const count = await pool.run({ name: "smallestDigests", args: [digests, rows, most, scratch, found] });
      return inSharedMemory(memory.u32(found, count));
    }),
  );
  memory.release(mark);
  const all = datasets.reduce((sum, { rows }) => sum + rows, 0);
  return datasets.map((dataset, d): RecordSample => {
    const rows = chosen[d] ?? Uint32Array.from({ length: dataset.rows }, (_, row) => row);
    const records = chosen[d] === undefined ? dataset : sampleOf(dataset, rows, memory);
    const isRoom = memory.free > records.rows * layout.stride + dataset.rows * INDEX + all * (layout.stride + 2 * INDEX) + MARGIN;
    if (!isRoom) return { of: dataset, records, placement: undefined, isFilled: false };
    const placement = { slots: memory.reserve(dataset.rows * INDEX), store: memory.reserve(records.rows * layout.stride) };
    const order = memory.mark();
    memory.u32(memory.reserve(rows.length * INDEX), rows.length).set(rows);
    kernel.placesOf(order, 0, rows.length, dataset.rows, placement.slots);
    memory.release(order);
    return { of: dataset, records, placement, isFilled: false };
  });
}

/** Threads that read the file are told. */
function inSharedMemory(rows: Uint32Array): Uint32Array {
  const shared = new Uint32Array(new SharedArrayBuffer(rows.length * INDEX));
  shared.set(rows);
  return shared;
}

/** The chosen rows as a dataset of their own. Nobody asks for its digests. */
function sampleOf({ file, rows, nulls }: LoadedDataset, chosen: Uint32Array, memory: SharedMemory): LoadedDataset {
  const sample = { file: chosenRows(file, chosen), rows: chosen.length, nulls: memory.reserve(chosen.length * 8), digests: memory.reserve(chosen.length * 8) };
  const [from, to] = [memory.u32(nulls, rows * 2), memory.u32(sample.nulls, chosen.length * 2)];
  for (let i = 0; i < chosen.length; i++) {
    to[2 * i] = from[2 * chosen[i]!]!;
    to[2 * i + 1] = from[2 * chosen[i]! + 1]!;
  }
  return sample;
}

/** A hashed file of some rows of another, which are in order. */
function chosenRows(file: HashedFile, chosen: Uint32Array): HashedFile {
  return {
    ...file,
    header: { ...file.header, rows: chosen.length },
    places: file.places === undefined ? undefined : { ...file.places, chosen },
    readWords: (...words) => readChosen(file.readWords, chosen, ...words),
  };
}
