import { z } from "zod";
import { SaltlinkError } from "../errors.ts";
import { type LinkageSchema, SCHEME, checkSchema, schemaDigest } from "../schema/linkage-schema.ts";

/**
 * What a hashed file says about itself. It travels as the value of the key `saltlink` in the Parquet footer, or as `NAME.header.json` beside a CSV.
 * Counts and shares only: no path, no host, no time, no own id, nothing of a single person.
 */
export const FORMAT = "saltlink-hashed-1";
export const HEADER_KEY = "saltlink";
/** Stands in the digest's place while the digest is taken. */
export const EMPTY_DIGEST = "0".repeat(64);

const share = z.number().min(0).max(1);
const count = z.number().int().min(0);

const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  tool: z.string().max(60),
  project: z.string().max(64),
  dataset: z.string().max(100),
  schema: z.unknown(),
  schemaDigest: z.string().length(64),
  keyCommitment: z.string().length(32),
  rows: count,
  rejected: count,
  /** Records without the field, by field. */
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
  contentDigest: z.string().length(64),
});

export type Header = Omit<z.infer<typeof headerSchema>, "schema"> & { schema: LinkageSchema };

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
  const result = headerSchema.safeParse(written);
  if (!result.success) throw new SaltlinkError("input", `${path}: its header is damaged (${result.error.issues[0]!.path.map(String).join(".")})`);
  const schema = checkSchema(result.data.schema, `${path}: the schema in its header`);
  if (schemaDigest(schema) !== result.data.schemaDigest) throw new SaltlinkError("input", `${path}: its header is damaged (the schema does not fit its digest)`);
  return { ...result.data, schema };
}
