import { z } from "zod";
import { SaltlinkError } from "../errors.ts";
import { comparisonGroups } from "../schema/comparison-space.ts";
import { type LinkageSchema, SCHEMA_VERSION, SCHEME, checkSchema, schemaDigest } from "../schema/linkage-schema.ts";
import { withholdsShared } from "../schema/withheld.ts";
import { MOST_STRATA, MOST_STRATUM_VALUES, STRATUM_NAME, type Strata, isStratumValue, strataFit } from "./strata.ts";
import { EMPTY_DIGEST } from "./written-form.ts";

/**
 * What a hashed file says about itself. It travels as the value of the key `saltlink` in the Parquet footer, or as `NAME.header.json` beside a CSV.
 * Counts and shares only: no path, no host, no time, no own id, nothing of a single person.
 */
export const FORMAT = "saltlink-hashed-3";
export const HEADER_KEY = "saltlink";

const share = z.number().min(0).max(1);
const count = z.number().int().min(0);

// nothing that could steer the terminal of whoever reads it
const label = z.string().min(1).max(100).regex(/^\P{Cc}*$/u);

/** Whether a dataset may be called so. */
export function isLabel(text: string): boolean {
  return label.safeParse(text).success;
}

const strataSchema = z
  .array(
    z.strictObject({
      name: z.string().regex(STRATUM_NAME),
      values: z.array(z.strictObject({ value: z.string().refine(isStratumValue), records: z.number().int().min(1) })).max(MOST_STRATUM_VALUES),
    }),
  )
  .max(MOST_STRATA);

const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  tool: z.string().max(60),
  project: z.string().max(64),
  dataset: label,
  schema: z.unknown(),
  schemaDigest: z.string().length(64),
  keyCommitment: z.string().length(32),
  rows: count,
  rejected: count,
  /** Records without the field, or without a part of it that the schema uses, by field. */
  missing: z.record(z.string(), count),
  /** Values dropped as stand-ins for "not known", by field. */
  placeholders: z.record(z.string(), count),
  /** Values that could not be read, by field. */
  unusable: z.record(z.string(), count),
  /** Bits of each bucket, in the schema's order. */
  bucketBits: z.array(z.number().int().min(0).max(32)),
  /** Share of records whose key value another record has too, by key, in the schema's order. */
  sharing: z.array(share),
  /** Probability of each state of each comparison group for two random records of the file (see schema/comparison-space.ts). */
  randomPairs: z.record(z.string(), z.array(share)),
  /** How many times as often two people born in one year have one forename as two of any age. */
  forenamesByYear: z.number().min(1).max(10).optional(),
  /** Where values of keys that records share are withheld: of so many records, how many pairs share which keys (a bit for each, in the schema's order) and lack what (as null masks do). */
  sharedPairs: z.strictObject({ records: count, pairs: z.array(z.tuple([count, count, count])) }).optional(),
  /** Where the department looked for several records of one person: people of whom there are several, their records for which another stands, the estimated share of their pairs of records that are right, pairs that it has missed, and the standard deviation of the logarithm of that. */
  people: z.strictObject({ several: count, others: count, precision: share, missed: z.number().min(0), missedLogSd: z.number().min(0).max(10) }).optional(),
  strata: strataSchema,
  contentDigest: z.string().length(64),
});

export type Header = Omit<z.infer<typeof headerSchema>, "schema" | "strata"> & { schema: LinkageSchema; strata: Strata };

/** Records that are hashed, of which alone missing values and strata are counted: without those for which another of their person stands. */
export function hashedRecords({ rows, people }: Pick<Header, "rows" | "people">): number {
  return rows - (people?.others ?? 0);
}

/** Its own words for what is wrong with a schema would lead astray: nobody wrote this one by hand, it was damaged. */
function schemaIn(written: unknown, path: string): LinkageSchema {
  try {
    return checkSchema(written, path);
  } catch {
    throw new SaltlinkError("input", `${path}: its header is damaged (the schema in it)`);
  }
}

export function parseHeader(text: string, path: string): Header {
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    throw new SaltlinkError("input", `${path}: its header is damaged`);
  }
  const format = (written as { format?: unknown } | null)?.format;
  if (typeof format === "string" && format !== FORMAT) throw new SaltlinkError("mismatch", `${path} has another format than ${FORMAT}; hash it again with this version of saltlink`);
  const scheme = (written as { schema?: { scheme?: unknown } } | null)?.schema?.scheme;
  if (typeof scheme === "string" && scheme !== SCHEME) throw new SaltlinkError("mismatch", `${path} was hashed with another encoding scheme than ${SCHEME}, the one this saltlink links; hash it again with this version`);
  const version = (written as { schema?: { version?: unknown } } | null)?.schema?.version;
  if (typeof version === "number" && version !== SCHEMA_VERSION) throw new SaltlinkError("mismatch", `${path} was hashed under a schema of another version than ${SCHEMA_VERSION}, the one this saltlink reads; hash it again with this version`);
  const result = headerSchema.safeParse(written);
  if (!result.success) throw new SaltlinkError("input", `${path}: its header is damaged (${result.error.issues[0]!.path.map(String).join(".")})`);
  const schema = schemaIn(result.data.schema, path);
  if (schemaDigest(schema) !== result.data.schemaDigest) throw new SaltlinkError("input", `${path}: its header is damaged (the schema does not fit its digest)`);
  const header = { ...result.data, schema };
  const misfit = misfitOf(header);
  if (misfit !== undefined) throw new SaltlinkError("input", `${path}: its header is damaged (${misfit} does not fit the ${misfit === "strata" ? "records" : "schema"})`);
  return header;
}

/** Asserts of a header that is about to be written what every reader will ask of it. */
export function assertFits(header: Omit<Header, "contentDigest">): void {
  const whole = { ...header, contentDigest: EMPTY_DIGEST };
  const result = headerSchema.safeParse(whole);
  const misfit = result.success ? misfitOf(whole) : result.error.issues[0]!.path.map(String).join(".");
  if (misfit !== undefined) throw new Error(`a header that no reader would take (${misfit})`);
}

/** The first property that does not have the parts its schema gives it. */
function misfitOf(header: Header): string | undefined {
  const { schema } = header;
  const fields = schema.fields.map(({ name }) => name);
  const groups = comparisonGroups(schema);
  const named = (record: object, names: readonly string[]): boolean => Object.keys(record).length === names.length && names.every((name) => Object.hasOwn(record, name));
  if (header.bucketBits.length !== schema.buckets.length) return "bucketBits";
  if (header.sharing.length !== schema.keys.length) return "sharing";
  if (!named(header.randomPairs, groups.map(({ name }) => name)) || groups.some(({ name, size }) => header.randomPairs[name]!.length !== size)) return "randomPairs";
  if ((header.sharedPairs !== undefined) !== withholdsShared(schema) || header.sharedPairs?.pairs.some(([keys]) => keys >= 2 ** schema.keys.length)) return "sharedPairs";
  if ((header.people !== undefined) !== (schema.duplicates === true) || hashedRecords(header) < 0) return "people";
  if (!strataFit(header.strata, header.rows)) return "strata";
  return (["missing", "placeholders", "unusable"] as const).find((counts) => !named(header[counts], fields));
}
