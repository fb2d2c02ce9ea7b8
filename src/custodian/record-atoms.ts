import type { FieldKindName } from "../schema/field-kinds.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { ColumnMap, FieldSource } from "./column-map.ts";
import type { AtomValues } from "./encoding.ts";
import { normalizeAddress, normalizeTown } from "./normalize/address.ts";
import { normalizeEmail, normalizeHealthNumber, normalizePhone, normalizeSex } from "./normalize/codes.ts";
import { type DateParts, normalizeDate, parseDate } from "./normalize/date.ts";
import { takePart } from "./normalize/full-name.ts";
import { letters } from "./normalize/letters.ts";
import { monthNamed } from "./normalize/months.ts";
import { normalizeForename, normalizeSurname } from "./normalize/name.ts";
import type { Normalized } from "./normalize/normalized.ts";
import { normalizePostcode } from "./normalize/postcode.ts";
import { remembered } from "./normalize/remembered.ts";
import { textHash } from "./text-hash.ts";

/** What became of a record's fields: the atoms, and for each field of the schema whether its value was dropped. */
export interface RecordAtoms {
  readonly atoms: AtomValues;
  /** Hash of each atom, 0 where it is missing. Good until the next record is read. */
  readonly hashes: Int32Array;
  /** Per field in schema order. */
  readonly problems: readonly Normalized["problem"][];
}

const normalizers: Record<Exclude<FieldKindName, "date_of_birth">, (text: string) => Normalized> = {
  forename: normalizeForename,
  surname: normalizeSurname,
  sex: normalizeSex,
  postcode: normalizePostcode,
  address: normalizeAddress,
  town: normalizeTown,
  phone: normalizePhone,
  email: normalizeEmail,
  health_number: normalizeHealthNumber,
};

/** Kinds of which a file may hold far fewer values than records: what a cell comes to is worth keeping. Of places it does where it is of one region: some forty people share a postcode, two or three an address. */
const REPETITIVE = new Set<FieldKindName>(["forename", "surname", "date_of_birth", "sex", "town", "postcode", "address"]);

/** A field of one record: its atoms, in the order in which the field's are asked for, and their hashes. */
export interface FieldAtoms {
  readonly values: readonly (string | undefined)[];
  readonly hashes: readonly number[];
  readonly problem: Normalized["problem"];
}

/** How a field is read from a row. */
export interface FieldReader {
  /** Places of its atoms among those that are asked for. */
  readonly indexes: readonly number[];
  /** The columns that it looks at. */
  readonly columns: readonly number[];
  /** Whether a file holds far fewer of its values than records. */
  readonly repetitive: boolean;
  /** Its cells as one text, and what that comes to. */
  readonly textOf: (cells: readonly string[]) => string;
  readonly atomsOf: (text: string) => FieldAtoms;
}

export function fieldReaders(fields: LinkageSchema["fields"], order: readonly string[], map: ColumnMap, header: readonly string[], thisYear: number): FieldReader[] {
  return fields.map(({ name, kind }) => {
    const source = map.fields[name]!;
    const { columns, textOf, normalize } = kind === "date_of_birth" ? dateReader(source, header, thisYear) : textReader(source, header, normalizers[kind]);
    const indexes = order.flatMap((atom, index) => (atom === name || atom.startsWith(`${name}.`) ? [index] : []));
    const names = indexes.map((index) => (order[index] === name ? "exact" : order[index]!.slice(name.length + 1)));
    const atomsOf = (text: string): FieldAtoms => {
      const { views, problem } = normalize(text);
      const values: (string | undefined)[] = [];
      const hashes: number[] = [];
      for (const name of names) {
        const value = views?.[name];
        values.push(value);
        hashes.push(value === undefined ? 0 : textHash(value));
      }
      return { values, hashes, problem };
    };
    return { indexes, columns, repetitive: REPETITIVE.has(kind) && !("take" in source), textOf, atomsOf };
  });
}

/** Compiles fields, column map and header into the function from a row's cells to its atoms, in the order asked for. */
export function recordAtoms(fields: LinkageSchema["fields"], order: readonly string[], map: ColumnMap, header: readonly string[], thisYear: number): (cells: readonly string[]) => RecordAtoms {
  const readers = fieldReaders(fields, order, map, header, thisYear).map((reader) => (reader.repetitive ? { ...reader, atomsOf: remembered(reader.atomsOf) } : reader));
  const hashes = new Int32Array(order.length);
  const none: (string | undefined)[] = order.map(() => undefined);
  return (cells) => {
    const atoms = none.slice();
    const problems: Normalized["problem"][] = [];
    for (const { indexes, textOf, atomsOf } of readers) {
      const { values, hashes: own, problem } = atomsOf(textOf(cells));
      for (let i = 0; i < indexes.length; i++) {
        atoms[indexes[i]!] = values[i];
        hashes[indexes[i]!] = own[i]!;
      }
      problems.push(problem);
    }
    return { atoms, hashes, problems };
  };
}

/** A field's columns, its cells as one text, and what the text comes to. */
interface TextReader {
  readonly columns: readonly number[];
  readonly textOf: (cells: readonly string[]) => string;
  readonly normalize: (text: string) => Normalized;
}

function textReader(source: FieldSource, header: readonly string[], normalize: (text: string) => Normalized): TextReader {
  const columns = "columns" in source ? source.columns.map((column) => header.indexOf(column)) : [];
  const { take, written, codes } = "columns" in source ? source : {};
  const [only] = columns;
  const textOf = columns.length === 1 ? (cells: readonly string[]) => cells[only!]! : (cells: readonly string[]) => columns.map((column) => cells[column]).join(" ");
  if (codes !== undefined) return { columns, textOf, normalize: (text) => normalize(codes[letters(text)] ?? text) };
  if (take === undefined) return { columns, textOf, normalize };
  // full names hardly come again, but their parts do
  const known = remembered(normalize);
  return { columns, textOf, normalize: (text) => known(takePart(text, take, written)) };
}

function dateReader(source: FieldSource, header: readonly string[], thisYear: number): TextReader {
  if ("columns" in source) {
    const column = header.indexOf(source.columns[0]!);
    const order = source.order ?? "ymd";
    return {
      columns: [column],
      textOf: (cells) => cells[column]!.trim(),
      normalize: (text) => (text === "" ? {} : normalizeDate(parseDate(text, order, thisYear), thisYear)),
    };
  }
  const parts = (["day", "month", "year"] as const).flatMap((part) => (source[part] === undefined ? [] : [{ part, column: header.indexOf(source[part]) }]));
  return {
    columns: parts.map(({ column }) => column),
    textOf: (cells) => parts.map(({ column }) => cells[column]!.trim()).join(PART_END),
    normalize: (text) => {
      const date: DateParts = {};
      let bad = false;
      text.split(PART_END).forEach((cell, i) => {
        if (cell === "") return;
        const { part } = parts[i]!;
        const value = part === "month" ? monthNumber(cell) : Number(cell);
        if (Number.isInteger(value) && value > 0) date[part] = part === "year" && value < 100 ? value + (value + 2000 > thisYear ? 1900 : 2000) : value;
        else bad = true;
      });
      if (Object.keys(date).length === 0) return bad ? { problem: "unusable" } : {};
      const result = normalizeDate(date, thisYear);
      return bad ? { ...result, problem: "unusable" } : result;
    },
  };
}

const PART_END = "\u0000";
/** A month in a column of its own. */
function monthNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : monthNamed(text) || Number.NaN;
}
