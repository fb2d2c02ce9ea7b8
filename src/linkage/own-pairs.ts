import type { HashedFile } from "../exchange/read-hashed-file.ts";
import { readChosen } from "../exchange/word-places.ts";
import { type CandidateOptions, type Observation, findCandidates } from "./candidates.ts";
import type { OwnPairs } from "./estimate.ts";
import { missingShares } from "./missing-shares.ts";
import type { LoadedDataset } from "./record-store.ts";
import type { SharedMemory } from "./shared-memory.ts";

/** More records than this are sampled: a hundred thousand have families enough. */
export const MOST_RECORDS = 100_000;
const PILES = 1 << 16;

/**
 * What pairs within one file look like; of a large file those of a sample of its records, which only their content decides. To be called when the files have been blocked, which completes the content digests.
 *
 * Where values of keys that records share are withheld, filters show pairs of one date of birth, and the file's header tells how many pairs share which keys.
 */
export async function ownPairs(options: CandidateOptions, dataset: LoadedDataset, mostRecords = MOST_RECORDS): Promise<OwnPairs[]> {
  const input = { ...options, onProgress: () => undefined };
  const { memory, schema } = input;
  const { sharedPairs } = dataset.file.header;
  const mark = memory.mark();
  const sample = dataset.rows <= mostRecords ? dataset : sampleOf(dataset, smallest(memory.i64(dataset.digests, dataset.rows), mostRecords), memory);
  const rules = sharedPairs === undefined ? schema : { ...schema, keys: [] };
  const isSeen = sharedPairs === undefined || schema.buckets.length > 0;
  const observations = isSeen ? (await findCandidates({ ...input, schema: rules, a: sample, b: sample })).observations : [];
  const shares = missingShares(sample, sample, memory);
  memory.release(mark);
  const pairsOf = (records: number): number => (records * (records - 1)) / 2;
  const within = (shows: OwnPairs["shows"], pairs: readonly Observation[], records: number): OwnPairs => ({ shows, observations: pairs, allPairs: pairsOf(records), missingShares: shares, growth: pairsOf(dataset.rows) / Math.max(1, pairsOf(records)) });
  if (sharedPairs === undefined) return [within("all", observations, sample.rows)];
  const shared = sharedPairs.pairs.map(([keys, missing, pairs]) => ({ observed: BigInt(keys), missing: BigInt(missing), pairs }));
  return [...(isSeen ? [within("filters", observations, sample.rows)] : []), ...(sharedPairs.records < 2 ? [] : [within("keys", shared, sharedPairs.records)])];
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

/** Rows with the smallest digests, in their order; records of the same content all or none. In memory that threads share. */
function smallest(digests: BigInt64Array, most: number): Uint32Array {
  const halves = new Int32Array(digests.buffer, digests.byteOffset, digests.length * 2);
  // digests are dealt out by their first bits: sorting them all takes thirty times as long
  const pileOf = (row: number): number => (halves[row * 2 + 1]! >> 16) + PILES / 2;
  const piles = new Uint32Array(PILES);
  for (let row = 0; row < digests.length; row++) piles[pileOf(row)]!++;
  let last = 0;
  let before = 0;
  while (before + piles[last]! < most) before += piles[last++]!;
  // the digests themselves, which are wider than numbers, are asked for where a pile is cut alone
  const rowsOfLast: number[] = [];
  for (let row = 0; row < digests.length; row++) if (pileOf(row) === last) rowsOfLast.push(row);
  const inLast = BigInt64Array.from(rowsOfLast, (row) => digests[row]!).sort();
  const limit = inLast[most - 1 - before]!;
  const chosen = new Uint32Array(new SharedArrayBuffer((before + inLast.filter((digest) => digest <= limit).length) * 4));
  for (let row = 0, count = 0; row < digests.length; row++) {
    const pile = pileOf(row);
    if (pile < last || (pile === last && digests[row]! <= limit)) chosen[count++] = row;
  }
  return chosen;
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
