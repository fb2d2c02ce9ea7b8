import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Option } from "commander";
import { SaltlinkError } from "../../errors.ts";
import { columnMapPath } from "../../custodian/column-map.ts";
import { LEAST_LIMIT, designSchema, holdDuplicates, mostSharedKey } from "../../custodian/design-schema.ts";
import type { CsvEncoding } from "../../custodian/csv/open.ts";
import type { DateOrder } from "../../custodian/normalize/date.ts";
import { describeSource } from "../../custodian/recognize-columns.ts";
import type { AtomColumns } from "../../custodian/sharing.ts";
import { type Survey, atomColumns, columnMapOf, surveyCsv } from "../../custodian/survey-csv.ts";
import type { OwnPeopleOptions } from "../../custodian/find-own-people.ts";
import { OTHER } from "../../custodian/own-people.ts";
import { PartialFile, protectInputs } from "../../output/partial-file.ts";
import { defaultThreads } from "../../pool/workers.ts";
import { type FieldKindName } from "../../schema/field-kinds.ts";
import { JSON_SCHEMA_FILE, type LinkageSchema, type Profile, jsonSchema, profiles } from "../../schema/linkage-schema.ts";
import { withholdsShared } from "../../schema/withheld.ts";
import { readSchema } from "../../schema/read-schema.ts";
import { warnOfEncoding, warnOfPassedOverIds, withReading } from "../find-map.ts";
import { type Terminal, counted, percent, table } from "../terminal.ts";
import { type AddCommand, shareOption, wholeNumber } from "./command.ts";

interface InitOptions {
  out: string;
  profile?: Profile;
  expectRecords?: number;
  leaveOut: string[];
  dateOrder?: DateOrder;
  encoding: CsvEncoding;
  sharing?: number;
  duplicates?: boolean;
  force?: boolean;
  json?: boolean;
}

interface CheckOptions {
  schema: string;
  dateOrder?: DateOrder;
  encoding: CsvEncoding;
  json?: boolean;
}

export const addSchema: AddCommand = (program, { terminal }) => {
  const schema = program.command("schema").description("write or check the linkage schema that all departments agree on");
  withReading(
    schema
      .command("init")
      .description("recognise the columns of one or more CSV files and write a schema for them")
      .argument("<csv...>", "the departments' files, or your own alone")
      .requiredOption("--out <file>", "where to write the schema")
      .addOption(new Option("--profile <profile>", "standard, strict or plain").choices(profiles))
      .option("--expect-records <n>", "records of the largest file the schema is for", wholeNumberOrScientific)
      .option("--leave-out <column>", "leave this column out (repeat for more)", (column: string, columns: string[]) => [...columns, column], []),
    "the CSV files",
  )
    .option("--sharing <share>", "sharing of all keys and filters together that may be spent on finding more links: less is safer (profile standard; default: 20%)", shareOption)
    .option("--duplicates", "a file may hold several records of one person: hash looks for them, and hashes one of each (default: as the files show; not in profile plain)")
    .option("--json", "print what was decided as JSON")
    .option("--force", "replace the schema and the column maps if they are there")
    .addHelpText("after", "\nExample:\n  saltlink schema init census.csv cis.csv --out link.schema.json")
    .action((files: string[], options: InitOptions) => init(files, options, terminal));
  withReading(schema.command("check").description("see whether another CSV file has what the schema asks for, and write its column map").argument("<csv>", "your file").requiredOption("--schema <file>", "the agreed schema"), "the CSV file")
    .option("--json", "print what was recognised as JSON")
    .addHelpText("after", "\nExample:\n  saltlink schema check cis.csv --schema link.schema.json")
    .action((file: string, options: CheckOptions) => check(file, options, terminal));
};

function wholeNumberOrScientific(text: string): number {
  return wholeNumber(String(Number(text)));
}

async function init(files: string[], options: InitOptions, terminal: Terminal): Promise<void> {
  if (options.profile === "plain" && options.duplicates === true) throw new SaltlinkError("usage", "--duplicates is for profiles standard and strict: in plain the records of a person show by themselves");
  protectInputs(files);
  const output = new PartialFile(options.out, { force: options.force === true, mode: 0o644 });
  const surveys: Survey[] = [];
  const progress = terminal.progress();
  for (const file of files) surveys.push(await surveyCsv(file, { encoding: options.encoding, leaveOut: options.leaveOut, onProgress: (done, total) => progress.update("reading", done, total) }));
  for (const column of options.leaveOut) {
    if (!surveys.some((survey) => survey.header.includes(column))) throw new SaltlinkError("usage", `--leave-out: none of the files has that column`);
  }
  const names = Object.keys(surveys[0]!.recognized.fields).filter((name) => surveys.every((survey) => survey.recognized.fields[name] !== undefined));
  const fields = names.map((name) => ({ name, kind: name as FieldKindName }));
  if (fields.length < 2) throw new SaltlinkError("input", `too little to link on: the files share ${fields.length === 0 ? "no recognised field" : `only ${fields[0]!.name}`}; rename columns to what they hold (forename, surname, date_of_birth, postcode ...)`);
  const maps = surveys.map((survey) => columnMapOf(survey, names, options.dateOrder));
  const expectedRecords = options.expectRecords ?? Math.max(...surveys.map((survey) => survey.rows));
  const duplicates = options.profile !== "plain" && (options.duplicates ?? holdDuplicates(surveys.map((survey, i) => atomColumns(survey, maps[i]!, fields)), expectedRecords, fields));
  const salt = { project: "schema", secret: new Uint8Array(32) }; // the same every time, as the schema is to be; what is hashed with it is gone when the people are found
  const standing: Survey[] = [];
  for (const [i, survey] of surveys.entries()) standing.push(duplicates ? await withoutOthers(survey, { input: survey.path, output: survey.path, encoding: options.encoding, map: maps[i]!, fields, salt, threads: defaultThreads(), onStage: progress.update }) : survey);
  const samples = standing.map((survey, i) => atomColumns(survey, maps[i]!, fields));
  progress.update("choosing", 0, 1);
  // as many people as there are in so many records
  const people = Math.ceil(expectedRecords * Math.max(...standing.map(({ sample }, i) => sample.length / surveys[i]!.sample.length)));
  const schema = { ...designSchema({ fields, samples, expectedRecords: people, ...(options.profile === undefined ? {} : { profile: options.profile }), duplicates, ...(options.sharing === undefined ? {} : { sharingBudget: options.sharing }) }), expectedRecords };
  progress.stop();
  for (const survey of surveys) {
    warnOfEncoding(survey, options.encoding, terminal);
    warnOfPassedOverIds(survey, terminal);
  }

  output.write(`${JSON.stringify({ $schema: `./${JSON_SCHEMA_FILE}`, ...schema }, null, 2)}\n`);
  output.commit();
  writeBeside(join(dirname(options.out), JSON_SCHEMA_FILE), `${JSON.stringify(jsonSchema(), null, 2)}\n`);
  const written = surveys.flatMap((survey, i) => writeMap(survey.path, maps[i]!, options.force === true, terminal) ?? []);
  if (options.json === true) {
    terminal.json({
      schema: options.out,
      profile: schema.profile,
      fields: names,
      files: surveys.map((survey, i) => ({ path: survey.path, records: survey.rows, columns: maps[i]!.fields, leftOut: survey.recognized.leftOut })),
    });
    return;
  }
  surveys.forEach((survey, i) => {
    terminal.note(`${survey.path}: ${counted(survey.rows, "record")}`);
    terminal.note(table(Object.entries(survey.recognized.fields).map(([name, source]) => [name, "<-", describeSource(source), names.includes(name) ? "" : "left out: not in every file"])));
    if (survey.recognized.leftOut.length > 0) terminal.note(`  left out:\n${table(survey.recognized.leftOut.map(({ column, reason }) => [column, reason]), "    ")}`);
    if (maps[i]!.id === null) terminal.note("  no column of record ids was recognised: the row number will stand for it (hash --id names one)");
  });
  terminal.note(summary(schema, options.profile === undefined && schema.profile === "strict"));
  warnOfLimit(schema, samples, options.out, terminal);
  if (written.length > 0) terminal.note(`column maps: ${written.join(", ")} (they stay with their department)`);
  terminal.note(`${options.out}: send it to every department; each hashes with it as it is (${JSON_SCHEMA_FILE} beside it only helps editors).`);
}

/** Less the records for which others of their person stand, as `hash` will find them: of those nothing is sent. */
async function withoutOthers(survey: Survey, options: OwnPeopleOptions): Promise<Survey> {
  const { findOwnPeople } = await import("../../custodian/find-own-people.ts");
  const { of } = await findOwnPeople(options);
  const stands = survey.sampleRows.map((row) => (of[row] ?? 0) < OTHER);
  return { ...survey, sample: survey.sample.filter((_, i) => stands[i]), sampleRows: survey.sampleRows.filter((_, i) => stands[i]) };
}

/** What the schema will cost and bring, in the words of its trade. */
function summary(schema: LinkageSchema, lacksKeys: boolean): string {
  const lines = [`profile ${schema.profile}${lacksKeys ? " (profile standard finds no keys in so few fields)" : ""}, for files of up to ${counted(schema.expectedRecords, "record")}: ${counted(schema.filters.length, "filter")}, ${counted(schema.keys.length, "key")}, ${counted(schema.buckets.length, "bucketed key")}`];
  const sharing = Math.max(0, ...schema.keys.map((key) => key.sharing ?? 0));
  if (schema.profile === "standard" && schema.keys.length > 0) lines.push(`  ${schema.filters.length === 0 ? "without a date of birth there are keys alone, and misspellings are found only where a key leaves them out" : `filters are anchored on ${schema.filters[0]!.anchor.join(" + ")}`}; no key is shared by more than ${percent(sharing)} of the ${schema.maximumSharing > LEAST_LIMIT ? "people" : "records"}${withholdsShared(schema) ? ", and what they share is withheld" : ""}`);
  if (schema.duplicates === true) lines.push("  files may hold several records of a person: hash looks for them, and hashes one of each");
  return lines.join("\n");
}

/** A limit above the usual one lets files through that it is there to stop: said with the figure that `hash` will see. */
function warnOfLimit(schema: LinkageSchema, samples: readonly AtomColumns[], out: string, terminal: Terminal): void {
  if (schema.profile === "plain" || schema.maximumSharing <= LEAST_LIMIT) return;
  const { parts, sharing } = mostSharedKey(schema.keys, samples);
  const people = schema.keys.find((key) => key.parts.join() === parts.join())?.sharing ?? 0;
  const lookAlike = sharing > 1.5 * people;
  const advice = !lookAlike ? ": a lower --sharing finds keys that fewer share" : schema.duplicates === true ? "" : ": if files hold several records of a person, add --duplicates";
  terminal.warn(`the key ${parts.join(" + ")} is shared by ${percent(sharing)} of the records, as hash will count them${lookAlike ? `, by ${percent(people)} without those that look like one person's` : ""}; so ${out} allows ${percent(schema.maximumSharing)} instead of the usual ${percent(LEAST_LIMIT)}${advice}`);
}

async function check(file: string, options: CheckOptions, terminal: Terminal): Promise<void> {
  const schema = readSchema(options.schema);
  const progress = terminal.progress();
  const survey = await surveyCsv(file, { encoding: options.encoding, onProgress: (done, total) => progress.update("reading", done, total) });
  progress.stop();
  const names = schema.fields.map((field) => field.name);
  warnOfEncoding(survey, options.encoding, terminal);
  warnOfPassedOverIds(survey, terminal);
  const absent = names.filter((name) => survey.recognized.fields[name] === undefined);
  const map = columnMapOf(survey, names, options.dateOrder);
  terminal.note(table(names.map((name) => [name, "<-", survey.recognized.fields[name] === undefined ? "nothing" : describeSource(survey.recognized.fields[name])])));
  if (absent.length > 0) throw new SaltlinkError("input", `${file} has no recognised column for ${absent.join(", ")}; name it in a column map (hash --map), or agree on a schema without it`);
  const written = writeMap(file, map, false, terminal);
  if (options.json === true) terminal.json({ path: file, records: survey.rows, columns: map.fields, id: map.id, map: written ?? null });
  else terminal.note(`${file} has what ${options.schema} asks for${written === undefined ? "" : `; column map: ${written}`}`);
}

/** Writes a column map beside its CSV, unless there is one (it may have been edited) or the place is not ours to write in. */
function writeMap(csv: string, map: object, force: boolean, terminal: Terminal): string | undefined {
  const path = columnMapPath(csv);
  const text = `${JSON.stringify(map, null, 2)}\n`;
  if (force || !existsSync(path)) return writeBeside(path, text) ? path : undefined;
  if (textOf(path) !== text) terminal.warn(`${path} was there already, differs from the column map made now and stays as it is; hash goes by it: delete it to have it made anew`);
  return undefined;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function writeBeside(path: string, text: string): boolean {
  try {
    const file = new PartialFile(path, { force: true, mode: 0o644 });
    file.write(text);
    file.commit();
    return true;
  } catch {
    return false;
  }
}
