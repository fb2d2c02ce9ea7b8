import { statSync } from "node:fs";
import { type Header, hashedRecords } from "../../exchange/header.ts";
import { openHashedFile } from "../../exchange/read-hashed-file.ts";
import { type Stratum, recordsByCode } from "../../exchange/strata.ts";
import { type Terminal, count, percent, table } from "../terminal.ts";
import type { AddCommand } from "./command.ts";

export const addInspect: AddCommand = (program, { terminal }) => {
  program
    .command("inspect")
    .description("check a hashed file and show what it says about itself")
    .argument("<file>", "the hashed file")
    .option("--json", "print the header as JSON")
    .addHelpText("after", "\nExample:\n  saltlink inspect census.parquet")
    .action(async (path: string, { json }: { json?: boolean }) => {
      const file = await openHashedFile(path);
      await file.close();
      if (json === true) terminal.json(file.header);
      else print(path, file.header, terminal);
    });
};

function print(path: string, header: Header, terminal: Terminal): void {
  const { schema } = header;
  const bytes = statSync(path).size;
  terminal.result(`${terminal.strong(path)}: whole and unchanged`);
  terminal.result(
    table([
      ["dataset", header.dataset],
      ["project", header.project],
      ["records", `${count(header.rows)} (${count(header.rejected)} rejected)`],
      ...(header.people === undefined ? [] : [["several records", `of ${header.people.several === 1 ? "1 person" : `${count(header.people.several)} people`}: one of them is hashed for all`]]),
      ["size", `${(bytes / 1e6).toFixed(1)} MB, ${count(bytes / Math.max(1, header.rows))} bytes a record`],
      ["profile", `${schema.profile}, scheme ${schema.scheme}`],
      ["schema", header.schemaDigest.slice(0, 16)],
      ["salt", `commitment ${header.keyCommitment.slice(0, 16)}`],
      ["written by", header.tool],
    ]),
  );
  terminal.result(`\nfields\n${table([["", "missing", "", "placeholders dropped", "unusable"], ...schema.fields.map(({ name }) => [name, count(header.missing[name] ?? 0), percent((header.missing[name] ?? 0) / Math.max(1, hashedRecords(header))), count(header.placeholders[name] ?? 0), count(header.unusable[name] ?? 0)])])}`);
  terminal.result(`\nfilters\n${table(schema.filters.map(({ name, bits, hashes, diffusion, anchor }) => [name, `${bits} bits`, `${hashes} hashes`, `diffusion ${diffusion}`, anchor.length === 0 ? "not anchored" : `anchored on ${anchor.join(" + ")}`]))}`);
  if (schema.keys.length > 0) terminal.result(`\nkeys, and the records that share their value with another\n${table(schema.keys.map((key, k) => [key.parts.join(" + "), percent(header.sharing[k] ?? 0)]))}`);
  if (schema.buckets.length > 0) terminal.result(`\nbucketed keys\n${table(schema.buckets.map((bucket, b) => [bucket.parts.join(" + "), `${count(2 ** (header.bucketBits[b] ?? 0))} buckets`]))}`);
  if (header.strata.length > 0) terminal.result(`\nstrata, in clear\n${table(header.strata.map((stratum) => [stratum.name, ...strataCells(stratum, hashedRecords(header))]))}`);
}

function strataCells(stratum: Stratum, rows: number): string[] {
  const [missing] = recordsByCode(stratum, rows);
  return [`${stratum.values.length} values`, `${count(missing!)} missing`, stratum.values.map(({ value, records }) => `${value} ${count(records)}`).join(" | ")];
}
