import { randomFillSync } from "node:crypto";
import { type EncodingPlan, encodedLength } from "../kernel/encoding-plan.ts";
import { ID_HALVES } from "../exchange/row-group.ts";
import { usedAtoms } from "../schema/comparison-space.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { ColumnMap } from "./column-map.ts";
import { readCellBytes } from "./csv/cell-bytes.ts";
import { noteOffset } from "../kernel/slice-encoder.ts";
import { CONTENT, CellReader, HASHES, MISSING_HIGH, MISSING_LOW, PROBLEM, PROBLEMS, fieldEncoder } from "./known-cells.ts";
import { lookupLines, trimmedIds } from "./lookup-lines.ts";
import { type OwnIdSeed, hashOwnId } from "./own-ids.ts";
import { fieldReaders, recordAtoms } from "./record-atoms.ts";
import { drawBelow } from "./secret-draws.ts";
import { type SliceStrata, type StratumColumn, SliceValues } from "./strata.ts";
import { mixed } from "./text-hash.ts";
import { type SliceWords, SampledWords } from "./value-sample.ts";
import { type SampledRecord, type SharedSketches, RecordCounter } from "./value-statistics.ts";

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
  /** See value-sample.ts: one for each key and bucket. */
  readonly sampleLimits: Uint32Array;
}

/** Whole records of the CSV; plain UTF-8 bytes. */
export interface SliceTask {
  readonly bytes: Uint8Array;
  readonly firstRow: number;
  readonly records: number;
}

export interface SliceResult {
  /** Rows of the hashed file, partition after partition and in the order of the slice within each: id, nulls, words, strata by the numbers of their values in the slice (see exchange/write-hashed-file.ts). */
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
  /** Words of the keys and buckets for the samples of their values. */
  readonly words: SliceWords;
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

/** Records that are read before they are encoded: as many as the processor's cache holds with their rows. */
const BATCH = 1024;

/** Compiles the setup into the function from slices to encoded rows: parse, normalize, encode, count. */
export function sliceHasher(setup: HashSetup): (task: SliceTask) => Promise<SliceResult> {
  const { schema, plan, map, header } = setup;
  const order = usedAtoms(schema);
  const readers = fieldReaders(schema.fields, order, map, header, setup.thisYear);
  const encoder = fieldEncoder(plan, readers);
  const reader = new CellReader(readers, encoder);
  const atomsOf = recordAtoms(schema.fields, order, map, header, setup.thisYear);
  const counter = new RecordCounter(schema, setup.sketches);
  const firstNotes = readers.map(({ indexes }) => noteOffset(indexes.length));
  const counted = counter.atoms.map((atom) => ({ field: readers.findIndex(({ indexes }) => indexes.includes(atom)), atom })).map(({ field, atom }) => ({ field, note: firstNotes[field]! + HASHES + readers[field]!.indexes.indexOf(atom) }));
  const countedHashes = new Int32Array(counted.length);
  const words = ID_HALVES + 2 + encodedLength(plan);
  const width = words + setup.strata.length;
  const idColumn = map.id === null ? -1 : header.indexOf(map.id);
  // beside a record-level filter nothing is compared that could lack an atom: what a record lacks would only tell it from others
  const showsAtoms = !schema.filters.some(({ fields }) => fields.length > 1);
  // a filter is missing with any part of its anchor or with all of its texts; the bits of the null mask: every atom, then every filter
  const filters = plan.filters.map(({ anchor, parts }, f) => ({ anchor: maskOf(anchor), texts: maskOf(parts.map(({ value }) => value)), bit: maskOf([order.length + f]) }));
  const firstSampled = ID_HALVES + 2 + plan.filters.reduce((sum, { bits }) => sum + bits / 32, 0);

  return async (task) => {
    const cells = readCellBytes(task.bytes, map.delimiter, header.length, task.records);
    const rejects: Reject[] = cells.rejects.map(({ number, reason }) => ({ row: task.firstRow + number, reason }));
    const ids = trimmedIds(cells, header.length, idColumn, task.firstRow);
    const rowNumbers = new Uint32Array(cells.count);
    const people = new Uint32Array(cells.count); // the bounds of their first cells
    let rows = 0;
    for (let i = 0; i < cells.count; i++) {
      const row = task.firstRow + cells.numbers[i]!;
      if (ids.ends[i] === ids.starts[i]) {
        rejects.push({ row, reason: "no own id" });
        continue;
      }
      ids.starts[rows] = ids.starts[i]!;
      ids.ends[rows] = ids.ends[i]!;
      rowNumbers[rows] = row;
      people[rows++] = i * header.length * 2;
    }
    rejects.sort((a, b) => a.row - b.row);
    const firstBounds = people.subarray(0, rows);
    const { places, counts } = drawPlaces(rows, setup.partitions);
    const picked = new SampledWords(setup.sampleLimits, rows);
    const sampled: SliceResult["sampled"] = [];
    const missing = schema.fields.map(() => 0);
    const problems = schema.fields.map(() => PROBLEMS.map(() => 0));
    const strata = new SliceValues(setup.strata);
    const text = (i: number): string[] => header.map((_, column) => reader.text(firstBounds[i]!, column));

    encoder.load(cells, firstBounds, places, width);
    reader.load(cells);
    for (let from = 0; from < rows; ) {
      const end = reader.read(firstBounds, from, Math.min(from + BATCH, rows));
      encoder.encode(from, end, ID_HALVES + 2);
      const { words: notes, addresses } = encoder.notes();
      const out = encoder.rows();
      for (let i = from; i < end; i++) {
        const start = places[i]! * width;
        let low = 0;
        let high = 0;
        let content = 0x12345;
        for (let f = 0; f < readers.length; f++) {
          const note = (addresses[i * readers.length + f]! >> 2) + firstNotes[f]!;
          const lacks = notes[note + MISSING_LOW]! | notes[note + MISSING_HIGH]!;
          low |= notes[note + MISSING_LOW]!;
          high |= notes[note + MISSING_HIGH]!;
          content = mixed(content ^ notes[note + CONTENT]!);
          const problem = notes[note + PROBLEM]!;
          // an impossible date has parts but is no date: the field counts as missing
          if (problem !== 0 || lacks !== 0) missing[f]!++;
          if (problem !== 0) problems[f]![problem]!++;
        }
        let nullsLow = showsAtoms ? low : 0;
        let nullsHigh = showsAtoms ? high : 0;
        for (let f = 0; f < filters.length; f++) {
          const { anchor, texts, bit } = filters[f]!;
          if (((low & anchor.low) | (high & anchor.high)) === 0 && ((~low & texts.low) | (~high & texts.high)) !== 0) continue;
          nullsLow |= bit.low;
          nullsHigh |= bit.high;
        }
        out[start + ID_HALVES] = nullsLow;
        out[start + ID_HALVES + 1] = nullsHigh;
        for (let c = 0; c < counted.length; c++) countedHashes[c] = notes[(addresses[i * readers.length + counted[c]!.field]! >> 2) + counted[c]!.note]!;
        const rank = counter.add(countedHashes, content);
        if (rank !== undefined) sampled.push({ rank, atoms: atomsOf(text(i)).atoms, row: places[i]! });
        picked.add(out, start + firstSampled);
        if (setup.strata.length > 0) strata.write(text(i), out, start + words);
      }
      from = end;
    }
    const halves = encoder.rows().slice();
    const recordIds = randomFillSync(new Uint32Array(rows * ID_HALVES));
    const ownIds = new Int32Array(rows * 2);
    for (let i = 0; i < rows; i++) {
      const start = places[i]! * width;
      for (let half = 0; half < ID_HALVES; half++) halves[start + half] = recordIds[i * ID_HALVES + half]!;
      hashOwnId(ids.bytes, ids.starts[i]!, ids.ends[i]!, setup.ownIdSeed, ownIds, i * 2);
    }
    const lookup = lookupLines(recordIds, ids);
    // the last thing that can be lost with this thread: a slice that is hashed again is counted once
    counter.flush();
    const [placeholders, unusable] = (["placeholder", "unusable"] as const).map((problem) => problems.map((counts) => counts[PROBLEMS.indexOf(problem)]!)) as [number[], number[]];
    return { halves, rows, partitions: counts, lookup, ownIds, rowNumbers, words: picked.take(), rejects, missing, placeholders, unusable, strata: { values: strata.values, unusable: strata.unusable }, sampled };
  };
}

/** Bits of a null mask, as two halves. */
function maskOf(bits: readonly number[]): { readonly low: number; readonly high: number } {
  const half = (from: number): number => bits.reduce((mask, bit) => (bit >> 5 === from ? mask | (1 << (bit & 31)) : mask), 0);
  return { low: half(0), high: half(1) };
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
