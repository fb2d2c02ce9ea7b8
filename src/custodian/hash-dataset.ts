import { rmSync, statSync } from "node:fs";
import { SaltlinkError } from "../errors.ts";
import { FORMAT, type Header, isLabel } from "../exchange/header.ts";
import { layoutOf } from "../exchange/layout.ts";
import { formOf, halvesPerRow, pageBytes } from "../exchange/row-group.ts";
import { type HashedFileWriter, createHashedFile } from "../exchange/write-hashed-file.ts";
import { PartialFile } from "../output/partial-file.ts";
import { OwnThread } from "../pool/own-thread.ts";
import type { Workers } from "../pool/workers.ts";
import { comparisonGroups } from "../schema/comparison-space.ts";
import { type LinkageSchema, schemaDigest } from "../schema/linkage-schema.ts";
import { withholdsShared } from "../schema/withheld.ts";
import { csvCell } from "../output/csv-cell.ts";
import { toolName } from "../version.ts";
import { bucketBits } from "./bucket-cut.ts";
import { type ColumnMap, checkColumnMap } from "./column-map.ts";
import { lookupPath, rejectsPath } from "./companion-files.ts";
import { type CsvEncoding, openCsv } from "./csv/open.ts";
import { cutSlices } from "./csv/slices.ts";
import { parseHeaderRow } from "./csv/header-row.ts";
import { comparisonPlan, encodingPlan } from "./encoding.ts";
import type { FinishedPartition, PartitionTask } from "./finish-rows.ts";
import type { HashSetup, SliceResult } from "./hash-slice.ts";
import { OTHER, type OwnPeople } from "./own-people.ts";
import { type FileFailure, type HashReply, replyOf } from "./hash-reply.ts";
import type { HashTask, RowsTask } from "./hash-thread.ts";
import { OwnIds, type SharedOwnId, ownIdSeed } from "./own-ids.ts";
import { RejectTally } from "./reject-tally.ts";
import type { Salt } from "./salt.ts";
import { type SharedSample, countSharedPairs } from "./shared-pairs.ts";
import type { SharedColumn } from "./shared-values.ts";
import { ShuffledRows, partitionCount } from "./shuffled-rows.ts";
import { FileStrata, stratumColumns } from "./strata.ts";
import { keyCommitment, subKey } from "./sub-key.ts";
import type { SampledRecord } from "./sampled-pairs.ts";
import { createSketches, forenamesByYear } from "./value-statistics.ts";
import { ValueSample, createSampleLimits } from "./value-sample.ts";

export interface HashOptions {
  input: string;
  output: string;
  encoding: CsvEncoding;
  schema: LinkageSchema;
  map: ColumnMap;
  salt: Salt;
  /** Label of the dataset in the header; never a path. */
  dataset: string;
  /** Columns that are sent in clear, to judge quality by. */
  strata: readonly string[];
  threads: number;
  force: boolean;
  /** Largest share of rows that may be rejected. */
  maxRejects: number;
  /** Who is one person, where the schema asks for it (own-people.ts). */
  people?: OwnPeople;
  /** Called with lines of the lookup and the rows of the CSV that they are of. */
  onRows?: (lookup: Uint8Array, rows: Uint32Array) => void;
  /** Called as bytes of the input are done. */
  onProgress?: (done: number, total: number) => void;
}

export interface HashSummary {
  output: string;
  lookup: string;
  /** The rejects file, if there were any. */
  rejects: string | undefined;
  read: number;
  hashed: number;
  rejected: number;
  header: Header;
  /** Per stratum: values that a file must not hold and that count as missing. */
  unusableStrata: readonly number[];
  /** Records that nobody else has the strata of. */
  uniqueByStrata: number;
}

const SLICE_BYTES = 256 << 10;
/** Fewer than these are hashed before threads have loaded their code. */
const FEW_ROWS = 30_000;
const BYTES_PER_ROW = 60; // a guess that only sizes buffers and the sample

/**
 * A department's CSV to a hashed file: slices to worker threads, which write their encoded rows where they wait for each other; keys counted over all of them; partitions of the rows to threads again, which shuffle them; lookup and rejects beside the output, header last.
 * All outputs take their names only at the end and together; a failure leaves none of them.
 */
export async function hashDataset(options: HashOptions): Promise<HashSummary> {
  const { input, output, schema, map, salt, force } = options;
  if (!isLabel(options.dataset)) throw new SaltlinkError("usage", "the label of a dataset (--label, or else the name of the output) has 1 to 100 characters, none of them a control character");
  if ((options.people !== undefined) !== (schema.duplicates === true)) throw new Error("who is one person is told where, and only where, the schema asks for it");
  const lookupAt = lookupPath(output);
  const rejectsAt = rejectsPath(output);
  const bytes = statSync(input).size;
  const expectedRows = Math.max(1, Math.round((bytes / BYTES_PER_ROW) * (input.endsWith(".gz") ? 3 : 1)));

  const slices = cutSlices(openCsv(input, options.encoding), input, SLICE_BYTES, map.delimiter);
  const header = await parseHeaderRow(slices, input, map.delimiter);
  checkColumnMap(map, header, schema, input);
  const stratumsAt = stratumColumns(options.strata, header, input);
  const strata = new FileStrata(stratumsAt, header, input);
  const layout = layoutOf(schema, stratumsAt);

  const outputs: { discard(): void }[] = [];
  const sketches = createSketches(schema, expectedRows, options.threads);
  const width = halvesPerRow(layout);
  const partitions = partitionCount(expectedRows, width);
  const withholds = withholdsShared(schema);
  const sampledColumns = withholds ? layout.buckets : [...layout.keys, ...layout.buckets];
  const sampleLimits = createSampleLimits(sampledColumns.length);
  const setup: HashSetup = { schema, plan: encodingPlan(schema, salt), map, header, thisYear: new Date().getUTCFullYear(), sketches, ownIdSeed: ownIdSeed(), strata: stratumsAt, partitions, sampleLimits, ...(options.people === undefined ? {} : { people: options.people.of }) };
  const pool = await workersFor(setup, options.threads, expectedRows);
  let done = false;
  try {
    const hashed: HashedFileWriter = createHashedFile(output, layout, force);
    outputs.push(hashed);
    const lookup = new PartialFile(lookupAt, { force });
    outputs.push(lookup);
    const rejects = new PartialFile(rejectsAt, { force });
    outputs.push(rejects);
    const rows = new ShuffledRows(width, withholds ? schema.keys.length : 0, `${output}.rows`);
    outputs.push(rows);
    lookup.write("record_id,own_id\n");
    rejects.write("row,reason\n");

    const counts = { read: 0, hashed: 0, rejected: 0 };
    let others = 0; // for which others of their person stand
    const perField = { missing: schema.fields.map(() => 0), placeholders: schema.fields.map(() => 0), unusable: schema.fields.map(() => 0) };
    const sampled: SampledRecord[] = [];
    const seen = new OwnIds();
    const tally = new RejectTally();
    const samples = sampledColumns.map((_, column) => new ValueSample(sampleLimits, column));
    const refuse = (shared: SharedOwnId | undefined): void => {
      if (shared !== undefined) throw new SaltlinkError("input", `${input} rows ${shared.before} and ${shared.row}: the same own id in column ${map.id ?? ""}; a record id must be unique, or name another column with --id`);
    };

    const places: number[] = [];
    async function* sliceTasks(): AsyncGenerator<RowsTask> {
      let cut = 0;
      for await (const { bytes: text, firstRow, records } of slices) {
        const at = rows.reserve(records);
        places.push(at);
        yield { bytes: new Uint8Array(text), firstRow, records, waits: { descriptor: rows.descriptor, at } };
        options.onProgress?.(Math.min((cut += text.length), bytes), bytes);
      }
    }
    for await (const reply of pool.map(sliceTasks())) {
      const result = replyOf(reply, output) as SliceResult;
      refuse(seen.add(result.ownIds, result.rowNumbers, result.rows));
      let at = 0;
      samples.forEach((sample, column) => {
        const count = result.words.counts[column]!;
        sample.add(result.words.values.subarray(at, at + count), result.words.present[column]!);
        at += count;
      });
      if (options.people !== undefined) for (const row of result.rowNumbers) if ((options.people.of[row] ?? 0) >= OTHER) others++;
      tally.add(result.rejects);
      options.onRows?.(result.lookup, result.rowNumbers);
      lookup.write(result.lookup);
      if (result.rejects.length > 0) rejects.write(result.rejects.map(({ row, reason }) => `${row},${csvCell(reason)}\n`).join(""));
      rows.add({ at: places.shift()!, rows: result.rows, partitions: result.partitions, strata: strata.add(result.strata) });
      counts.hashed += result.rows;
      counts.rejected += result.rejects.length;
      for (const key of ["missing", "placeholders", "unusable"] as const) result[key].forEach((n, f) => (perField[key][f]! += n));
      sampled.push(...result.sampled);
    }
    refuse(seen.shared());
    counts.read = counts.hashed + counts.rejected;
    if (counts.read === 0) throw new SaltlinkError("input", `${input} has a header and no records`);
    if (counts.rejected > options.maxRejects * counts.read) {
      throw new SaltlinkError("input", `${input}: ${counts.rejected} of ${counts.read} rows would be rejected, more than --max-rejects ${options.maxRejects * 100}%: ${tally.inWords(options.encoding)}`);
    }

    if (counts.hashed === 0) throw new SaltlinkError("input", `${input}: every row would be rejected: ${tally.inWords(options.encoding)}`);

    const standing = counts.hashed - others;
    const summaries = samples.map((sample) => ({ ...sample.summary(), present: sample.present }));
    const shared = withholds ? await Promise.all(schema.keys.map(async (_, key) => replyOf(await pool.run({ descriptor: rows.descriptor, keyColumn: rows.keyColumns(key) }), output) as SharedColumn)) : undefined;
    const sharing = (shared?.map(({ records }) => records) ?? summaries.slice(0, schema.keys.length).map((summary) => summary.sharing)).map((records) => records / standing);
    checkSharing(schema, sharing, standing);
    const bits = schema.buckets.map((bucket, b) => bucketBits(bucket, summaries[summaries.length - schema.buckets.length + b]!));

    const pairs = comparisonGroups(schema).length === 0 ? Promise.resolve({}) : pool.run({ plan: comparisonPlan(schema, salt, setup.plan), sampled });
    pairs.catch(() => {}); // looked at below
    const fashion = forenamesByYear(schema, sketches);
    const form = formOf(output);
    const inFlight = options.threads + 1;
    const waiting = [...rows.partitions()];
    const memory = Array.from({ length: Math.min(inFlight, waiting.length) }, () => new SharedArrayBuffer(form === "csv" ? 0 : pageBytes(layout, Math.max(...waiting.map((partition) => partition.rows)))));
    const withheld = shared && { columns: shared, secret: subKey(salt, "withheld"), records: standing };
    const sharedSamples: SharedSample[] = [];
    // when a task is asked for, fewer others than are in flight are not yet written
    const tasks = waiting.map((partition, i): PartitionTask => ({ partition, bits, strataValues: strata.values, form, memory: memory[i % inFlight]!, ...(withheld === undefined ? {} : { withheld }) }));
    for await (const reply of pool.map(tasks, inFlight)) {
      const { group, shared: sample } = replyOf(reply, output) as FinishedPartition;
      if (sample !== undefined) sharedSamples.push(sample);
      hashed.write(group);
    }
    rows.discard();
    const field = (numbers: readonly number[]): Record<string, number> => Object.fromEntries(schema.fields.map(({ name }, f) => [name, numbers[f]!]));
    const fileHeader: Omit<Header, "contentDigest"> = {
      format: FORMAT,
      tool: toolName,
      project: salt.project,
      dataset: options.dataset,
      schema,
      schemaDigest: schemaDigest(schema),
      keyCommitment: keyCommitment(salt),
      rows: counts.hashed,
      rejected: counts.rejected,
      missing: field(perField.missing),
      placeholders: field(perField.placeholders),
      unusable: field(perField.unusable),
      bucketBits: bits,
      sharing,
      randomPairs: await pairs,
      ...(fashion === undefined ? {} : { forenamesByYear: fashion }),
      ...(withheld === undefined ? {} : { sharedPairs: countSharedPairs(sharedSamples) }),
      ...(options.people === undefined ? {} : { people: told(options.people, others) }),
      strata: strata.summary(),
    };
    hashed.finish(fileHeader);
    lookup.sync();
    rejects.sync();
    // every byte is written: from here on only names change, the hashed file's last; when it has its name, the lookup has too
    lookup.commit();
    if (counts.rejected > 0) rejects.commit();
    else {
      rejects.discard();
      if (force) rmSync(rejectsAt, { force: true }); // an earlier run's
    }
    hashed.commit();
    done = true;
    return { output, lookup: lookupAt, rejects: counts.rejected > 0 ? rejectsAt : undefined, ...counts, header: { ...fileHeader, contentDigest: "" }, unusableStrata: strata.unusable, uniqueByStrata: strata.unique() };
  } finally {
    await pool.close();
    if (!done) for (const file of outputs) file.discard(); // now that no thread writes to them any more
  }
}

function told({ several, precision, missed, missedLogSd }: OwnPeople, others: number): NonNullable<Header["people"]> {
  return { several, others, precision: rounded(precision), missed: rounded(missed), missedLogSd: rounded(missedLogSd) };
}

/** Six significant digits: what is beyond them is arithmetic, not knowledge. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

/** Threads; for a small file none, and none of their code. */
async function workersFor(setup: HashSetup, threads: number, expectedRows: number): Promise<Workers<HashTask, HashReply | FileFailure>> {
  if (expectedRows > FEW_ROWS) return new (await import("../pool/pool.ts")).Pool("hash-slice", threads, setup);
  return new OwnThread((await import("./hash-thread.ts")).hashThread(setup));
}

/** Share of the records that share half of the keys, from which on a file holds people several times. */
const MANY_COPIES = 0.3;

/** The department's own measurement against the limit that all agreed on. Under ten people it says nothing. */
function checkSharing(schema: LinkageSchema, sharing: readonly number[], rows: number): void {
  if (schema.profile === "plain") return;
  const worst = sharing.indexOf(Math.max(...sharing, 0));
  if (worst < 0 || sharing[worst]! <= schema.maximumSharing || sharing[worst]! * rows < 10) return;
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  // however large a file, few share a key that takes in much; of people who are there several times all keys come again
  const typical = [...sharing].sort((a, b) => a - b)[sharing.length >> 1]!;
  const copies = schema.duplicates !== true && typical > MANY_COPIES;
  const advice = !copies && rows > schema.expectedRecords ? `agree on a schema for files of this size: schema init --expect-records ${rows}` : schema.duplicates === true ? "agree on a schema with keys that tell more people apart: schema init on files like this one" : "if the file holds several records of one person, agree on a schema for such files: schema init --duplicates";
  throw new SaltlinkError(
    "audit",
    `the key ${schema.keys[worst]!.parts.join(" + ")} is shared by ${percent(sharing[worst]!)} of the records, more than the ${percent(schema.maximumSharing)} the schema allows; ${advice}`,
  );
}
