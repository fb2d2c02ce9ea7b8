import type { FieldKindName } from "../schema/field-kinds.ts";
import type { ColumnMap, FieldSource } from "./column-map.ts";
import { type Role, rolesOf } from "./column-names.ts";
import { normalizeAddress, normalizeTown } from "./normalize/address.ts";
import { normalizeEmail, normalizeHealthNumber, normalizePhone, normalizeSex } from "./normalize/codes.ts";
import { settleOrder, writtenDate } from "./normalize/date.ts";
import type { WrittenName } from "./normalize/full-name.ts";
import { letters } from "./normalize/letters.ts";
import { monthNamed } from "./normalize/months.ts";
import { normalizeForename, normalizeSurname } from "./normalize/name.ts";
import { normalizePostcode } from "./normalize/postcode.ts";

/** Which columns hold which fields, as far as names and a sample of the rows tell. */
export interface Recognized {
  fields: ColumnMap["fields"];
  id: string | null;
  /** Columns that no field takes, each with the reason in words. */
  leftOut: { column: string; reason: string }[];
}

const FIELD_NAMES: readonly FieldKindName[] = ["forename", "surname", "date_of_birth", "sex", "address", "town", "postcode", "phone", "email", "health_number"];
const READABLE = 0.6; // share of the filled cells that a column's kind must be able to read

export function recognizeColumns(header: readonly string[], rows: readonly (readonly string[])[], leaveOut: readonly string[] = []): Recognized {
  const recognized: Recognized = { fields: {}, id: null, leftOut: [] };
  const dateParts: { day?: string; month?: string; year?: string } = {};
  const others: Others = {};
  const unknown: string[] = [];
  const out = (column: string, reason: string): void => void recognized.leftOut.push({ column, reason });
  const sample = (column: number): string[] => rows.map((row) => row[column] ?? "").filter((cell) => cell.trim() !== "");

  header.forEach((column, i) => {
    if (leaveOut.includes(column)) return out(column, "left out on request");
    const cells = sample(i);
    const roles = rolesOf(column);
    const role = roles.find((role) => believable(role, cells)) ?? roles[0];
    if (role === undefined) return void unknown.push(column);
    if ("leaveOut" in role) return out(column, role.leaveOut);
    if ("id" in role) {
      // a few ids twice are a mistake in the file, for hash to name; many are another kind of key
      if (recognized.id === null && new Set(cells).size >= UNIQUE * cells.length && cells.length === rows.length) {
        recognized.id = column;
        return out(column, OWN_ID);
      }
      return out(column, RECORD_KEY);
    }
    if (cells.length === 0 && rows.length > 0) return out(column, "empty in every row looked at");
    if ("part" in role) {
      if (dateParts[role.part] === undefined) dateParts[role.part] = column;
      else out(column, "a second column for the same part of the date of birth");
    } else if ("role" in role) {
      if (others[role.role] === undefined) others[role.role] = role.role === "full name" && role.written !== undefined ? { column, written: role.written } : { column };
      else out(column, `a second column for the ${role.role}`);
    } else if (recognized.fields[role.kind] !== undefined) out(column, `a second column for the ${role.kind.replaceAll("_", " ")}`);
    else if (!believable(role, cells)) out(column, `its name says ${role.kind.replaceAll("_", " ")}, its values do not`);
    else recognized.fields[role.kind] = { columns: [column], ...(role.take === undefined ? {} : { take: role.take }), ...(role.kind === "sex" ? sexCodes(column, cells) : {}) };
  });

  placeDate(recognized, dateParts, sample, header, out);
  placeName(recognized, others, out);
  placeAddress(recognized, { number: others["house number"]?.column, street: others.street?.column }, sample, header, out);
  for (const column of unknown) {
    const cells = sample(header.indexOf(column));
    if (recognized.id === null && cells.length === rows.length && looksLikeKey(cells)) {
      recognized.id = column;
      out(column, OWN_ID);
    } else out(column, "not recognised as anything that links people");
  }
  recognized.fields = Object.fromEntries(FIELD_NAMES.flatMap((name) => (recognized.fields[name] === undefined ? [] : [[name, recognized.fields[name]]])));
  const position = (column: string): number => header.indexOf(column);
  recognized.leftOut.sort((a, b) => position(a.column) - position(b.column));
  return recognized;
}

const UNIQUE = 0.99;
/** Of a column whose name is that of record ids, where its values cannot be. */
export const RECORD_KEY = "looks like a record key";
const OWN_ID = "the department's own record id, kept at home in the lookup file";
/** From so many rows on it is no chance that a column of numbers or codes holds none twice. */
const FEWEST_KEYS = 20;

/** Whether a column of a name that nobody knows numbers its records: codes with digits, none of them twice. */
function looksLikeKey(cells: readonly string[]): boolean {
  return cells.length >= FEWEST_KEYS && cells.every((cell) => /^\p{L}{0,8}[-_/]?\d[\p{L}\d/_-]*$/u.test(cell.trim())) && new Set(cells).size === cells.length;
}

interface NamedColumn {
  readonly column: string;
  readonly written?: WrittenName;
}
type Others = Partial<Record<"full name" | "name" | "particle" | "house number" | "street", NamedColumn>>;

/** Whether a column's values can be what its name says; of most roles values tell nothing. */
function believable(role: Role, cells: readonly string[]): boolean {
  if ("kind" in role) return readable(role.kind, cells) >= READABLE;
  if (!("part" in role) || cells.length === 0) return true;
  const numbers = cells.filter((cell) => /^\d{1,4}(\.0)?$/.test(cell.trim()) || (role.part === "month" && monthNamed(cell) > 0));
  return numbers.length >= READABLE * cells.length;
}

type LeaveOut = (column: string, reason: string) => void;
type Sample = (column: number) => string[];

function placeDate(recognized: Recognized, parts: { day?: string; month?: string; year?: string }, sample: Sample, header: readonly string[], out: LeaveOut): void {
  const single = recognized.fields["date_of_birth"];
  if (single !== undefined && "columns" in single) {
    for (const column of Object.values(parts)) out(column, "the whole date of birth has a column of its own");
    const order = settleOrder(sample(header.indexOf(single.columns[0]!)));
    // an unsettled order is left open: whoever uses the map asks
    recognized.fields["date_of_birth"] = order === "ambiguous" || order === "mixed" ? { columns: single.columns } : { columns: single.columns, order };
  } else if (parts.year !== undefined) recognized.fields["date_of_birth"] = parts;
  else for (const column of Object.values(parts)) out(column, "part of a date of birth without its year");
}

function placeName(recognized: Recognized, { "full name": full, name, particle }: Others, out: LeaveOut): void {
  const { fields } = recognized;
  if (name !== undefined) {
    // beside a forename "name" is the surname, beside a surname the forename, alone both
    if (fields["forename"] !== undefined && fields["surname"] !== undefined) out(name.column, "forename and surname have columns of their own");
    else if (fields["surname"] !== undefined) fields["forename"] = { columns: [name.column] };
    else if (fields["forename"] !== undefined) fields["surname"] = { columns: [name.column] };
    else if (full !== undefined) out(name.column, "a second column for the full name");
    else placeFullName(fields, name);
  }
  if (full !== undefined) {
    if (fields["forename"] !== undefined && fields["surname"] !== undefined) out(full.column, "forename and surname have columns of their own");
    else placeFullName(fields, full);
  }
  if (particle === undefined) return;
  const surname = fields["surname"];
  // "van der" in a column of its own belongs in front of the surname
  if (surname !== undefined && "columns" in surname && surname.take === undefined) fields["surname"] = { columns: [particle.column, ...surname.columns] };
  else out(particle.column, "a particle without its surname");
}

function placeFullName(fields: Recognized["fields"], { column, written }: NamedColumn): void {
  for (const part of ["surname", "forename"] as const) fields[part] ??= { columns: [column], take: part, ...(written === undefined ? {} : { written }) };
}

function placeAddress(recognized: Recognized, { number, street }: { number: string | undefined; street: string | undefined }, sample: Sample, header: readonly string[], out: LeaveOut): void {
  const address = recognized.fields["address"];
  if (address === undefined || !("columns" in address)) {
    if (street !== undefined) recognized.fields["address"] = { columns: number === undefined ? [street] : [number, street] };
    else if (number !== undefined) out(number, "a house number without its street");
    return;
  }
  const numbered = sample(header.indexOf(address.columns[0]!)).filter((cell) => /\d/.test(cell)).length;
  if (street !== undefined) out(street, "the address has a column of its own");
  if (number === undefined) return;
  // "street_number, address_1" against "house_number, street, address": does the address carry its number already?
  if (numbered < 0.5 * sample(header.indexOf(address.columns[0]!)).length) recognized.fields["address"] = { columns: [number, ...address.columns] };
  else out(number, "the address has its number already");
}

/** Whether a cell can be what its column is taken for; a field's placeholders count as readable. */
const reads: Record<FieldKindName, (cell: string) => boolean> = {
  forename: (cell) => normalizeForename(cell).views !== undefined && /\p{L}/u.test(cell),
  surname: (cell) => normalizeSurname(cell).views !== undefined && /\p{L}/u.test(cell),
  date_of_birth: (cell) => writtenDate(cell, "ymd") !== undefined,
  sex: (cell) => normalizeSex(cell).problem === undefined,
  postcode: (cell) => normalizePostcode(cell).problem !== "unusable",
  address: (cell) => normalizeAddress(cell).problem !== "unusable",
  town: (cell) => normalizeTown(cell).views !== undefined,
  phone: (cell) => normalizePhone(cell).problem !== "unusable",
  email: (cell) => normalizeEmail(cell).problem !== "unusable",
  health_number: (cell) => normalizeHealthNumber(cell).problem !== "unusable",
};

function readable(kind: FieldKindName, cells: readonly string[]): number {
  return cells.length === 0 ? 1 : cells.filter(reads[kind]).length / cells.length;
}

/**
 * Codes for the sexes that mean something else in another country: H is man beside an M for woman (Spanish) or an F (French); V is woman beside M in Dutch, man under a Spanish name;
 * F is man beside an N for woman under a Hungarian name; under any other N is not known.
 */
function sexCodes(column: string, cells: readonly string[]): { codes?: Record<string, "M" | "F"> } {
  const seen = new Set(cells.map((cell) => letters(cell)).filter((code) => normalizeSex(code).views !== undefined || code === "N"));
  const only = (...codes: string[]): boolean => seen.has(codes[0]!) && [...seen].every((code) => codes.includes(code));
  if (only("H", "M")) return { codes: { H: "M", M: "F" } };
  if (only("H", "F")) return { codes: { H: "M" } };
  if (only("V", "M")) return { codes: /sexo|g.nero/i.test(column) ? { V: "M", M: "F" } : { V: "F" } };
  if (only("N", "F") && seen.size === 2 && /^neme?$/i.test(column)) return { codes: { F: "M", N: "F" } };
  return {};
}

/** Columns behind a field, for messages. */
export function describeSource(source: FieldSource): string {
  if ("columns" in source) return source.take === undefined ? source.columns.join(" + ") : `${source.columns.join(" + ")} (its ${source.take})`;
  return [source.day, source.month, source.year].filter((column) => column !== undefined).join(" / ");
}
