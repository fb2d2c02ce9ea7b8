import { describe, expect, it } from "vitest";
import { parseCsv } from "../../src/custodian/csv/parse.ts";
import { encodingPlan } from "../../src/custodian/encoding.ts";
import { type HashSetup, type SliceResult, sliceHasher } from "../../src/custodian/hash-slice.ts";
import { ownIdSeed } from "../../src/custodian/own-ids.ts";
import { recordAtoms } from "../../src/custodian/record-atoms.ts";
import { createSampleLimits } from "../../src/custodian/value-sample.ts";
import { createSketches } from "../../src/custodian/value-statistics.ts";
import { encodedLength } from "../../src/kernel/encoding-plan.ts";
import { referenceEncoder } from "../../src/kernel/reference/encode-record.ts";
import { random } from "../../src/random.ts";
import { usedAtoms } from "../../src/schema/comparison-space.ts";
import { standardSchema } from "../example-schema.ts";

const header = ["id", "forename", "surname", "day", "month", "year", "sex", "number", "street", "postcode"];
const map: HashSetup["map"] = {
  version: 1,
  id: "id",
  delimiter: ",",
  fields: { forename: { columns: ["forename"] }, surname: { columns: ["surname"] }, date_of_birth: { day: "day", month: "month", year: "year" }, sex: { columns: ["sex"] }, address: { columns: ["number", "street"] }, postcode: { columns: ["postcode"] } },
};
const plan = encodingPlan(standardSchema, { project: "p", secret: new Uint8Array(32).fill(3) });
const atomsOf = recordAtoms(standardSchema.fields, usedAtoms(standardSchema), map, header, 2026);
const width = encodedLength(plan);

const next = random("slices");
const one = <T>(things: readonly T[]): T => things[Math.floor(next() * things.length)]!;
const person = (id: number, odd: boolean): string[] => [
  String(id),
  one(["Ann", "ANN", "Zoë", "Jean-Paul", "", "Unknown", ...(odd ? ["x".repeat(90), "y".repeat(700), "z".repeat(5000)] : [])]),
  one(["O'Neill", "Łukasiewicz", "Khan", "van der Berg", "1", ...(odd ? ["漢".repeat(200)] : [])]),
  one(["1", "31", "", "x"]),
  one(["1", "2", "12", "Feb"]),
  one(["1980", "1981", "", "99"]),
  one(["M", "F", ""]),
  one(["1", "12", ""]),
  one(["High Street", "Manor Rd", "1 High Street", "", ...(odd ? [`${"Long ".repeat(200)}Road`] : [])]),
  one(["SW1A 1AA", "B1", "", `PL${1 + Math.floor(next() * 20)} 5YY`]),
];

/** Rows by own id, each less its random record id. */
function rowsById({ halves, rows, lookup }: SliceResult, partitions: number): Map<string, string> {
  const ids = new Map((parseCsv(Buffer.from(lookup).toString(), ",") ?? []).map(([recordId, ownId]) => [recordId!, ownId!]));
  const all = width + 6;
  expect(partitions === 1 ? [...ids.keys()][0] : "").toBe(partitions === 1 ? Buffer.from(halves.buffer, halves.byteOffset, 16).toString("hex") : "");
  return new Map(Array.from({ length: rows }, (_, row) => [ids.get(Buffer.from(halves.buffer, halves.byteOffset + row * all * 4, 16).toString("hex"))!, halves.slice(row * all + 6, (row + 1) * all).join()]));
}

describe("hashing slices", () => {
  it.each([
    [1, false],
    [3, true],
  ])("gives every record what the reference gives it, however cells come again (%i partitions, odd values: %s)", async (partitions, odd) => {
    const { hash } = sliceHasher({ schema: standardSchema, plan, map, header, thisYear: 2026, sketches: createSketches(standardSchema, 1000), ownIdSeed: ownIdSeed(), strata: [], partitions, sampleLimits: createSampleLimits(standardSchema.keys.length + standardSchema.buckets.length) });
    const reference = referenceEncoder(plan);
    for (let slice = 0; slice < 3; slice++) {
      const people = Array.from({ length: 150 }, (_, i) => person(slice * 1000 + i, odd));
      const quote = slice === 1 ? '"' : "";
      const text = people.map((cells) => cells.map((cell) => quote + cell + quote).join(",")).join("\n");
      const result = await hash({ bytes: Buffer.from(text), firstRow: 2, records: people.length });
      const found = rowsById(result, partitions);
      expect(found.size).toBe(people.length);
      const missing = standardSchema.fields.map(() => 0);
      for (const cells of people) {
        const { atoms, problems } = atomsOf(cells);
        const out = new Uint32Array(width);
        reference(atoms, out, 0);
        expect(found.get(cells[0]!)).toBe(out.join());
        problems.forEach((problem, f) => (missing[f]! += Number(problem !== undefined)));
      }
      expect(result.placeholders.map((count, f) => count + result.unusable[f]!)).toEqual(missing);
      expect(result.partitions.reduce((sum, count) => sum + count, 0)).toBe(people.length);
    }
  });
});
