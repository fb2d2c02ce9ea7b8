import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { SaltlinkError, exitCodes, fileError } from "../errors.ts";
import { openHashedFile } from "../exchange/read-hashed-file.ts";
import type { HashedFile } from "../exchange/hashed-file.ts";
import { recordIdTexts } from "../exchange/record-ids.ts";
import { clusterLinks } from "../linkage/cluster.ts";
import { type FoundLinks, linkDatasets } from "../linkage/link-datasets.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { claimPartial, discardPartial } from "../output/partial-file.ts";
import { designSchema } from "./design-schema.ts";
import { type HashOptions, hashDataset } from "./hash-dataset.ts";
import { OTHER, type OwnPeople } from "./own-people.ts";
import { drawBelow } from "./secret-draws.ts";
import { subKey } from "./sub-key.ts";
import { atomColumns, surveyCsv } from "./survey-csv.ts";

export type OwnPeopleOptions = Pick<HashOptions, "input" | "output" | "encoding" | "map" | "salt" | "threads"> & { readonly fields: LinkageSchema["fields"]; readonly onStage?: ((stage: string, done: number, total: number) => void) | undefined };

/**
 * Finds out who in a department's file is one person. Its own file a department may search in clear, and there finds twice what hardened encodings find: the file is hashed in profile plain, for this department's eyes alone and for
 * as long as that takes, and searched as `link --dedupe` does. What is written meanwhile lies beside the output, under a partial's name (output/partial-file.ts).
 */
export async function findOwnPeople(options: OwnPeopleOptions): Promise<OwnPeople> {
  const { input, encoding, fields, map, salt, threads, onStage = () => undefined } = options;
  const folder = claimPartial(`${options.output}.people`, true);
  try {
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      throw fileError(error, "write in", dirname(options.output));
    }
    const survey = await surveyCsv(input, { encoding, delimiter: map.delimiter, sampleRows: SURVEYED });
    const plain = designSchema({ profile: "plain", fields, samples: [atomColumns(survey, map, fields)], expectedRecords: survey.rows });
    const rows: number[] = [];
    const ids: string[] = [];
    const hashed = await hashDataset({
      input,
      encoding,
      map,
      threads,
      schema: plain,
      // another salt: the project's would make what lies here while it is searched like what leaves the department
      salt: { project: salt.project, secret: subKey(salt, "own people") },
      output: join(folder, "people.parquet"),
      dataset: "people",
      strata: [],
      maxRejects: 1,
      force: true,
      onProgress: (done, total) => onStage("searching", done, total),
      onRows: (lookup, numbers) => {
        for (const id of recordIdsIn(lookup)) ids.push(id);
        for (const number of numbers) rows.push(number);
      },
    });
    const file = await openHashedFile(hashed.output);
    try {
      const rowOf = new Map(ids.map((id, i) => [id, rows[i]!]));
      const csvRow = Uint32Array.from(recordIdTexts(await file.readRecordIds()), (id) => rowOf.get(id)!);
      return await searchForPeople(input, file, csvRow, threads, onStage);
    } finally {
      await file.close();
    }
  } finally {
    discardPartial(folder);
  }
}

/** Rows from which the plain schema is designed. */
const SURVEYED = 20_000;
const BLOCK_CAP = 1_000_000;
const THRESHOLD = 0.5;

/** `csvRow`: the row of the CSV of each of the file's. */
async function searchForPeople(input: string, file: HashedFile, csvRow: Uint32Array, threads: number, onProgress: NonNullable<OwnPeopleOptions["onStage"]>): Promise<OwnPeople> {
  const { rows } = file.header;
  let clusters = new Uint32Array(rows);
  let support: Float64Array = new Float64Array(rows);
  const search = linkDatasets({
    a: file,
    threads,
    blockCap: BLOCK_CAP,
    cardinality: "many-to-many",
    threshold: THRESHOLD,
    onProgress,
    onLinks: async (found) => {
      clusters = new Uint32Array(clusterLinks(found.candidates, found.links, rows));
      support = supportOf(found, rows);
    },
  });
  const { quality, unreached } = await search.catch((error: unknown) => {
    if (!(error instanceof SaltlinkError && error.exitCode === exitCodes.memory)) throw error;
    throw new SaltlinkError("memory", `${input} is too large to be searched for people with several records: more than 4 GiB of memory would be shared; agree on a schema without duplicates, or hash it in parts`);
  });
  const several = clusters.reduce((most, cluster) => Math.max(most, cluster), 0);
  const best = new Int32Array(several).fill(-1);
  const content = await contentOf(file);
  // the best supported, the most complete; then content decides, and where that is the same, the order of the CSV
  const rank = (row: number): number[] => [-support[row]!, content.missing[row]!, content.digest[row]!, csvRow[row]!];
  const isBetter = (row: number, other: number): boolean => {
    const [one, two] = [rank(row), rank(other)];
    const at = one.findIndex((value, i) => value !== two[i]);
    return one[at]! < two[at]!;
  };
  clusters.forEach((cluster, row) => {
    if (cluster > 0 && (best[cluster - 1]! < 0 || isBetter(row, best[cluster - 1]!))) best[cluster - 1] = row;
  });
  // numbered at random: the order in which they were found is knowledge about them
  const numbers = Uint32Array.from({ length: several }, (_, i) => i + 1);
  for (let last = several - 1; last > 0; last--) {
    const other = drawBelow(last + 1);
    [numbers[last], numbers[other]] = [numbers[other]!, numbers[last]!];
  }
  const lastRow = csvRow.reduce((last, row) => Math.max(last, row), 0);
  const of = new Uint32Array(new SharedArrayBuffer((lastRow + 1) * 4));
  clusters.forEach((cluster, row) => {
    if (cluster > 0) of[csvRow[row]!] = numbers[cluster - 1]! + (best[cluster - 1] === row ? 0 : OTHER);
  });
  return { of, several, precision: quality.precision, missed: quality.missed, missedLogSd: unreached.logSd };
}

/** How well each record agrees with the others of its person: the sum of the weights of its links. The one that agrees best stands for all. */
function supportOf({ candidates, links, model }: FoundLinks, rows: number): Float64Array {
  const support = new Float64Array(rows);
  for (const pair of links.pairs) {
    const weight = Math.round(model.weights[candidates.observation[pair]!]! * 2 ** 20); // whole numbers: their sums do not depend on the order of the pairs
    support[candidates.rowsA[pair]!]! += weight;
    support[candidates.rowsB[pair]!]! += weight;
  }
  return support;
}

/** What each record lacks, in views and filters, and a digest of what it has: where nothing else decides, content does. */
async function contentOf(file: HashedFile): Promise<{ missing: Uint8Array; digest: Uint32Array }> {
  const { header, layout } = file;
  const column = new BigInt64Array(header.rows);
  const halves = new Uint32Array(column.buffer);
  const missing = new Uint8Array(header.rows);
  const digest = new Uint32Array(header.rows);
  for (const name of layout.words) {
    await file.readColumn(name, column);
    for (let row = 0; row < header.rows; row++) {
      const [low, high] = [halves[2 * row]!, halves[2 * row + 1]!];
      if (name === layout.nulls) missing[row] = bitsIn(low) + bitsIn(high);
      digest[row] = Math.imul(digest[row]! ^ low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
    }
  }
  return { missing, digest };
}

function bitsIn(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}

/** The record ids of lookup lines, in order: 32 digits each, then an own id, which may be quoted. */
function* recordIdsIn(lines: Uint8Array): Generator<string> {
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  for (let at = 0; at < text.length; at++) {
    yield text.toString("latin1", at, at + 32);
    let quoted = false;
    for (at += 32; text[at] !== LINE_FEED || quoted; at++) if (text[at] === QUOTE) quoted = !quoted;
  }
}
const [LINE_FEED, QUOTE] = [0x0a, 0x22];
