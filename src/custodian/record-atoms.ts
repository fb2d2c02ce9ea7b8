import type { FieldKindName } from "../schema/field-kinds.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { ColumnMap, FieldSource } from "./column-map.ts";
import type { AtomValues } from "./encoding.ts";
import { normalizeAddress, normalizeTown } from "./normalize/address.ts";
import { normalizeEmail, normalizeHealthNumber, normalizePhone, normalizeSex } from "./normalize/codes.ts";
import { type DateParts, normalizeDate, parseDate } from "./normalize/date.ts";
import { normalizeForename, normalizeSurname, splitFullName } from "./normalize/name.ts";
import type { Normalized } from "./normalize/normalized.ts";
import { normalizePostcode } from "./normalize/postcode.ts";

/** What became of a record's fields: the atoms, and for each field of the schema whether its value was dropped. */
export interface RecordAtoms {
  readonly atoms: AtomValues;
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

/** Compiles fields, column map and header into the function from a row's cells to its atoms, in the order asked for. */
export function recordAtoms(fields: LinkageSchema["fields"], order: readonly string[], map: ColumnMap, header: readonly string[], thisYear: number): (cells: readonly string[]) => RecordAtoms {
  const readers = fields.map(({ name, kind }) => {
    const source = map.fields[name]!;
    const read = kind === "date_of_birth" ? dateReader(source, header, thisYear) : textReader(source, header, normalizers[kind]);
    const targets = order.flatMap((atom, index) => (atom === name || atom.startsWith(`${name}.`) ? [{ index, view: atom === name ? "exact" : atom.slice(name.length + 1) }] : []));
    return { read, targets };
  });
  return (cells) => {
    const atoms: (string | undefined)[] = Array.from({ length: order.length });
    const problems = readers.map(({ read, targets }) => {
      const { views, problem } = read(cells);
      if (views !== undefined) for (const { index, view } of targets) atoms[index] = views[view];
      return problem;
    });
    return { atoms, problems };
  };
}

type CellReader = (cells: readonly string[]) => Normalized;

function textReader(source: FieldSource, header: readonly string[], normalize: (text: string) => Normalized): CellReader {
  const columns = "columns" in source ? source.columns.map((column) => header.indexOf(column)) : [];
  const take = "take" in source ? source.take : undefined;
  const [only] = columns;
  if (columns.length === 1 && take === undefined) return (cells) => normalize(cells[only!]!);
  return (cells) => {
    const text = columns.map((column) => cells[column]).join(" ");
    return normalize(take === undefined ? text : splitFullName(text)[take]);
  };
}

function dateReader(source: FieldSource, header: readonly string[], thisYear: number): CellReader {
  if ("columns" in source) {
    const column = header.indexOf(source.columns[0]!);
    const order = source.order ?? "ymd";
    return (cells) => {
      const text = cells[column]!.trim();
      return text === "" ? {} : normalizeDate(parseDate(text, order, thisYear), thisYear);
    };
  }
  const parts = (["day", "month", "year"] as const).flatMap((part) => (source[part] === undefined ? [] : [{ part, column: header.indexOf(source[part]) }]));
  return (cells) => {
    const date: DateParts = {};
    let bad = false;
    for (const { part, column } of parts) {
      const text = cells[column]!.trim();
      if (text === "") continue;
      const value = part === "month" ? monthNumber(text) : Number(text);
      if (Number.isInteger(value) && value > 0) date[part] = part === "year" && value < 100 ? value + (value + 2000 > thisYear ? 1900 : 2000) : value;
      else bad = true;
    }
    if (Object.keys(date).length === 0) return bad ? { problem: "unusable" } : {};
    const result = normalizeDate(date, thisYear);
    return bad ? { ...result, problem: "unusable" } : result;
  };
}

const MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";

function monthNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const at = /^[a-z]{3,}$/i.test(text) ? MONTHS.indexOf(text.slice(0, 3).toLowerCase()) : -1;
  return at >= 0 && at % 3 === 0 ? at / 3 + 1 : Number.NaN;
}
