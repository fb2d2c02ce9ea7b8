import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { type ColumnMap, columnMapPath, readColumnMap } from "../custodian/column-map.ts";
import type { CsvEncoding } from "../custodian/csv/open.ts";
import { NOT_UTF8 } from "../custodian/csv/read-records.ts";
import type { DateOrder } from "../custodian/normalize/date.ts";
import { passedOverIds } from "../custodian/passed-over-ids.ts";
import { describeSource } from "../custodian/recognize-columns.ts";
import { EXCEL_ADVICE } from "../custodian/reject-tally.ts";
import { type Survey, columnMapOf, oneColumnDate, settledOrder, surveyCsv } from "../custodian/survey-csv.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { encodingOption } from "./commands/command.ts";
import { type Terminal, percent, table } from "./terminal.ts";

/** Options of every command that reads a department's CSV. */
export interface MapOptions {
  map?: string;
  id?: string;
  dateOrder?: DateOrder;
  encoding: CsvEncoding;
}

/** Adds what says how a CSV is written; `what` names it in the help. */
export function withReading(command: Command, what: string): Command {
  return command
    .addOption(new Option("--date-order <order>", "how dates are written where no row tells: dmy, mdy or ymd").choices(["dmy", "mdy", "ymd"]))
    .option("--encoding <name>", `encoding of ${what}: utf-8, windows-1252, latin1 or utf-16le`, encodingOption, "utf-8");
}

/** Adds `MapOptions`. */
export function withMap(command: Command): Command {
  return withReading(
    command
      .option("--map <file>", "column map, where the columns are not recognised (default: NAME.map.json beside the CSV, if there is one)")
      .option("--id <column>", "column of the department's own record ids, or none for row numbers (default: a recognised one, else row numbers)"),
    "the CSV",
  );
}

/** Without record ids the department knows its records by row numbers alone: said where a column was meant for them. */
export function warnOfPassedOverIds(survey: Survey, terminal: Terminal): void {
  for (const { column, why } of passedOverIds(survey)) terminal.warn(`${survey.path} column ${column} is not taken for record ids: ${why}; row numbers stand for them until that is put right`);
}

/** Such rows are passed over by whoever looks at the columns, and set aside by hash. */
export function warnOfEncoding({ path, notUtf8, sample }: Survey, encoding: CsvEncoding, terminal: Terminal): void {
  if (notUtf8.length === 0 || encoding !== "utf-8") return;
  terminal.warn(`${path}: ${percent(notUtf8.length / (notUtf8.length + sample.length))} of the rows looked at hold ${NOT_UTF8} (row ${notUtf8[0]!} first), and hash will reject them; ${EXCEL_ADVICE}`);
}

const SAMPLE_ROWS = 20_000;

/** The map that was named, or the one beside the CSV, or one recognised now. */
export async function findMap(csv: string, schema: LinkageSchema, options: MapOptions, terminal: Terminal): Promise<ColumnMap> {
  const path = options.map ?? (existsSync(columnMapPath(csv)) ? columnMapPath(csv) : undefined);
  let map: ColumnMap;
  let survey: Survey | undefined;
  if (path === undefined) {
    survey = await surveyCsv(csv, { encoding: options.encoding, sampleRows: SAMPLE_ROWS });
    map = columnMapOf(survey, schema.fields.map((field) => field.name), options.dateOrder);
    terminal.note(`columns as recognised (schema check writes them down):\n${table(Object.entries(map.fields).map(([field, source]) => [field, "<-", describeSource(source)]))}`);
  } else {
    map = readColumnMap(path);
    if (options.map === undefined) terminal.note(`columns as in ${path}`);
    const date = oneColumnDate(map);
    if (date !== undefined) date.order = options.dateOrder ?? date.order ?? settledOrder(await surveyCsv(csv, { encoding: options.encoding, sampleRows: SAMPLE_ROWS, delimiter: map.delimiter }), date.columns[0]!);
  }
  if (options.id !== undefined) map = { ...map, id: options.id === "none" ? null : options.id };
  if (options.id === undefined && survey !== undefined) warnOfPassedOverIds(survey, terminal);
  if (map.id === null) terminal.note(options.id === "none" ? "own ids: row numbers" : `own ids: row numbers, ${survey === undefined ? "as the column map names no column of record ids" : "for want of a column of record ids"} (--id names one)`);
  else if (path === undefined) terminal.note(`own ids: column ${map.id}`);
  return map;
}
