import { statSync } from "node:fs";
import { SaltlinkError } from "../errors.ts";
import { type FieldKindName, atomsOf } from "../schema/field-kinds.ts";
import { namesOf } from "../schema/name-order.ts";
import type { AtomColumns } from "./sharing.ts";
import type { ColumnMap } from "./column-map.ts";
import { type CsvEncoding, openCsv } from "./csv/open.ts";
import { parseHeaderRow } from "./csv/header-row.ts";
import { NOT_UTF8, readRecords } from "./csv/read-records.ts";
import { type Delimiter, cutSlices, delimiterOf } from "./csv/slices.ts";
import { type DateOrder, settleOrder } from "./normalize/date.ts";
import { type Recognized, recognizeColumns } from "./recognize-columns.ts";
import { recordAtoms } from "./record-atoms.ts";

/** What a look over a CSV tells: its columns, and a sample of its rows. */
export interface Survey {
  readonly path: string;
  readonly header: readonly string[];
  readonly delimiter: Delimiter;
  readonly recognized: Recognized;
  /** Records in the file. */
  readonly rows: number;
  /** Rows looked at, spread over the file, and their numbers. */
  readonly sample: readonly (readonly string[])[];
  readonly sampleRows: readonly number[];
  /** Rows with bytes that are not valid in the encoding, among those looked at. */
  readonly notUtf8: readonly number[];
}

const SAMPLE_ROWS = 100_000;
const SLICE_BYTES = 64 << 10;

export interface SurveyOptions {
  readonly encoding: CsvEncoding;
  readonly leaveOut?: readonly string[];
  /** About so many rows, spread over the file, are kept. */
  readonly sampleRows?: number;
  /** The header's own, unless it is known. */
  readonly delimiter?: Delimiter;
  /** Called as bytes are read; those of a packed file count as they come out. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Reads a CSV through once. */
export async function surveyCsv(path: string, { encoding, leaveOut = [], sampleRows = SAMPLE_ROWS, delimiter: known, onProgress }: SurveyOptions): Promise<Survey> {
  const slices = cutSlices(openCsv(path, encoding), path, SLICE_BYTES, known);
  const first = await slices.next();
  async function* again(): AsyncGenerator<typeof first.value> {
    if (!first.done) yield first.value;
  }
  const header = await parseHeaderRow(again(), path, known);
  const delimiter = known ?? delimiterOf(first.value?.bytes.toString() ?? "");
  const bytes = statSync(path).size;
  const sample: string[][] = [];
  const numbers: number[] = [];
  const notUtf8: number[] = [];
  let rows = 0;
  let every = 1;
  let index = 0;
  let done = 0;
  for await (const slice of slices) {
    rows += slice.records;
    onProgress?.(Math.min((done += slice.bytes.length), bytes), bytes);
    if (index === 0) every = Math.max(1, Math.round(((bytes / SLICE_BYTES) * slice.records) / sampleRows));
    if (index++ % every !== 0 || sample.length >= sampleRows) continue;
    for (const [number, cells] of readRecords(slice.bytes, delimiter).entries()) {
      if (cells === NOT_UTF8) notUtf8.push(slice.firstRow + number);
      if (typeof cells === "string" || cells.length !== header.length) continue;
      sample.push(cells);
      numbers.push(slice.firstRow + number);
    }
  }
  if (rows === 0) throw new SaltlinkError("input", `${path} has a header and no records`);
  return { path, header, delimiter, recognized: recognizeColumns(header, sample, leaveOut), rows, sample, sampleRows: numbers, notUtf8 };
}

/** The column map of a survey; a date order that no row settles must be given. */
export function columnMapOf(survey: Survey, fields: readonly string[], dateOrder: DateOrder | undefined): ColumnMap {
  const map: ColumnMap = {
    version: 1,
    id: survey.recognized.id,
    delimiter: survey.delimiter,
    fields: Object.fromEntries(Object.entries(survey.recognized.fields).filter(([field]) => fields.includes(field))),
  };
  const date = oneColumnDate(map);
  if (date !== undefined) date.order = dateOrder ?? date.order ?? settledOrder(survey, date.columns[0]!);
  return map;
}

/** Where a map takes the date of birth from, when that is one column: then its order matters. */
export function oneColumnDate(map: ColumnMap): { columns: string[]; order?: DateOrder | undefined } | undefined {
  const date = map.fields["date_of_birth"];
  return date !== undefined && "columns" in date ? date : undefined;
}

/** How a column of dates is written. @throws SaltlinkError (input) when the sample does not settle it. */
export function settledOrder({ path, header, sample }: Survey, column: string): DateOrder {
  const at = header.indexOf(column);
  const order = settleOrder(sample.map((cells) => cells[at] ?? ""));
  if (order === "ambiguous" || order === "mixed") {
    throw new SaltlinkError("input", `${path} column ${column}: no row tells whether the day or the month comes first; say so with --date-order dmy or --date-order mdy`);
  }
  return order;
}

/** The sample's values as numbers, for every view of every field; the values themselves stay behind. */
export function atomColumns(survey: Survey, map: ColumnMap, fields: readonly { name: string; kind: FieldKindName }[]): AtomColumns {
  const atoms = fields.flatMap(({ name, kind }) => atomsOf(name, kind));
  const read = recordAtoms([...fields], atoms, map, survey.header, new Date().getUTCFullYear());
  const [forename, surname] = namesOf(fields);
  const ownNumbers = new Map(atoms.map((atom) => [atom, new Map<string, number>()]));
  // views of a forename are numbered as the surname's are
  const numbers = atoms.map((atom) => ownNumbers.get(atom.split(".")[0] === forename ? [surname, ...atom.split(".").slice(1)].join(".") : atom) ?? ownNumbers.get(atom)!);
  const columns = atoms.map(() => new Int32Array(survey.sample.length).fill(-1));
  survey.sample.forEach((cells, row) => {
    read(cells).atoms.forEach((value, a) => {
      if (value === undefined) return;
      let number = numbers[a]!.get(value);
      if (number === undefined) numbers[a]!.set(value, (number = numbers[a]!.size));
      columns[a]![row] = number;
    });
  });
  return { count: survey.sample.length, values: new Map(atoms.map((atom, a) => [atom, columns[a]!])), fields };
}
