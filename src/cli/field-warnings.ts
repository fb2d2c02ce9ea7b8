import type { ColumnMap } from "../custodian/column-map.ts";
import { type Header, hashedRecords } from "../exchange/header.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { type Terminal, percent } from "./terminal.ts";

/** Share of what is filled in: few values cannot be read by themselves, many of a column when it is read in the wrong way. */
const MANY_UNUSABLE = 0.1;
const MOST = 0.5;

/** Fields that many records lack although something is filled in, or that most lack. */
export function warnOfFields(header: Header, schema: LinkageSchema, map: ColumnMap, terminal: Terminal): void {
  const records = hashedRecords(header);
  for (const { name, kind } of schema.fields) {
    const [missing, unusable] = [header.missing[name]!, header.unusable[name]!];
    const filled = records - missing + header.placeholders[name]! + unusable;
    const lacking = missingParts(name, map);
    if (unusable > MANY_UNUSABLE * filled) {
      terminal.warn(`${name}: ${percent(unusable / filled)} of what is filled in could not be read and counts as missing; see that the column map names the right column${kind === "date_of_birth" ? " and the right order (--date-order)" : ""}`);
    } else if (lacking.length > 0 && missing > MOST * records) {
      terminal.warn(`${name}: the file has no ${lacking.join(" and no ")} of it, so that ${cannotBeMade(name, lacking, schema)} cannot be made for its records, which link by the rest`);
    } else if (missing > MOST * records) {
      terminal.warn(`${name}: ${percent(missing / records)} of the records lack it, or a part of it that the schema asks for, and link by the rest; see that the column map names the right column, or agree on a schema without it`);
    }
  }
}

/** The same of a hashed file that is linked, where nobody sees the columns. */
export function warnOfMissing({ dataset, records, missing }: { dataset: string; records: number; missing: Readonly<Record<string, number>> }, terminal: Terminal): void {
  for (const [name, count] of Object.entries(missing)) if (count > MOST * records) terminal.warn(`${dataset}: ${percent(count / records)} of the records lack ${name}, or a part of it that the schema asks for, and link by the rest: ask its department whether a fuller column exists`);
}

/** Parts of a date of birth in several columns for which there is none. */
function missingParts(field: string, map: ColumnMap): string[] {
  const source = map.fields[field]!;
  return "columns" in source ? [] : (["day", "month", "year"] as const).filter((part) => source[part] === undefined);
}

function cannotBeMade(field: string, parts: readonly string[], { keys, buckets, filters }: LinkageSchema): string {
  const lost = (atoms: readonly string[]): boolean => atoms.some((atom) => atom === field || parts.some((part) => atom === `${field}.${part}`));
  const all = [...keys, ...buckets];
  return `${all.filter(({ parts: atoms }) => lost(atoms)).length} of the ${all.length} keys and ${filters.filter(({ anchor }) => lost(anchor)).length} of the ${filters.length} filters`;
}
