import { type CandidateOptions, type Observation, findCandidates } from "./candidates.ts";
import type { OwnPairs } from "./estimate.ts";
import { missingShares } from "./missing-shares.ts";
import { peopleIn } from "./record-store.ts";
import type { RecordSample } from "./sample-records.ts";

/**
 * What pairs within one file look like; of a large file those of a sample of its records.
 *
 * Where values of keys that records share are withheld, filters show pairs of one date of birth, and the file's header tells how many pairs share which keys.
 */
export async function ownPairs(options: CandidateOptions, { of: dataset, records, placement, isFilled }: RecordSample): Promise<OwnPairs[]> {
  const input = { ...options, onProgress: () => undefined };
  const { memory, schema } = input;
  const { sharedPairs } = dataset.file.header;
  const mark = memory.mark();
  const sample = isFilled ? { ...records, store: placement!.store } : records;
  const rules = sharedPairs === undefined ? schema : { ...schema, keys: [] };
  const isSeen = sharedPairs === undefined || schema.buckets.length > 0;
  const observations = isSeen ? (await findCandidates({ ...input, schema: rules, a: sample, b: sample })).observations : [];
  const shares = missingShares(sample, sample, input);
  memory.release(mark);
  const pairsOf = (records: number): number => (records * (records - 1)) / 2;
  const within = (shows: OwnPairs["shows"], pairs: readonly Observation[], records: number): OwnPairs => ({ shows, observations: pairs, allPairs: pairsOf(records), missingShares: shares, growth: pairsOf(peopleIn(dataset)) / Math.max(1, pairsOf(records)) });
  if (sharedPairs === undefined) return [within("all", observations, sample.rows)];
  const shared = sharedPairs.pairs.map(([keys, missing, pairs]) => ({ observed: BigInt(keys), missing: BigInt(missing), pairs }));
  return [...(isSeen ? [within("filters", observations, sample.rows)] : []), ...(sharedPairs.records < 2 ? [] : [within("keys", shared, sharedPairs.records)])];
}
