import { existsSync } from "node:fs";
import { type ColumnMap, columnMapPath, readColumnMap } from "../custodian/column-map.ts";
import type { CsvEncoding } from "../custodian/csv/open.ts";
import type { DateOrder } from "../custodian/normalize/date.ts";
import { describeSource } from "../custodian/recognize-columns.ts";
import { columnMapOf, oneColumnDate, settledOrder, surveyCsv } from "../custodian/survey-csv.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { type Terminal, table } from "./terminal.ts";

/** Options of every command that reads a department's CSV. */
export interface MapOptions {
  map?: string;
  id?: string;
  dateOrder?: DateOrder;
  encoding: CsvEncoding;
}

const SAMPLE_ROWS = 20_000;

/** The map that was named, or the one beside the CSV, or one recognised now. */
export async function findMap(csv: string, schema: LinkageSchema, options: MapOptions, terminal: Terminal): Promise<ColumnMap> {
  const path = options.map ?? (existsSync(columnMapPath(csv)) ? columnMapPath(csv) : undefined);
  let map: ColumnMap;
  if (path === undefined) {
    const survey = await surveyCsv(csv, { encoding: options.encoding, sampleRows: SAMPLE_ROWS });
    map = columnMapOf(survey, schema.fields.map((field) => field.name), options.dateOrder);
    terminal.note(`columns as recognised (schema check writes them down):\n${table(Object.entries(map.fields).map(([field, source]) => [field, "<-", describeSource(source)]))}`);
  } else {
    map = readColumnMap(path);
    if (options.map === undefined) terminal.note(`columns as in ${path}`);
    const date = oneColumnDate(map);
    if (date !== undefined) date.order = options.dateOrder ?? date.order ?? settledOrder(await surveyCsv(csv, { encoding: options.encoding, sampleRows: SAMPLE_ROWS, delimiter: map.delimiter }), date.columns[0]!);
  }
  if (options.id !== undefined) map = { ...map, id: options.id === "none" ? null : options.id };
  if (map.id === null) terminal.note("own ids: row numbers, for want of a column of record ids (--id names one)");
  else if (path === undefined) terminal.note(`own ids: column ${map.id}`);
  return map;
}
