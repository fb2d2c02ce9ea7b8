import type { LinkageSchema } from "../schema/linkage-schema.ts";

/**
 * Columns of a hashed file, in order: `record_id`, then 64-bit words. A filter is as many words as it has (`surname_w0` ...), bit i of the filter is bit i mod 64 of word i div 64. A key,
 * bucket or token is one word, and so is `person`, which files that may hold several records of a person have (own-people.ts). `nulls` has one bit per atom the schema uses and then one per filter; a set bit means missing, and what is missing is zero. Beside a filter over several fields (profile strict) only the filter's bit is used.
 * Behind the words come strata, if the file's owner sends some: text in clear, empty where missing.
 */
export interface Layout {
  readonly nulls: "nulls";
  readonly filters: readonly { readonly name: string; readonly columns: readonly string[] }[];
  readonly keys: readonly string[];
  readonly buckets: readonly string[];
  readonly tokens: readonly string[];
  /** One column, or none. */
  readonly person: readonly string[];
  /** All word columns in the order in which they are encoded: nulls, filters, keys, buckets, tokens, person. */
  readonly words: readonly string[];
  readonly strata: readonly string[];
}

export const RECORD_ID = "record_id";
export const PERSON = "person";

export function layoutOf(schema: LinkageSchema, strata: readonly { readonly name: string }[] = []): Layout {
  const filters = schema.filters.map(({ name, bits }) => ({ name, columns: Array.from({ length: bits / 64 }, (_, w) => `${name}_w${w}`) }));
  const keys = schema.keys.map((key) => columnName("key", key.parts));
  const buckets = schema.buckets.map((bucket) => columnName("bucket", bucket.parts));
  const tokens = schema.tokens.map((token) => columnName("token", [token]));
  const person = schema.duplicates === true ? [PERSON] : [];
  return { nulls: "nulls", filters, keys, buckets, tokens, person, words: ["nulls", ...filters.flatMap((filter) => filter.columns), ...keys, ...buckets, ...tokens, ...person], strata: strata.map(({ name }) => `stratum_${name}`) };
}

/** `key_surname_phonetic__date_of_birth_day` for the key of surname.phonetic and date_of_birth.day. */
function columnName(prefix: string, parts: readonly string[]): string {
  return `${prefix}_${parts.map((part) => part.replace(".", "_")).join("__")}`;
}
