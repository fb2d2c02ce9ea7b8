import { describe, expect, it } from "vitest";
import { readRecords } from "../../src/custodian/csv/read-records.ts";
import { parseHeaderRow } from "../../src/custodian/csv/header-row.ts";
import { parseCsv } from "../../src/custodian/csv/parse.ts";
import { cutSlices, delimiterOf } from "../../src/custodian/csv/slices.ts";
import { encodingPlan } from "../../src/custodian/encoding.ts";
import { sliceHasher } from "../../src/custodian/hash-slice.ts";
import { ownIdSeed } from "../../src/custodian/own-ids.ts";
import { readSaltLine } from "../../src/custodian/salt.ts";
import { createSampleLimits } from "../../src/custodian/value-sample.ts";
import { createSketches } from "../../src/custodian/value-statistics.ts";
import { SaltlinkError } from "../../src/errors.ts";
import { random } from "../../src/random.ts";
import { parseSchema } from "../../src/schema/linkage-schema.ts";
import { standardSchema } from "../example-schema.ts";
import { inputs, patience } from "./inputs.ts";

const CANARY = "QUIXWORTH";

/** Nothing but a refusal of one line that shows no value may come out. */
async function expectRefusedOrRead(read: () => unknown): Promise<void> {
  try {
    await read();
  } catch (error) {
    expect(error, String(error)).toBeInstanceOf(SaltlinkError);
    expect((error as Error).message).not.toContain(CANARY);
  }
}

/** Cells as a department's file may have them, and as none should. */
const PIECES = [",", ",", ";", "\t", "|", '"', '""', "\n", "\n", "\r\n", "\r", " ", "", CANARY, "a", "é", "\u0000", "\ufeff", "'", "\\", "\u2028", "1", "1980-02-31", "31/12/1999", "O\u2019", "-", "SW1A 1AA", "Flat 3, 12a", "\u{1f600}", "\ud800", "ﷺ", "=1+1"];

describe("whatever bytes come", () => {
  it(
    "CSV is cut and parsed, or refused",
    async () => {
      const next = random("fuzz csv");
      for (let i = inputs(2000); i > 0; i--) {
        const bytes = Buffer.from(Array.from({ length: 1 + Math.floor(next() * 40) }, () => PIECES[Math.floor(next() * PIECES.length)]!).join(""));
        if (next() < 0.2) bytes.fill(Math.floor(next() * 256), Math.floor(next() * bytes.length), Math.floor(next() * bytes.length));
        await expectRefusedOrRead(async () => {
          let total = 0;
          async function* chunks(): AsyncGenerator<Buffer> {
            yield bytes;
          }
          for await (const slice of cutSlices(chunks(), "people.csv", 16)) {
            total += slice.bytes.length;
            parseCsv(slice.bytes.toString(), delimiterOf(slice.bytes.toString()));
          }
          expect(total).toBe(bytes.length);
          await parseHeaderRow(cutSlices(chunks(), "people.csv", 16), "people.csv");
        });
      }
    },
    patience,
  );

  it(
    "rows are hashed or set aside, one or the other, and a reason shows no value",
    async () => {
      const next = random("fuzz rows");
      const header = ["id", "forename", "surname", "dob", "sex", "address", "postcode"];
      const map = { version: 1 as const, id: "id", delimiter: "," as const, fields: { forename: { columns: ["forename"] }, surname: { columns: ["surname"] }, date_of_birth: { columns: ["dob"], order: "dmy" as const }, sex: { columns: ["sex"] }, address: { columns: ["address"] }, postcode: { columns: ["postcode"] } } };
      const { hash } = sliceHasher({ schema: standardSchema, plan: encodingPlan(standardSchema, { project: "fuzz", secret: new Uint8Array(32) }), map, header, thisYear: 2026, sketches: createSketches(standardSchema, 1000), ownIdSeed: ownIdSeed(), strata: [{ name: "sex", at: 0 }], partitions: 1, sampleLimits: createSampleLimits(standardSchema.keys.length + standardSchema.buckets.length) });
      for (let i = inputs(1500); i > 0; i--) {
        const bytes = Buffer.from(Array.from({ length: 1 + Math.floor(next() * 60) }, () => PIECES[Math.floor(next() * PIECES.length)]!).join(""));
        if (next() < 0.2) bytes.fill(Math.floor(next() * 256), Math.floor(next() * bytes.length), Math.floor(next() * bytes.length));
        const records = readRecords(bytes, ",");
        const { rows, rejects, lookup } = await hash({ bytes, firstRow: 2, records: records.length });
        expect(rows + rejects.length).toBe(records.filter((cells) => typeof cells === "string" || cells.length > 0).length);
        for (const { reason } of rejects) expect(reason).toMatch(/^(too (few|many) cells: \d+ instead of 7|no own id|text after a closing quote|bytes that are not valid UTF-8)$/);
        expect(parseCsv(Buffer.from(lookup).toString(), ",")?.length).toBe(rows);
      }
    },
    patience,
  );

  it(
    "a schema is read, or refused",
    async () => {
      const next = random("fuzz schema");
      const text = JSON.stringify(standardSchema);
      const odd: unknown[] = [null, -1, 1e308, "", CANARY, [], {}, [[]], "__proto__", true, 0.5, "forename.phonetic.x", ["forename"], Array.from({ length: 100 }, () => "forename")];
      const damage = (value: unknown): unknown => {
        if (next() < 0.05) return odd[Math.floor(next() * odd.length)];
        if (Array.isArray(value)) return next() < 0.1 ? value.slice(1) : value.map(damage);
        if (value !== null && typeof value === "object") return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (next() < 0.03 ? [] : [[next() < 0.03 ? "nonsense" : key, damage(inner)]])));
        return value;
      };
      for (let i = inputs(1500); i > 0; i--) {
        await expectRefusedOrRead(() => parseSchema(JSON.stringify(damage(standardSchema)), "link.schema.json"));
        const at = Math.floor(next() * text.length);
        await expectRefusedOrRead(() => parseSchema(text.slice(0, at) + String.fromCharCode(Math.floor(next() * 128)) + text.slice(at + Math.floor(next() * 3)), "link.schema.json"));
      }
    },
    patience,
  );

  it("a salt is read, or refused", { timeout: patience }, async () => {
    const next = random("fuzz salt");
    const pieces = ["saltlink-salt-1", " ", "leo-2026", CANARY, "A".repeat(43), "0123456789", "\n", "=", "é", "\u0000"];
    for (let i = inputs(650); i > 0; i--) await expectRefusedOrRead(() => readSaltLine(Array.from({ length: Math.floor(next() * 9) }, () => pieces[Math.floor(next() * pieces.length)]!).join("")));
  });
});
