import { encodingPlan } from "../custodian/encoding.ts";
import { openCsv } from "../custodian/csv/open.ts";
import { parseCsv } from "../custodian/csv/parse.ts";
import { cutSlices } from "../custodian/csv/slices.ts";
import { recordAtoms } from "../custodian/record-atoms.ts";
import type { Salt } from "../custodian/salt.ts";
import { SaltlinkError } from "../errors.ts";
import { ID_HALVES } from "../exchange/row-group.ts";
import { createEncoder } from "../kernel/encode-record.ts";
import { encodedLength } from "../kernel/encoding-plan.ts";
import { usedAtoms } from "../schema/comparison-space.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { EqualityStructure } from "./equality-structure.ts";
import type { Frequencies } from "./frequency-attack.ts";

/** Values with known frequencies, each hashed as a record that has nothing else: only columns of a single field show it. */
export interface PublicFrequencies {
  /** Rows in the layout of the hashed file. */
  readonly halves: Uint32Array;
  /** How often each row's value occurs. */
  readonly counts: readonly number[];
}

/** Reads a CSV of `field,value,count`, fields by their names in the schema. @throws SaltlinkError (input) that names the row, never the value. */
export async function readPublicFrequencies(path: string, schema: LinkageSchema, salt: Salt): Promise<PublicFrequencies> {
  const fields = schema.fields.map(({ name }) => name);
  const map = { version: 1 as const, id: null, delimiter: "," as const, fields: Object.fromEntries(fields.map((name) => [name, { columns: [name], order: "ymd" as const }])) };
  const atomsOf = recordAtoms(schema.fields, usedAtoms(schema), map, fields, new Date().getUTCFullYear());
  const plan = encodingPlan(schema, salt);
  const encode = createEncoder(plan);
  const width = ID_HALVES + 2 + encodedLength(plan);
  const rows: Uint32Array[] = [];
  const counts: number[] = [];
  for await (const { bytes, firstRow } of cutSlices(openCsv(path, "utf-8"), path, 1 << 20, ",")) {
    const lines = parseCsv(bytes.toString(), ",");
    if (lines === undefined) throw new SaltlinkError("input", `${path} is not a readable CSV file`);
    lines.forEach(([field = "", value = "", count = ""], i) => {
      const row = firstRow + i;
      if (row === 1) {
        if (field !== "field" || value !== "value" || count !== "count") throw new SaltlinkError("input", `${path} must have the columns field, value and count`);
        return;
      }
      const at = fields.indexOf(field);
      if (at < 0) throw new SaltlinkError("input", `${path} row ${row}: no field of that name in the schema; the fields are ${fields.join(", ")}`);
      if (!/^\d{1,9}$/.test(count)) throw new SaltlinkError("input", `${path} row ${row}: the count is no whole number`);
      const halves = new Uint32Array(width);
      encode(atomsOf(fields.map((_, f) => (f === at ? value : ""))).atoms, halves, ID_HALVES + 2);
      rows.push(halves);
      counts.push(Number(count));
    });
  }
  const halves = new Uint32Array(rows.length * width);
  rows.forEach((row, i) => halves.set(row, i * width));
  return { halves, counts };
}

/** The frequencies by column (its kind and name), in the classes of the register that the rows were encoded with. */
export function frequenciesByColumn(rows: EqualityStructure, counts: readonly number[]): Map<string, Frequencies> {
  return new Map(
    [...rows.columns, ...rows.buckets].flatMap(({ kind, name, classes, sizes }) => {
      const frequencies = new Int32Array(sizes.length);
      classes.forEach((value, row) => {
        if (value >= 0) frequencies[value]! += counts[row]!;
      });
      return frequencies.some((count) => count > 0) ? [[`${kind} ${name}`, frequencies] as const] : [];
    }),
  );
}
