// Whether two hashed files hold the same records, as those of two versions of saltlink must: record ids are drawn anew and rows shuffled in every run, so rows are put together by the department's own ids. Of the headers all but digest and label
// must agree, and the pairs that share keys only where they are not those of a random sample. Exit code 1 where anything differs.
// usage: node dist/bench/same-rows.js ONE.parquet OTHER.parquet (each with its .lookup.csv beside it)
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { lookupPath } from "../src/custodian/companion-files.ts";
import { parseCsv } from "../src/custodian/csv/parse.ts";
import type { HashedFile } from "../src/exchange/hashed-file.ts";
import { openHashedFile } from "../src/exchange/read-hashed-file.ts";
import { recordIdTexts } from "../src/exchange/record-ids.ts";

const files = await Promise.all(process.argv.slice(2, 4).map((path) => openHashedFile(path)));
const [one, other] = files as [HashedFile, HashedFile];
const differing: string[] = [];
if (!isDeepStrictEqual(comparable(one), comparable(other))) differing.push("the header");
if (isDeepStrictEqual(one.layout, other.layout) && one.header.rows === other.header.rows) {
  const [order, otherOrder] = [await byOwnId(one), await byOwnId(other)];
  if (!isDeepStrictEqual(order.ids, otherOrder.ids)) differing.push("own ids");
  else {
    const { rows } = one.header;
    const [words, otherWords] = [new BigInt64Array(rows), new BigInt64Array(rows)];
    for (const name of one.layout.words) {
      await one.readColumn(name, words);
      await other.readColumn(name, otherWords);
      if (order.rows.some((row, i) => words[row] !== otherWords[otherOrder.rows[i]!])) differing.push(name);
    }
    for (let s = 0; s < one.layout.strata.length; s++) {
      const [codes, otherCodes] = [await one.readStratum(s), await other.readStratum(s)];
      if (order.rows.some((row, i) => codes[row] !== otherCodes[otherOrder.rows[i]!])) differing.push(one.layout.strata[s]!);
    }
  }
} else differing.push("columns or number of rows");
console.log(differing.length === 0 ? `${one.header.rows} records are the same` : `differing: ${differing.join(", ")}`);
process.exitCode = differing.length === 0 ? 0 : 1;
for (const file of files) await file.close();

function comparable({ header }: HashedFile): object {
  const { contentDigest: _, dataset: __, sharedPairs, ...rest } = header;
  return { ...rest, sharedPairs: sharedPairs?.records === header.rows ? sharedPairs : undefined };
}

/** Own ids in order, and the row of each. */
async function byOwnId(file: HashedFile): Promise<{ ids: string[]; rows: Uint32Array }> {
  const rowOf = new Map(recordIdTexts(await file.readRecordIds()).map((id, row) => [id, row]));
  const [, ...lines] = parseCsv(readFileSync(lookupPath(file.path), "utf8"), ",") ?? [];
  lines.sort(([, a], [, b]) => (a! < b! ? -1 : 1));
  return { ids: lines.map(([, id]) => id!), rows: Uint32Array.from(lines, ([recordId]) => rowOf.get(recordId!)!) };
}
