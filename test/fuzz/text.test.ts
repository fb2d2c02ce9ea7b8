import { describe, expect, it } from "vitest";
import { parseHeaderRow } from "../../src/custodian/csv/header-row.ts";
import { parseCsv } from "../../src/custodian/csv/parse.ts";
import { cutSlices, delimiterOf } from "../../src/custodian/csv/slices.ts";
import { readSaltLine } from "../../src/custodian/salt.ts";
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

describe("whatever bytes come", () => {
  it(
    "CSV is cut and parsed, or refused",
    async () => {
      const next = random("fuzz csv");
      const pieces = [",", ";", "\t", "|", '"', '""', "\n", "\r\n", "\r", " ", "", CANARY, "a", "é", "\u0000", "\ufeff", "'", "\\", "\u2028", "1"];
      for (let i = inputs(3000); i > 0; i--) {
        const bytes = Buffer.from(Array.from({ length: 1 + Math.floor(next() * 40) }, () => pieces[Math.floor(next() * pieces.length)]!).join(""));
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
      for (let i = inputs(3000); i > 0; i--) {
        await expectRefusedOrRead(() => parseSchema(JSON.stringify(damage(standardSchema)), "link.schema.json"));
        const at = Math.floor(next() * text.length);
        await expectRefusedOrRead(() => parseSchema(text.slice(0, at) + String.fromCharCode(Math.floor(next() * 128)) + text.slice(at + Math.floor(next() * 3)), "link.schema.json"));
      }
    },
    patience,
  );

  it("a salt is read, or refused", async () => {
    const next = random("fuzz salt");
    const pieces = ["saltlink-salt-1", " ", "leo-2026", CANARY, "A".repeat(43), "0123456789", "\n", "=", "é", "\u0000"];
    for (let i = inputs(3000); i > 0; i--) await expectRefusedOrRead(() => readSaltLine(Array.from({ length: Math.floor(next() * 9) }, () => pieces[Math.floor(next() * pieces.length)]!).join("")));
  });
});
