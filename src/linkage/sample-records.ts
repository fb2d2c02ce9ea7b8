import type { HashedFile } from "../exchange/read-hashed-file.ts";
import { readChosen } from "../exchange/word-places.ts";
import { NO_SLOT, type Placement } from "./load-columns.ts";
import type { LoadedDataset, RowLayout } from "./record-store.ts";
import type { SharedMemory } from "./shared-memory.ts";

/** More records than this are sampled: a hundred thousand have families enough. */
export const MOST_RECORDS = 100_000;
const PILES = 1 << 16;
const SLOT = 4;
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

/** Records of a file that only their content decides, at most about `most`. To be called when content digests are whole; what it reserves is the caller's to release. `others`: records of the other file. */
export function sampleRecords(dataset: LoadedDataset, others: number, { memory, layout }: { readonly memory: SharedMemory; readonly layout: RowLayout }, most = MOST_RECORDS): RecordSample {
  const chosen = dataset.rows <= most ? undefined : smallest(memory.i64(dataset.digests, dataset.rows), most);
  const records = chosen === undefined ? dataset : sampleOf(dataset, chosen, memory);
  const { stride } = layout;
  const isRoom = memory.free > records.rows * stride + dataset.rows * SLOT + (dataset.rows + others) * (stride + 2 * SLOT) + MARGIN;
  if (!isRoom) return { of: dataset, records, placement: undefined, isFilled: false };
  const placement = { slots: memory.reserve(dataset.rows * SLOT), store: memory.reserve(records.rows * stride) };
  const slots = memory.u32(placement.slots, dataset.rows);
  if (chosen === undefined) for (let row = 0; row < slots.length; row++) slots[row] = row;
  else {
    slots.fill(NO_SLOT);
    for (let i = 0; i < chosen.length; i++) slots[chosen[i]!] = i;
  }
  return { of: dataset, records, placement, isFilled: false };
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
