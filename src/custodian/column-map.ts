import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { SaltlinkError, fileError } from "../errors.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { nearest } from "../schema/nearest.ts";
import { looksLikeHeader } from "./column-names.ts";

/**
 * A department's own column map: which of its columns hold which fields of the agreed schema. It never travels.
 * `schema init` and `schema check` write it beside the CSV as `NAME.map.json`; without one, `hash` recognises the columns itself.
 */
const dateOrder = z.enum(["dmy", "mdy", "ymd"]);
const inColumns = z.strictObject({
  columns: z.array(z.string()).min(1).max(8),
  order: dateOrder.optional(),
  take: z.enum(["forename", "surname", "first surname", "last surname"]).optional(),
  written: z.enum(["surname first", "given name last", "two surnames"]).optional(),
  codes: z.record(z.string(), z.enum(["M", "F", "X"])).optional(),
});
const inParts = z.strictObject({ day: z.string().optional(), month: z.string().optional(), year: z.string().optional() });
const delimiters = [",", ";", "\t", "|"] as const;
const mapSchema = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1),
  id: z.string().nullable(),
  delimiter: z.enum(delimiters),
  fields: z.record(z.string(), z.looseObject({})),
});

/**
 * Where a field's value comes from: columns joined by a space (one part of a name taken out, from a full name as it is `written`; `codes` says what a column's own codes for the sexes mean), or a date of birth in
 * three columns.
 */
export type FieldSource = z.infer<typeof inColumns> | z.infer<typeof inParts>;
export type ColumnMap = Omit<z.infer<typeof mapSchema>, "fields"> & { fields: Record<string, FieldSource> };

function parseColumnMap(text: string, path: string): ColumnMap {
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    throw new SaltlinkError("input", `${path} is not JSON; delete it and saltlink recognises the columns again`);
  }
  const parse = <T>(form: z.ZodType<T>, value: unknown, ...at: string[]): T => {
    const result = form.safeParse(value);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    throw new SaltlinkError("input", `${path}: ${[...at, ...issue!.path.map(String)].join(".") || "the column map"}: ${issue!.message}`);
  };
  const map = parse(mapSchema, written);
  // each by the form that it looks like: of what is wrong with both, zod names one
  const fields = Object.entries(map.fields).map(([name, source]) => [name, parse<FieldSource>("columns" in source ? inColumns : inParts, source, "fields", name)]);
  return { ...map, fields: Object.fromEntries(fields) as ColumnMap["fields"] };
}

/** Where a CSV's own column map lies. */
export function columnMapPath(csv: string): string {
  return join(dirname(csv), `${basename(csv).replace(/(\.csv)?(\.gz)?$/i, "")}.map.json`);
}

/** Reads a column map. @throws SaltlinkError (usage) when there is no such file, (input) when it is no map. */
export function readColumnMap(path: string): ColumnMap {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw fileError(error, "read the column map", path);
  }
  return parseColumnMap(text, path);
}

function columnsOf(source: FieldSource): string[] {
  return "columns" in source ? source.columns : [source.day, source.month, source.year].filter((column) => column !== undefined);
}

/** Checks a map against the header of its CSV and the fields of the schema; fields that the schema leaves out are let be. */
export function checkColumnMap(map: ColumnMap, header: readonly string[], schema: LinkageSchema, csv: string): void {
  const [only = ""] = header;
  const other = header.length === 1 ? delimiters.find((delimiter) => only.includes(delimiter)) : undefined;
  if (other !== undefined) throw new SaltlinkError("input", `${csv} has one column as its column map cuts it, by ${nameOf(map.delimiter)}: see whether "delimiter" in the map should be ${nameOf(other)}`);
  if (Object.keys(map.fields).length === 0) throw new SaltlinkError("input", `the column map of ${csv} names no column for any field; put them in under "fields", or delete the map and saltlink recognises the columns`);
  const sources = schema.fields.map(({ name }) => {
    const source = map.fields[name];
    if (source !== undefined) return source;
    const guess = nearest(name, Object.keys(map.fields).filter((field) => !schema.fields.some(({ name }) => name === field)));
    throw new SaltlinkError("input", `${csv}: no column is known for the field ${name} of the schema${guess === undefined ? "" : ` (is it "${guess}" in the column map?)`}; ${theColumns(header)}; name it in a column map (--map), or delete the one beside the file if it was made for another schema`);
  });
  if (map.id !== null && !header.includes(map.id)) throw new SaltlinkError("usage", `${csv} has no column ${list([map.id])}, which --id or its column map names for record ids; ${theColumns(header)} (--id none: row numbers)`);
  const absent = [...new Set(sources.flatMap(columnsOf))].filter((column) => !header.includes(column));
  if (absent.length > 0) throw new SaltlinkError("input", `${csv} has no column ${list(absent)}, which its column map needs; ${theColumns(header)}`);
}

function nameOf(delimiter: string): string {
  return delimiter === "\t" ? "a tab" : `"${delimiter}"`;
}

/** Column names are not values, but a file without a header has values in their place: then none is shown. */
function list(columns: readonly string[]): string {
  return columns.map((column) => (/^[\p{L}\p{N} _.()/#-]{1,40}$/u.test(column) ? column : "(unprintable)")).join(", ");
}

function theColumns(header: readonly string[]): string {
  return looksLikeHeader(header) ? `the columns are ${list(header)}` : "its first row has no column names that saltlink knows: is there a header row?";
}
