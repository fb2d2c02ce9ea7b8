import { createSampleLimits } from "../custodian/value-sample.ts";
import { statSync } from "node:fs";
import type { ColumnMap } from "../custodian/column-map.ts";
import { checkColumnMap } from "../custodian/column-map.ts";
import { parseHeaderRow } from "../custodian/csv/header-row.ts";
import { type CsvEncoding, openCsv } from "../custodian/csv/open.ts";
import { parseCsv } from "../custodian/csv/parse.ts";
import { cutSlices } from "../custodian/csv/slices.ts";
import { type AtomValues, encodingPlan } from "../custodian/encoding.ts";
import type { HashSetup, SliceResult, SliceTask } from "../custodian/hash-slice.ts";
import { ownIdSeed } from "../custodian/own-ids.ts";
import type { Salt } from "../custodian/salt.ts";
import type { OwnPeople } from "../custodian/own-people.ts";
import { stratumColumns } from "../custodian/strata.ts";
import { createSketches } from "../custodian/value-statistics.ts";
import { stratumName } from "../exchange/strata.ts";
import { Pool } from "../pool/pool.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { type EqualityStructure, StructureBuilder, restrict, strataHashes } from "./equality-structure.ts";

/** A department's plaintext file and how to read it. */
export interface Plaintext {
  readonly input: string;
  readonly encoding: CsvEncoding;
  readonly map: ColumnMap;
  readonly threads: number;
}

/** People as a schema under some salt shows them. */
export interface People {
  readonly structure: EqualityStructure;
  /** The department's own id of every record. */
  readonly ownIds: readonly string[];
  /** The rows beyond the people, in the same classes. */
  readonly beyond: EqualityStructure | undefined;
  /** Some of the people, chosen by a hash of their content, in the order of that hash. */
  readonly sample: readonly SampledPerson[];
}

interface SampledPerson {
  /** Row in the structure. */
  readonly row: number;
  /** In the order of `usedAtoms(schema)`. */
  readonly atoms: AtomValues;
  /** The row as it would stand in a hashed file, buckets in full. */
  readonly halves: Uint32Array;
}

export interface PeopleOptions {
  readonly schema: LinkageSchema;
  readonly salt: Salt;
  /** Records expected: sizes buffers and the sample. */
  readonly expectedRows: number;
  readonly sample: number;
  /** Who is one person, where the schema asks for it (custodian/own-people.ts). */
  readonly own?: OwnPeople;
  /** Names of the strata that the hashed file carries. */
  readonly strata: readonly string[];
  /** Rows in the layout of the hashed file that are no people (values with public frequencies), to be put into the same classes. */
  readonly beyond?: Uint32Array;
  /** Stop after about so many records. */
  readonly atMost?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

const SLICE_BYTES = 256 << 10;

/**
 * Hashes a register, as `hash` does and in the same threads, but keeps only what attacks need. The attacker does this under a salt of his own: equalities and, under the same parameters, similarities are the same
 * for every salt.
 */
export async function encodePeople({ input, encoding, map, threads }: Plaintext, { schema, salt, expectedRows, sample, own, strata, beyond, atMost = Infinity, onProgress }: PeopleOptions): Promise<People> {
  const slices = cutSlices(openCsv(input, encoding), input, SLICE_BYTES, map.delimiter);
  const header = await parseHeaderRow(slices, input, map.delimiter);
  checkColumnMap(map, header, schema, input);
  const strataAt = stratumColumns(strata.map((name) => header.find((column) => stratumName(column) === name) ?? name), header, input);
  const sketches = { ...createSketches(schema, expectedRows, threads), sampleBelow: sample / expectedRows };
  const setup: HashSetup = { schema, plan: encodingPlan(schema, salt), map, header, thisYear: new Date().getUTCFullYear(), sketches, ownIdSeed: ownIdSeed(), strata: strataAt, partitions: 1, sampleLimits: createSampleLimits(schema.keys.length + schema.buckets.length), ...(own === undefined ? {} : { people: own.of }) };
  const builder = new StructureBuilder(schema, Math.min(expectedRows, atMost));
  const stride = builder.width + strataAt.length;
  const ownIds: string[] = [];
  const sampled: (SampledPerson & { rank: number })[] = [];
  const bytes = statSync(input).size;
  async function* tasks(): AsyncGenerator<SliceTask> {
    let done = 0;
    let records = 0;
    for await (const slice of slices) {
      yield { bytes: new Uint8Array(slice.bytes), firstRow: slice.firstRow, records: slice.records };
      onProgress?.(Math.min((done += slice.bytes.length), bytes), bytes);
      if ((records += slice.records) >= atMost) return;
    }
  }
  const pool = new Pool<SliceTask, SliceResult>("hash-slice", threads, setup);
  try {
    for await (const result of pool.map(tasks())) {
      for (const { rank, atoms, row } of result.sampled) sampled.push({ rank, atoms, row: ownIds.length + row, halves: result.halves.slice(row * stride, row * stride + builder.width) });
      const strataOf = strataHashes(result.rows, result.strata.values.map((values) => ["", ...values]), (row, s) => result.halves[row * stride + builder.width + s]!);
      builder.add(result.halves, result.rows, stride, strataOf);
      for (const [, ownId] of parseCsv(new TextDecoder().decode(result.lookup), ",") ?? []) ownIds.push(ownId!);
    }
  } finally {
    await pool.close();
  }
  if (beyond !== undefined) builder.add(beyond, beyond.length / builder.width);
  const all = builder.finish();
  const rows = (from: number, to: number): EqualityStructure => restrict(all, Int32Array.from({ length: to - from }, (_, i) => from + i));
  return { ...(beyond === undefined ? { structure: all, beyond } : { structure: rows(0, ownIds.length), beyond: rows(ownIds.length, all.count) }), ownIds, sample: sampled.toSorted((a, b) => a.rank - b.rank || a.row - b.row) };
}
