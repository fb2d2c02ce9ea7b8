import { randomFillSync } from "node:crypto";
import { CsvKernel } from "../kernel/csv-kernel.ts";
import { type EncodingPlan, encodedLength } from "../kernel/encoding-plan.ts";
import { ID_HALVES } from "../exchange/row-group.ts";
import { usedAtoms } from "../schema/comparison-space.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { withholdsShared } from "../schema/withheld.ts";
import type { ColumnMap } from "./column-map.ts";
import { type CellBytes, readCellBytes } from "./csv/cell-bytes.ts";
import { CellReader, fieldEncoder } from "./known-cells.ts";
import { type IdBytes, lookupLines, trimmedIds } from "./lookup-lines.ts";
import { type OwnIdSeed, hashOwnId } from "./own-ids.ts";
import { fieldReaders } from "./record-atoms.ts";
import { OTHER } from "./own-people.ts";
import { RecordNotes } from "./record-notes.ts";
import { drawBelow } from "./secret-draws.ts";
import { type SliceStrata, type StratumColumn, SliceValues } from "./strata.ts";
import { type SliceWords, SampledWords } from "./value-sample.ts";
import type { SampledRecord } from "./sampled-pairs.ts";
import { type SharedSketches, RecordCounter } from "./value-statistics.ts";

/** What every thread of a `hash` run is given once. */
export interface HashSetup {
  readonly schema: LinkageSchema;
  /** The keys derived from the salt; the salt itself stays on the main thread. */
  readonly plan: EncodingPlan;
  readonly map: ColumnMap;
  readonly header: readonly string[];
  readonly thisYear: number;
  readonly sketches: SharedSketches;
  readonly ownIdSeed: OwnIdSeed;
  readonly strata: readonly StratumColumn[];
  /** Partitions of the shuffle (see shuffled-rows.ts); with one, rows keep their order. */
  readonly partitions: number;
  /** Who is one person, by row of the CSV, where the schema asks for it (own-people.ts). */
  readonly people?: Uint32Array;
  /** See value-sample.ts: one for each key and bucket, or for the buckets alone where keys are counted exactly (shared-values.ts). */
  readonly sampleLimits: Uint32Array;
}

/** Whole records of the CSV; plain UTF-8 bytes. */
export interface SliceTask {
  readonly bytes: Uint8Array;
  readonly firstRow: number;
  readonly records: number;
}

export interface SliceResult {
  /** Rows of the hashed file, partition after partition and in the order of the slice within each: id, nulls, words, strata by the numbers of their values in the slice (see exchange/row-group.ts). Good until the next slice. */
  readonly halves: Uint32Array;
  readonly rows: number;
  /** Rows of each partition. */
  readonly partitions: Uint32Array;
  /** Lines of the lookup file: record id and the department's own id of each row. */
  readonly lookup: Uint8Array;
  /** Hash of each row's own id, two halves each; in the order of the slice. */
  readonly ownIds: Int32Array;
  /** Row number in the CSV of each row. */
  readonly rowNumbers: Uint32Array;
  /** Words for the samples of their values. */
  readonly words: SliceWords;
  /** The words of keys whose shared values are withheld, as the encoder takes them out. Good until the next slice. */
  readonly keys: Uint32Array;
  readonly rejects: Reject[];
  /** Per field: records without it, values dropped as placeholders, values that cannot be read. */
  readonly missing: number[];
  readonly placeholders: number[];
  readonly unusable: number[];
  readonly strata: SliceStrata;
  /** Records for the sample, each with its row in `halves`. */
  readonly sampled: (SampledRecord & { readonly row: number })[];
}

/** A row set aside. The reason never holds anything of the row. */
interface Reject {
  readonly row: number;
  readonly reason: string;
}

/** Records that are read before they are encoded: as many as the processor's cache holds with their rows and what their cells come to. */
const BATCH = 256;

/** Where a row's keys begin, in halves: after its id, its null mask and its filters. */
export function firstKeyHalf({ filters }: EncodingPlan): number {
  return ID_HALVES + 2 + filters.reduce((sum, { bits }) => sum + bits / 32, 0);
}

export interface SliceHasher {
  /** Parses, normalizes, encodes. */
  readonly hash: (slice: SliceTask) => Promise<SliceResult>;
  /** Counts the slice's records into the sketches: the last thing to do, so that a slice that was lost with its thread and is hashed again is counted once. */
  readonly count: () => void;
}

/** Compiles the setup into the function from slices to encoded rows. Loops are in functions of their own: see RecordNotes. */
export function sliceHasher(setup: HashSetup): SliceHasher {
  const { schema, plan, map, header } = setup;
  const readers = fieldReaders(schema.fields, usedAtoms(schema), map, header, setup.thisYear);
  const encoder = fieldEncoder(plan, readers);
  const reader = new CellReader(readers, encoder);
  const counter = new RecordCounter(schema, setup.sketches);
  const notes = new RecordNotes(schema, plan, readers, encoder, counter.atoms, setup.sketches.sampleBelow);
  const picked = new SampledWords(setup.sampleLimits);
  const person = ID_HALVES + 2 + encodedLength(plan);
  const words = person + (setup.people === undefined ? 0 : 2);
  const width = words + setup.strata.length;
  const csv = new CsvKernel();
  const idColumn = map.id === null ? -1 : header.indexOf(map.id);
  const allMissing = blankMask(schema);
  const firstKey = firstKeyHalf(plan);
  const firstSampled = firstKey + 2 * (schema.keys.length + schema.buckets.length - setup.sampleLimits.length);

  const hash = async (task: SliceTask): Promise<SliceResult> => {
    const cells = readCellBytes(csv, task.bytes, map.delimiter, header.length, task.records);
    const rejects: Reject[] = cells.rejects.map(({ number, reason }) => ({ row: task.firstRow + number, reason }));
    const ids = trimmedIds(cells, header.length, idColumn, task.firstRow);
    const { rowNumbers, firstBounds } = peopleOf(cells, ids, header.length, task.firstRow, rejects);
    const rows = rowNumbers.length;
    const standing = setup.people === undefined ? rows : putOthersLast(setup.people, rowNumbers, firstBounds, ids);
    const { places, counts } = drawPlaces(rows, setup.partitions);
    const sampled: SliceResult["sampled"] = [];
    const strata = new SliceValues(setup.strata);
    const text = (i: number): string[] => header.map((_, column) => reader.text(firstBounds[i]!, column));

    encoder.load(cells, firstBounds, places, width);
    reader.load(cells);
    notes.begin();
    picked.begin(rows);
    for (let from = 0, to = 0; from < standing; from = to) {
      to = reader.read(firstBounds, from, Math.min(from + BATCH, standing));
      encoder.encode(from, to, ID_HALVES + 2);
      for (const { record, rank } of encoder.note(from, to, ID_HALVES)) sampled.push({ rank, atoms: encoder.values(record), row: places[record]! });
    }
    encoder.leaveOut(standing);
    if (setup.people !== undefined) tellPeople(setup.people, rowNumbers, places, encoder.rows(), { standing, width, person, allMissing });
    const keys = encoder.keys(firstKey, withholdsShared(schema) ? schema.keys.length : 0); // before a view of the rows is taken, as it may enlarge the memory
    const halves = encoder.rows();
    if (setup.strata.length > 0) places.forEach((place, i) => (i < standing ? strata.write(text(i), halves, place * width + words) : strata.leaveOut(halves, place * width + words)));
    picked.addRows(halves, width, firstSampled);
    const recordIds = randomFillSync(new Uint32Array(rows * ID_HALVES));
    writeIds(recordIds, halves, places, width);
    const ownIds = hashOwnIds(ids, rows, setup.ownIdSeed);
    const lookup = lookupLines(recordIds, ids);
    return { halves, rows, partitions: counts, lookup, ownIds, rowNumbers, words: picked.take(), keys, rejects, missing: notes.lacking(), placeholders: notes.lacking("placeholder"), unusable: notes.lacking("unusable"), strata: { values: strata.values, codes: strata.codes, unusable: strata.unusable }, sampled };
  };
  return { hash, count: () => counter.add((compound, seed) => encoder.signs(compound, seed)) };
}

/** The records that have an own id: their row numbers, and where the bounds of their cells begin. Of `ids` only theirs stay; the others are rejected. */
function peopleOf(cells: CellBytes, ids: IdBytes, columns: number, firstRow: number, rejects: Reject[]): { rowNumbers: Uint32Array; firstBounds: Uint32Array } {
  const rowNumbers = new Uint32Array(cells.count);
  const firstBounds = new Uint32Array(cells.count);
  let rows = 0;
  for (let i = 0; i < cells.count; i++) {
    const row = firstRow + cells.numbers[i]!;
    if (ids.ends[i] === ids.starts[i]) {
      rejects.push({ row, reason: "no own id" });
      continue;
    }
    ids.starts[rows] = ids.starts[i]!;
    ids.ends[rows] = ids.ends[i]!;
    rowNumbers[rows] = row;
    firstBounds[rows++] = i * columns * 2;
  }
  rejects.sort((a, b) => a.row - b.row);
  return { rowNumbers: rowNumbers.subarray(0, rows), firstBounds: firstBounds.subarray(0, rows) };
}

/** Bits of the null mask, as two halves. */
interface Mask {
  readonly low: number;
  readonly high: number;
}

/** The null mask of a record of which nothing is sent: every bit that it may have (see RecordNotes). */
function blankMask(schema: LinkageSchema): Mask {
  const { filters } = schema;
  const atoms = usedAtoms(schema).length;
  const first = filters.some(({ fields }) => fields.length > 1) ? atoms : 0;
  const half = (which: number): number => Array.from({ length: 32 }, (_, bit) => 32 * which + bit).reduce((mask, bit, i) => (bit >= first && bit < atoms + filters.length ? mask | (1 << i) : mask), 0);
  return { low: half(0), high: half(1) };
}

/** Puts records for which others of their person stand behind those that are hashed; returns how many these are. */
function putOthersLast(people: Uint32Array, rowNumbers: Uint32Array, firstBounds: Uint32Array, { starts, ends }: IdBytes): number {
  const isOther = (row: number): boolean => (people[row] ?? 0) >= OTHER;
  const all = Array.from(rowNumbers, (row, i) => ({ row, first: firstBounds[i]!, start: starts[i]!, end: ends[i]! }));
  const standing = all.filter(({ row }) => !isOther(row));
  [...standing, ...all.filter(({ row }) => isOther(row))].forEach(({ row, first, start, end }, i) => {
    rowNumbers[i] = row;
    firstBounds[i] = first;
    starts[i] = start;
    ends[i] = end;
  });
  return standing.length;
}

/** Writes each record's person, `person` halves behind its row's beginning; of those from `standing` on nothing else is sent. */
function tellPeople(people: Uint32Array, rowNumbers: Uint32Array, places: Uint32Array, halves: Uint32Array, { standing, width, person, allMissing }: { standing: number; width: number; person: number; allMissing: Mask }): void {
  for (let i = 0; i < places.length; i++) {
    const start = places[i]! * width;
    halves[start + person] = ((people[rowNumbers[i]!] ?? 0) & ~OTHER) >>> 0;
    halves[start + person + 1] = 0;
    if (i < standing) continue;
    halves.fill(0, start + ID_HALVES, start + person);
    halves[start + ID_HALVES] = allMissing.low;
    halves[start + ID_HALVES + 1] = allMissing.high;
  }
}

function writeIds(recordIds: Uint32Array, halves: Uint32Array, places: Uint32Array, width: number): void {
  for (let i = 0, from = 0; i < places.length; i++) {
    const start = places[i]! * width;
    for (let half = 0; half < ID_HALVES; half++) halves[start + half] = recordIds[from++]!;
  }
}

function hashOwnIds({ bytes, starts, ends }: IdBytes, rows: number, seed: OwnIdSeed): Int32Array {
  const hashes = new Int32Array(rows * 2);
  for (let i = 0; i < rows; i++) hashOwnId(bytes, starts[i]!, ends[i]!, seed, hashes, i * 2);
  return hashes;
}

/** Draws each row's partition; its place is behind those of its own and of the earlier ones. */
function drawPlaces(rows: number, partitions: number): { places: Uint32Array; counts: Uint32Array } {
  const places = new Uint32Array(rows);
  const counts = new Uint32Array(partitions);
  for (let i = 0; i < rows; i++) counts[(places[i] = drawBelow(partitions))]!++;
  let end = 0;
  const next = counts.map((count) => (end += count) - count);
  for (let i = 0; i < rows; i++) places[i] = next[places[i]!]!++;
  return { places, counts };
}
