import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { FORMAT, type Header } from "../src/exchange/header.ts";
import { layoutOf } from "../src/exchange/layout.ts";
import { formOf, halvesPerRow, rowGroup } from "../src/exchange/row-group.ts";
import { createHashedFile } from "../src/exchange/write-hashed-file.ts";
import { EMPTY_DIGEST, headerPath, headerText } from "../src/exchange/written-form.ts";
import { layRows } from "../src/kernel/reference/rows.ts";
import { random } from "../src/random.ts";
import { comparisonGroups } from "../src/schema/comparison-space.ts";
import { schemaDigest } from "../src/schema/linkage-schema.ts";
import { standardSchema } from "./example-schema.ts";

const perField = (count: number): Record<string, number> => Object.fromEntries(standardSchema.fields.map(({ name }) => [name, count]));

/** What hashedFile writes besides: values in order, with as many records as there are rows that leave its remainder. */
const REGIONS = ["East", "Nord-Est, été", "West"];
const strataOf = (rows: number): Header["strata"] => [
  { name: "region", values: REGIONS.map((value, i) => ({ value, records: Array.from({ length: rows }).filter((_, row) => row % 4 === i + 1).length })).filter(({ records }) => records > 0) },
];

export const exampleHeader = (rows: number): Omit<Header, "contentDigest"> => ({
  format: FORMAT,
  tool: "saltlink, a test of it",
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
  sharedPairs: { records: rows, pairs: [[3, 0, 2]] },
  strata: strataOf(rows),
});

/** Writes a hashed file of random words in two row groups; gives its rows as halves. `change`: what is wrong with the rows, for the tests of reading. */
export function hashedFile(path: string, count: number, change?: (halves: Uint32Array, width: number) => void): Uint32Array {
  const layout = layoutOf(standardSchema, [{ name: "region" }]);
  const width = halvesPerRow(layout);
  const next = random("rows");
  const halves = Uint32Array.from({ length: count * width }, () => Math.floor(next() * 4294967296));
  for (let row = 0; row < count; row++) halves[(row + 1) * width - 1] = row % 4;
  change?.(halves, width);
  const file = createHashedFile(path, layout, false);
  const first = Math.floor(count / 2);
  for (const [from, to] of [[0, first], [first, count]] as const) {
    const rows = halves.subarray(from * width, to * width);
    const order = Uint32Array.from({ length: to - from }, (_, row) => row);
    file.write(rowGroup(formOf(path), layout, { halves: rows, rows: to - from, order, lay: (ids, pages) => layRows(rows, width, order, ids, pages), strataValues: [REGIONS] }));
  }
  file.finish(exampleHeader(count));
  file.commit();
  return halves;
}

/** Edits the bytes of a hashed file and its header, and puts the digest right, as whoever wants to do harm would. */
export function forge(path: string, edit: (file: Buffer) => void, editHeader: (header: Header) => void = () => {}): void {
  const file = readFileSync(path);
  const csv = path.endsWith(".csv");
  const at = csv ? 0 : file.lastIndexOf('{"format":');
  const end = csv ? 0 : file.lastIndexOf('"}', file.length) + 2;
  const header = JSON.parse(csv ? readFileSync(headerPath(path), "utf8") : file.toString("utf8", at, end)) as Header;
  edit(file);
  editHeader(header);
  header.contentDigest = EMPTY_DIGEST;
  const digest = createHash("sha256");
  if (csv) {
    header.contentDigest = digest.update(file).update(headerText(header)).digest("hex");
    writeFileSync(headerPath(path), headerText(header));
    writeFileSync(path, file);
    return;
  }
  // the footer keeps its length: the tool's name makes room, blanks fill it
  header.tool = "";
  let text = Buffer.from(JSON.stringify(header));
  if (text.length > end - at) throw new Error("a forged header must not be longer than the true one");
  text = Buffer.concat([text.subarray(0, -1), Buffer.alloc(end - at - text.length, " "), Buffer.from("}")]);
  text.copy(file, at);
  const slot = file.lastIndexOf(EMPTY_DIGEST);
  file.write(digest.update(file).digest("hex"), slot, "latin1");
  writeFileSync(path, file);
}
