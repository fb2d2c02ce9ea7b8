import type { FieldKindName } from "../schema/field-kinds.ts";
import type { ColumnMap, FieldSource } from "./column-map.ts";
import { roleOf } from "./column-names.ts";
import { normalizeAddress, normalizeTown } from "./normalize/address.ts";
import { normalizeEmail, normalizeHealthNumber, normalizePhone, normalizeSex } from "./normalize/codes.ts";
import { settleOrder, writtenDate } from "./normalize/date.ts";
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
  const others: { fullName?: string; number?: string; street?: string } = {};
  const out = (column: string, reason: string): void => void recognized.leftOut.push({ column, reason });
  const sample = (column: number): string[] => rows.map((row) => row[column] ?? "").filter((cell) => cell.trim() !== "");

  header.forEach((column, i) => {
    if (leaveOut.includes(column)) return out(column, "left out on request");
    const role = roleOf(column);
    const cells = sample(i);
    if (role === undefined) return out(column, "not recognised as anything that links people");
    if ("leaveOut" in role) return out(column, role.leaveOut);
    if ("role" in role && role.role === "id") {
      // a few ids twice are a mistake in the file, for hash to name; many are another kind of key
      if (recognized.id === null && new Set(cells).size >= UNIQUE * cells.length && cells.length === rows.length) {
        recognized.id = column;
        return out(column, "the department's own record id, kept at home in the lookup file");
      }
      return out(column, "looks like a record key");
    }
    if (cells.length === 0 && rows.length > 0) return out(column, "empty in every row looked at");
    if ("part" in role) {
      if (dateParts[role.part] === undefined) dateParts[role.part] = column;
      else out(column, "a second column for the same part of the date of birth");
    } else if ("role" in role) {
      const slot = role.role === "full name" ? "fullName" : role.role === "street" ? "street" : "number";
      if (others[slot] === undefined) others[slot] = column;
      else out(column, `a second column for the ${role.role}`);
    } else if (recognized.fields[role.kind] !== undefined) out(column, `a second column for the ${role.kind.replaceAll("_", " ")}`);
    else if (readable(role.kind, cells) < READABLE) out(column, `its name says ${role.kind.replaceAll("_", " ")}, its values do not`);
    else recognized.fields[role.kind] = { columns: [column] };
  });

  placeDate(recognized, dateParts, sample, header, out);
  placeName(recognized, others.fullName, out);
  placeAddress(recognized, others, sample, header, out);
  recognized.fields = Object.fromEntries(FIELD_NAMES.flatMap((name) => (recognized.fields[name] === undefined ? [] : [[name, recognized.fields[name]]])));
  const position = (column: string): number => header.indexOf(column);
  recognized.leftOut.sort((a, b) => position(a.column) - position(b.column));
  return recognized;
}

const UNIQUE = 0.99;

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

function placeName(recognized: Recognized, fullName: string | undefined, out: LeaveOut): void {
  if (fullName === undefined) return;
  if (recognized.fields["surname"] !== undefined) return out(fullName, "forename and surname have columns of their own");
  // "name" beside a surname column would have been the forename's; alone it is the full name
  recognized.fields["surname"] = { columns: [fullName], take: "surname" };
  recognized.fields["forename"] ??= { columns: [fullName], take: "forename" };
}

function placeAddress(recognized: Recognized, { number, street }: { number?: string; street?: string }, sample: Sample, header: readonly string[], out: LeaveOut): void {
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

/** Columns behind a field, for messages. */
export function describeSource(source: FieldSource): string {
  if ("columns" in source) return source.take === undefined ? source.columns.join(" + ") : `${source.columns.join(" + ")} (its ${source.take})`;
  return [source.day, source.month, source.year].filter((column) => column !== undefined).join(" / ");
}
