import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { withoutEnding } from "../../custodian/companion-files.ts";
import { NOT_UTF8 } from "../../custodian/csv/read-records.ts";
import type { HashOptions, HashSummary } from "../../custodian/hash-dataset.ts";
import { hashFile } from "../../custodian/hash-file.ts";
import { EXCEL_ADVICE } from "../../custodian/reject-tally.ts";
import { stratumRules } from "../../custodian/strata.ts";
import { SaltlinkError } from "../../errors.ts";
import { hashedRecords } from "../../exchange/header.ts";
import type { LinkageSchema } from "../../schema/linkage-schema.ts";
import { protectInputs } from "../../output/partial-file.ts";
import { readSchema } from "../../schema/read-schema.ts";
import { defaultThreads } from "../../pool/workers.ts";
import { warnOfFields } from "../field-warnings.ts";
import { type MapOptions, findMap, withMap } from "../find-map.ts";
import { type SaltOptions, findSalt, withSalt } from "../find-salt.ts";
import { type Terminal, count, counted, percent, seconds, table } from "../terminal.ts";
import { type AddCommand, shareOption, wholeNumber } from "./command.ts";

interface HashCommandOptions extends MapOptions, SaltOptions {
  schema: string;
  out: string;
  label?: string;
  stratum: string[];
  maxRejects: number;
  acceptFrequencyRisk?: boolean;
  requireAudit?: boolean;
  threads: number;
  force?: boolean;
  json?: boolean;
}

export const addHash: AddCommand = (program, { terminal }) => {
  const command = program
    .command("hash")
    .description("hash a department's CSV file: what comes out may go to the linkage unit")
    .argument("<csv>", "the department's file (CSV, or CSV packed with gzip)")
    .requiredOption("--schema <file>", "the agreed schema");
  withSalt(command).requiredOption("--out <file>", "the hashed file: .parquet, or .csv for the same as CSV");
  withMap(command)
    .option("--label <name>", "name of the dataset in the header of the hashed file (default: the output's name)")
    .option("--stratum <column>", "send this column in clear, so that the quality of links can be told by group (sex, region ...); repeat for more", (column: string, before: string[]) => [...before, column], [])
    .option("--max-rejects <share>", "fail when more rows than this are rejected", shareOption, 0.01)
    .option("--accept-frequency-risk", "needed for profile plain and for weakened schemas, which hide neither frequencies nor similarities")
    .option("--require-audit", "attack the hashed file first, as saltlink audit does; write nothing when it fails")
    .option("--threads <n>", "worker threads", wholeNumber, defaultThreads())
    .option("--json", "print the summary as JSON")
    .option("--force", "replace outputs that are there")
    .addHelpText("after", "\nExample:\n  saltlink hash census.csv --schema link.schema.json --salt project.salt --out census.parquet")
    .action((csv: string, options: HashCommandOptions) => hash(csv, options, terminal));
};

async function hash(csv: string, options: HashCommandOptions, terminal: Terminal): Promise<void> {
  const started = performance.now();
  if (!/\.(parquet|csv)$/.test(options.out)) throw new SaltlinkError("usage", "--out must end in .parquet or .csv");
  const schema = readSchema(options.schema);
  if ((schema.profile === "plain" || schema.weakened === true) && options.acceptFrequencyRisk !== true) {
    throw new SaltlinkError("usage", schema.weakened === true ? `${options.schema} says that it is weakened: it may hide neither frequencies nor similarities. For research add --accept-frequency-risk; otherwise write a schema with schema init` : "profile plain hides neither frequencies nor similarities: whoever gets the file can name most of the people in it. For research add --accept-frequency-risk; otherwise use profile standard");
  }
  protectInputs([csv, options.schema, options.salt, options.map]);
  const salt = await findSalt(options);
  const map = await findMap(csv, schema, options, terminal);
  const progress = terminal.progress();
  try {
    const work: HashOptions = {
      input: csv,
      output: options.out,
      encoding: options.encoding,
      schema,
      map,
      salt,
      dataset: options.label ?? withoutEnding(basename(options.out)),
      strata: options.stratum,
      threads: options.threads,
      force: options.force === true,
      maxRejects: options.maxRejects,
      onProgress: (done, total) => progress.update("hashing", done, total),
    };
    // the attacks are many modules, and seldom wanted here
    const summary = options.requireAudit === true ? (await (await import("../../audit/audited-hash.ts")).auditedHash(work, progress.update)).summary : await hashFile(work, progress.update);
    progress.stop();
    if (options.json === true) terminal.json(jsonSummary(summary));
    else printSummary(csv, summary, schema, performance.now() - started, terminal);
    warnOfFields(summary.header, schema, map, terminal);
    warnOfStrata(summary, terminal);
  } finally {
    progress.stop();
    salt.secret.fill(0);
  }
}

function jsonSummary({ output, lookup, rejects, read, hashed, rejected, header, uniqueByStrata }: HashSummary): object {
  return { output, lookup, rejects: rejects ?? null, read, hashed, rejected, missing: header.missing, placeholders: header.placeholders, unusable: header.unusable, sharing: header.sharing, bucketBits: header.bucketBits, strata: header.strata.map(({ name, values }) => ({ name, values: values.length })), uniqueByStrata };
}

/** What becomes of strata is said in any case: their values leave the department as they are. */
function warnOfStrata({ header: { strata }, hashed, unusableStrata, uniqueByStrata }: HashSummary, terminal: Terminal): void {
  strata.forEach(({ name }, s) => {
    if (unusableStrata[s]! > 0) terminal.warn(`stratum ${name}: ${count(unusableStrata[s]!)} values cannot be sent (${stratumRules}) and count as missing`);
  });
  const sent = strata.map(({ name, values }) => `${name} (${values.length} values)`).join(", ");
  if (strata.length > 0) terminal.warn(`strata sent in clear: ${sent}; ${uniqueByStrata === 0 ? "no record is" : `${count(uniqueByStrata)} of ${count(hashed)} records are`} unique by them`);
}

function printSummary(csv: string, { output, lookup, rejects, read, hashed, rejected, header }: HashSummary, schema: LinkageSchema, elapsed: number, terminal: Terminal): void {
  terminal.note(`${csv}: ${counted(read, "record")} read, ${count(hashed)} hashed, ${count(rejected)} rejected (${seconds(elapsed)})`);
  const rows = schema.fields.map(({ name }) => [name, count(header.missing[name]!), percent(header.missing[name]! / hashedRecords(header)), count(header.placeholders[name]!), count(header.unusable[name]!)]);
  terminal.note(table([["field", "missing", "", "placeholders dropped", "unusable"], ...rows]));
  if (schema.profile !== "plain" && header.sharing.length > 0) {
    const worst = header.sharing.indexOf(Math.max(...header.sharing));
    terminal.note(`most shared key: ${schema.keys[worst]!.parts.join(" + ")}, by ${percent(header.sharing[worst]!)} of the records (limit ${percent(schema.maximumSharing)})`);
  }
  if (rejects !== undefined) {
    terminal.warn(`${counted(rejected, "row")} set aside, reasons in ${rejects}`);
    if (readFileSync(rejects, "utf8").includes(NOT_UTF8)) terminal.warn(`some of them hold ${NOT_UTF8}: ${EXCEL_ADVICE}; hash it again`);
  }
  if (header.people?.several === 0) terminal.note("nobody seems to have several records");
  else if (header.people !== undefined) terminal.note(`${header.people.several === 1 ? "1 person has" : `${count(header.people.several)} people have`} several records: one of them is hashed for all (about ${percent(header.people.precision)} of their pairs are right, and about ${count(Math.round(header.people.missed))} were not found)`);
  terminal.note(`${output}: may go to the linkage unit, and to no department that holds the salt`);
  terminal.note(`${lookup}: stays here; it turns record ids back into your own`);
}
