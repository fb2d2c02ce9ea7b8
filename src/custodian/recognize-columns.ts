import type { FieldKindName } from "../schema/field-kinds.ts";
import type { ColumnMap, FieldSource } from "./column-map.ts";
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

type Role =
  | { kind: FieldKindName }
  | { part: "day" | "month" | "year" }
  | { role: "full name" | "house number" | "street" | "id" }
  | { leaveOut: string };

const whole = (names: string): RegExp => new RegExp(`^(?:${names})$`);

/** Column names, lower case with single underscores, and what they mean; the first that fits counts. */
const NAMES: readonly [RegExp, Role][] = [
  [whole("(?:nhs|chi|hc|h_c|health)_?(?:number|num|no|id)|nhs|nhsno|health_and_care_number"), { kind: "health_number" }],
  [whole("(?:.*_)?(?:rec|record|row|unique|person|client|customer|pupil|student|patient|case|local|source|system|entity|study|link)_?(?:id|identifier|key|ref|reference|no|num|number)|id|ids|uid|uuid|guid|key|recid|index|idx|upn|pupilref|urn|ref|reference"), { role: "id" }],
  [whole("(?:.*_)?(?:nino|ni_?number|national_insurance.*|ssn|soc_sec_id|social_security.*|passport.*|driving_licence.*|tax_ref.*|utr)"), { leaveOut: "looks like a personal reference number: link on it only if every department agrees" }],
  [whole("cluster(?:_?id)?|true_?id|truth|label|ground_truth|match_?id|blocking_number|block"), { leaveOut: "looks like a record key or an answer" }],
  [whole("full_?name|name|person_?name|complete_?name|patient_?name|pupil_?name|customer_?name"), { role: "full name" }],
  [whole("(?:legal_|first_|person_|pupil_|student_|patient_)?(?:first_?name|forename|given_?name|christian_?name|fore_?name)s?(?:_?1)?|first|fname|fname_c1|fore|given|forenames"), { kind: "forename" }],
  [whole("(?:middle|second|other|preferred|former|known_as).*(?:name|forename|initial)s?|middle|mname|fname_c2|(?:forename|given_?name|first_?name)_?[2-9]"), { leaveOut: "departments differ in how they record further names" }],
  [whole("(?:maiden|former|previous|birth|mothers?_maiden|alias).*(?:name|surname)|lname_c2|surname_?[2-9]|previous_.*|alias.*"), { leaveOut: "a former name" }],
  [whole("(?:legal_|person_|pupil_|student_|patient_)?(?:sur_?name|last_?name|family_?name|second_?name)(?:_?1)?|last|lname|lname_c1|sname|surnames|family"), { kind: "surname" }],
  [whole("(?:dob|birth|date_of_birth|birth_?date)_?d(?:ay)?|day_?of_?birth|birth_?day_of_month|bd|b_?day|dobd|dob_dd|day"), { part: "day" }],
  [whole("(?:dob|birth|date_of_birth|birth_?date)_?(?:m|mon|month)|month_?of_?birth|bm|b_?month|dobm|dob_mm|month"), { part: "month" }],
  [whole("(?:dob|birth|date_of_birth|birth_?date)_?(?:y|yr|year)|year_?of_?birth|yob|by|b_?year|doby|dob_yyyy|year"), { part: "year" }],
  [whole("(?:.*_)?(?:dob|d_o_b|date_?of_?birth|birth_?date|birthdate|dateofbirth|birthday|born|birth_?dt|birth_dob|date_born|birth)"), { kind: "date_of_birth" }],
  [whole("(?:.*_)?(?:sex|gender)(?:_?(?:code|cd|desc))?"), { kind: "sex" }],
  [whole("(?:home_|current_|address_|addr_|resident_)?(?:post_?code|zip|zip_?code|postal_?code|pcode|pcd|pcds|pc)"), { kind: "postcode" }],
  [whole("(?:house|street|building|property|door)_?(?:number|no|num|nr)|house|number"), { role: "house number" }],
  [whole("(?:home_|current_|residential_|street_|postal_|full_)?(?:address|addr)(?:_?(?:line)?_?1)?|address_line|line_?1"), { kind: "address" }],
  [whole("street(?:_?name)?|road|thoroughfare"), { role: "street" }],
  [whole("(?:.*_)?(?:address|addr)_?(?:line)?_?[2-9]|line_?[2-9]|flat|locality_2"), { leaveOut: "a further line of the address, recorded differently everywhere" }],
  [whole("(?:home_|post_?|address_)?(?:town|city|suburb|municipality|village|place|town_?city|locality)(?:_?name)?"), { kind: "town" }],
  [whole("state|county|region|country|nation|province|la|local_authority|lad.*|lsoa.*|msoa.*|ward.*|ethnic.*|religion|language"), { leaveOut: "many people share it" }],
  [whole("(?:home_|mobile_|contact_|work_)?(?:phone|telephone|tel|mobile|cell)(?:_?(?:number|no|num))?"), { kind: "phone" }],
  [whole("(?:.*_)?e_?mail(?:_?(?:address|addr))?"), { kind: "email" }],
  [whole("age|age_.*"), { leaveOut: "changes every year; the date of birth says it" }],
];

const FIELD_NAMES: readonly FieldKindName[] = ["forename", "surname", "date_of_birth", "sex", "address", "town", "postcode", "phone", "email", "health_number"];
const READABLE = 0.6; // share of the filled cells that a column's kind must be able to read

/** Whether a first row is a header rather than somebody's record: at least two of its cells are column names that departments use. */
export function looksLikeHeader(cells: readonly string[]): boolean {
  return cells.filter((cell) => NAMES.some(([pattern]) => pattern.test(plainName(cell)))).length >= 2;
}

function plainName(column: string): string {
  return column.trim().replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
}

export function recognizeColumns(header: readonly string[], rows: readonly (readonly string[])[], leaveOut: readonly string[] = []): Recognized {
  const recognized: Recognized = { fields: {}, id: null, leftOut: [] };
  const dateParts: { day?: string; month?: string; year?: string } = {};
  const others: { fullName?: string; number?: string; street?: string } = {};
  const out = (column: string, reason: string): void => void recognized.leftOut.push({ column, reason });
  const sample = (column: number): string[] => rows.map((row) => row[column] ?? "").filter((cell) => cell.trim() !== "");

  header.forEach((column, i) => {
    if (leaveOut.includes(column)) return out(column, "left out on request");
    const role = NAMES.find(([pattern]) => pattern.test(plainName(column)))?.[1];
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
