import { type CandidateOptions, findCandidates } from "./candidates.ts";
import type { OwnPairs } from "./estimate.ts";
import { missingShares } from "./missing-shares.ts";
import type { LoadedDataset } from "./record-store.ts";

/** More records than this are sampled: a hundred thousand have families enough. */
const MOST_RECORDS = 100_000;

/** What pairs within one file look like; of a large file those of a sample of its records, which only their content decides. Follows the blocking of the files, which completes the content digests. */
export async function ownPairs(input: CandidateOptions, dataset: LoadedDataset): Promise<OwnPairs> {
  const { memory } = input;
  const mark = memory.mark();
  const sample = dataset.rows <= MOST_RECORDS ? dataset : sampled(input, dataset);
  const { observations } = await findCandidates({ ...input, a: sample, b: sample });
  const shares = missingShares(sample, sample, memory);
  memory.release(mark);
  const pairsOf = (records: number): number => (records * (records - 1)) / 2;
  return { observations, allPairs: pairsOf(sample.rows), missingShares: shares, growth: pairsOf(dataset.rows) / Math.max(1, pairsOf(sample.rows)) };
}

/** The records whose content digest is smallest. */
function sampled({ memory, layout: { stride } }: CandidateOptions, { file, rows, store, nulls, digests }: LoadedDataset): LoadedDataset {
  const limit = memory.i64(digests, rows).slice().sort()[MOST_RECORDS - 1]!;
  const chosen = new Uint32Array(rows);
  let count = 0;
  memory.i64(digests, rows).forEach((digest, row) => digest <= limit && (chosen[count++] = row));
  const sample = {
    file: {
      ...file,
      header: { ...file.header, rows: count },
      readColumn: async (name: string, target: BigInt64Array): Promise<void> => {
        const column = new BigInt64Array(rows);
        await file.readColumn(name, column);
        for (let i = 0; i < count; i++) target[i] = column[chosen[i]!]!;
      },
    },
    rows: count,
    store: memory.reserve(count * stride),
    nulls: memory.reserve(count * 8),
    digests: memory.reserve(count * 8),
  };
  const words = stride / 8;
  const [from, into] = [memory.i64(store, rows * words), memory.i64(sample.store, count * words)];
  for (let i = 0; i < count; i++) into.set(from.subarray(chosen[i]! * words, (chosen[i]! + 1) * words), i * words);
  for (const [source, target] of [[nulls, sample.nulls], [digests, sample.digests]] as const) {
    const [all, some] = [memory.i64(source, rows), memory.i64(target, count)];
    for (let i = 0; i < count; i++) some[i] = all[chosen[i]!]!;
  }
  return sample;
}
