import { FORMAT, type Header } from "../src/exchange/header.ts";
import { layoutOf } from "../src/exchange/layout.ts";
import { createHashedFile, halvesPerRow } from "../src/exchange/write-hashed-file.ts";
import { random } from "../src/random.ts";
import { comparisonGroups } from "../src/schema/comparison-space.ts";
import { schemaDigest } from "../src/schema/linkage-schema.ts";
import { standardSchema } from "./example-schema.ts";

const perField = (count: number): Record<string, number> => Object.fromEntries(standardSchema.fields.map(({ name }) => [name, count]));

export const exampleHeader = (rows: number): Omit<Header, "contentDigest"> => ({
  format: FORMAT,
  tool: "saltlink test",
  project: "p",
  dataset: "d",
  schema: standardSchema,
  schemaDigest: schemaDigest(standardSchema),
  keyCommitment: "0".repeat(32),
  rows,
  rejected: 0,
  missing: { ...perField(0), forename: 1 },
  placeholders: perField(0),
  unusable: perField(0),
  bucketBits: [3],
  sharing: [0, 0.25, 0, 0],
  randomPairs: Object.fromEntries(comparisonGroups(standardSchema).map(({ name, size }) => [name, Array.from({ length: size }, () => 1 / size)])),
});

/** Writes a hashed file of random words in two row groups; gives its rows as halves. */
export function hashedFile(path: string, count: number): Uint32Array {
  const layout = layoutOf(standardSchema);
  const width = halvesPerRow(layout);
  const next = random("rows");
  const halves = Uint32Array.from({ length: count * width }, () => Math.floor(next() * 4294967296));
  const file = createHashedFile(path, layout, false);
  const first = Math.floor(count / 2);
  file.write({ halves: halves.subarray(0, first * width), rows: first });
  file.write({ halves: halves.subarray(first * width), rows: count - first });
  file.finish(exampleHeader(count));
  file.commit();
  return halves;
}
