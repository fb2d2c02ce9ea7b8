import { randomFillSync } from "node:crypto";
import { createStoringEncoder } from "../kernel/encode-record.ts";
import { type EncodingPlan, encodedLength } from "../kernel/encoding-plan.ts";
import { ID_HALVES } from "../exchange/row-group.ts";
import { csvCell } from "../output/csv-cell.ts";
import { usedAtoms } from "../schema/comparison-space.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { ColumnMap } from "./column-map.ts";
import { type CellBytes, readCellBytes } from "./csv/cell-bytes.ts";
import { KnownCells } from "./known-cells.ts";
import { type OwnIdSeed, hashOwnId } from "./own-ids.ts";
import { fieldReaders, recordAtoms } from "./record-atoms.ts";
import { drawBelow } from "./secret-draws.ts";
import { type SliceStrata, type StratumColumn, SliceValues } from "./strata.ts";
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

const STORE_BYTES = 16 << 20;

/** Compiles the setup into the function from slices to encoded rows: parse, normalize, encode, count. */
export function sliceHasher(setup: HashSetup): (task: SliceTask) => Promise<SliceResult> {
  const { schema, plan, map, header } = setup;
  const readers = fieldReaders(schema.fields, usedAtoms(schema), map, header, setup.thisYear);
  const encoder = createStoringEncoder(plan, readers.map(({ indexes }) => indexes), STORE_BYTES);
  const known = new KnownCells(readers, usedAtoms(schema).length, encoder);
  const atomsOf = recordAtoms(schema.fields, usedAtoms(schema), map, header, setup.thisYear);
  const counter = new RecordCounter(schema, setup.sketches);
  const words = ID_HALVES + 2 + encodedLength(plan);
  const width = words + setup.strata.length;
  const idColumn = map.id === null ? -1 : header.indexOf(map.id);
  // beside a record-level filter nothing is compared that could lack an atom: what a record lacks would only tell it from others
  const showsAtoms = !schema.filters.some(({ fields }) => fields.length > 1);
  // what the bits of the null mask stand for: every atom, then every filter, which is missing with any part of its anchor or with all of its texts
  const nullable = [
    ...usedAtoms(schema).map((_, atom) => ({ anyOf: showsAtoms ? [atom] : [], allOf: [] })),
    ...plan.filters.map(({ anchor, parts }) => ({ anyOf: anchor, allOf: parts.map(({ value }) => value) })),
  ];
  const wholeAtoms = schema.fields.map(({ name }) => usedAtoms(schema).flatMap((atom, index) => (atom === name || atom.startsWith(`${name}.`) ? [index] : [])));

  const firstSampled = 2 + plan.filters.reduce((sum, { bits }) => sum + bits / 32, 0);

  return async (task) => {
    const cells = readCellBytes(task.bytes, map.delimiter, header.length, task.records);
    const rejects: Reject[] = cells.rejects.map(({ number, reason }) => ({ row: task.firstRow + number, reason }));
    const rowNumbers = new Uint32Array(cells.count);
    const people = new Uint32Array(cells.count); // the bounds of their first cells
    const ids: string[] = [];
    for (let i = 0; i < cells.count; i++) {
      const row = task.firstRow + cells.numbers[i]!;
      const first = i * header.length * 2;
      const ownId = idColumn < 0 ? String(row) : textOf(cells, first, idColumn).trim();
      if (ownId === "") {
        rejects.push({ row, reason: "no own id" });
        continue;
      }
      rowNumbers[ids.length] = row;
      people[ids.length] = first;
      ids.push(ownId);
    }
    rejects.sort((a, b) => a.row - b.row);
    const rows = ids.length;
    const { places, counts } = drawPlaces(rows, setup.partitions);
    const halves = new Uint32Array(rows * width);
    const recordIds = randomFillSync(new Uint32Array(rows * ID_HALVES));
    const ownIds = new Int32Array(rows * 2);
    const picked = new SampledWords(setup.sampleLimits, rows);
    const sampled: SliceResult["sampled"] = [];
    const missing = schema.fields.map(() => 0);
    const placeholders = schema.fields.map(() => 0);
    const unusable = schema.fields.map(() => 0);
    const strata = new SliceValues(setup.strata);
    for (let i = 0; i < rows; i++) {
      const first = people[i]!;
      const start = places[i]! * width;
      const text = (): string[] => header.map((_, column) => textOf(cells, first, column));
      const { hashes, problems } = known;
      if (known.read(cells, first)) encoder.encodeStored(known.addresses, halves, start + ID_HALVES + 2);
      else {
        const record = atomsOf(text());
        hashes.set(record.hashes);
        record.problems.forEach((problem, f) => (problems[f] = problem));
        encoder.encode(record.atoms, halves, start + ID_HALVES + 2);
      }
      picked.add(halves, start + ID_HALVES + firstSampled);
      let low = 0;
      let high = 0;
      for (let bit = 0; bit < nullable.length; bit++) {
        const { anyOf, allOf } = nullable[bit]!;
        if (!anyMissing(anyOf, hashes) && (allOf.length === 0 || !allMissing(allOf, hashes))) continue;
        if (bit < 32) low |= 1 << bit;
        else high |= 1 << (bit - 32);
      }
      if (setup.strata.length > 0) strata.write(text(), halves, start + words);
      halves[start + ID_HALVES] = low >>> 0;
      halves[start + ID_HALVES + 1] = high >>> 0;
      for (let f = 0; f < problems.length; f++) {
        if (problems[f] === "placeholder") placeholders[f]!++;
        else if (problems[f] === "unusable") unusable[f]!++;
        // an impossible date has parts but is no date: the field counts as missing
        if (problems[f] !== undefined || anyMissing(wholeAtoms[f]!, hashes)) missing[f]!++;
      }
      const rank = counter.add(hashes);
      if (rank !== undefined) sampled.push({ rank, atoms: atomsOf(text()).atoms, row: places[i]! });
      for (let half = 0; half < ID_HALVES; half++) halves[start + half] = recordIds[i * ID_HALVES + half]!;
      hashOwnId(ids[i]!, setup.ownIdSeed, ownIds, i * 2);
    }
    const lookup = lookupLines(recordIds, ids);
    // the last thing that can be lost with this thread: a slice that is hashed again is counted once
    counter.flush();
    return { halves, rows, partitions: counts, lookup, ownIds, rowNumbers, words: picked.take(), rejects, missing, placeholders, unusable, strata: { values: strata.values, unusable: strata.unusable }, sampled };
  };
}

function textOf({ bytes, bounds }: CellBytes, first: number, column: number): string {
  return bytes.toString("utf8", bounds[first + column * 2], bounds[first + column * 2 + 1]);
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

/** Lines of the lookup file. */
function lookupLines(recordIds: Uint32Array, ownIds: readonly string[]): Uint8Array {
  const hex = Buffer.from(recordIds.buffer).toString("hex");
  const digits = ID_HALVES * 8;
  let lines = "";
  ownIds.forEach((ownId, i) => (lines += `${hex.slice(i * digits, (i + 1) * digits)},${csvCell(ownId)}\n`));
  return utf8Encoder.encode(lines);
}

function anyMissing(atoms: readonly number[], hashes: Int32Array): boolean {
  for (let i = 0; i < atoms.length; i++) if (hashes[atoms[i]!] === 0) return true;
  return false;
}

function allMissing(atoms: readonly number[], hashes: Int32Array): boolean {
  for (let i = 0; i < atoms.length; i++) if (hashes[atoms[i]!] !== 0) return false;
  return true;
}

const utf8Encoder = new TextEncoder();
