import type { HashedFile } from "../exchange/read-hashed-file.ts";
import { type CandidateOptions, findCandidates } from "./candidates.ts";
import type { OwnPairs } from "./estimate.ts";
import { missingShares } from "./missing-shares.ts";
import { type LoadedDataset, loadDataset } from "./record-store.ts";

/** More records than this are sampled: a hundred thousand have families enough. */
const MOST_RECORDS = 100_000;

/** What pairs within one file look like; of a large file those of a sample of its records, which only their content decides. To be called when the files have been blocked, which completes the content digests. */
export async function ownPairs(options: CandidateOptions, dataset: LoadedDataset, mostRecords = MOST_RECORDS): Promise<OwnPairs> {
  const input = { ...options, onProgress: () => undefined };
  const { memory } = input;
  const mark = memory.mark();
  const sample = dataset.rows <= mostRecords ? dataset : await loadDataset(chosenRows(dataset.file, smallest(memory.i64(dataset.digests, dataset.rows), mostRecords)), input, () => undefined);
  const { observations } = await findCandidates({ ...input, a: sample, b: sample });
  const shares = missingShares(sample, sample, memory);
  memory.release(mark);
  const pairsOf = (records: number): number => (records * (records - 1)) / 2;
  return { observations, allPairs: pairsOf(sample.rows), missingShares: shares, growth: pairsOf(dataset.rows) / Math.max(1, pairsOf(sample.rows)) };
}

/** Rows with the smallest digests, in their order; records of the same content all or none. */
function smallest(digests: BigInt64Array, most: number): Uint32Array {
  const limit = digests.slice().sort()[most - 1]!;
  const chosen: number[] = [];
  digests.forEach((digest, row) => digest <= limit && chosen.push(row));
  return Uint32Array.from(chosen);
}

/** A hashed file of some rows of another, which are in order. */
function chosenRows(file: HashedFile, rows: Uint32Array): HashedFile {
  return {
    ...file,
    header: { ...file.header, rows: rows.length },
    places: undefined, // no thread can read it by itself
    readWords(column, from, target) {
      const words = target.byteLength / 8;
      if (words === 0) return;
      const first = rows[from]!;
      const whole = new Uint8Array((rows[from + words - 1]! + 1 - first) * 8);
      file.readWords(column, first, whole);
      for (let i = 0; i < words; i++) target.set(whole.subarray((rows[from + i]! - first) * 8, (rows[from + i]! - first) * 8 + 8), i * 8);
    },
  };
}
