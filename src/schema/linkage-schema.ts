import { createHash } from "node:crypto";
import { z } from "zod";
import { SaltlinkError } from "../errors.ts";
import { distanceLimits } from "./comparison-levels.ts";
import { comparisonGroups, usedAtoms } from "./comparison-space.ts";
import { type FieldKindName, atomsOf, fieldKinds, parseAtom } from "./field-kinds.ts";
import { nameOrder, namesOf } from "./name-order.ts";
import { nearest } from "./nearest.ts";

/**
 * The linkage schema: what all departments agree on and what must be the same for their files to be linked. It holds no salt and no column names
 * (those are each department's own column map). As written, it is complete: `schema init` writes every filter, key and bucket out, so that a reader sees what leaves the department.
 */
export const SCHEMA_VERSION = 1;
/** The encoding scheme; a draft until its quality, privacy and throughput are all measured. Part of every sub-key. */
export const SCHEME = "2-draft";
/** Name of the JSON Schema that `schema init` puts beside the schema, for editors. */
export const JSON_SCHEMA_FILE = "saltlink-schema-1.json";

export const profiles = ["standard", "strict", "plain"] as const;
export type Profile = (typeof profiles)[number];

const NAME = /^[a-z][a-z0-9_]{0,39}$/;
const name = z.string().regex(NAME, "must be lower-case letters, digits and underscores, beginning with a letter");
const share = z.number().min(0).max(1);
const atoms = z.array(z.string()).min(1).max(8).describe("views of fields, such as \"surname\", \"surname.phonetic\", \"date_of_birth.year\"");

const filterSchema = z.strictObject({
  name: name.describe("prefix of the filter's columns"),
  fields: z.array(name).min(1).max(8).describe("fields whose n-grams go into this filter; more than one makes it a record-level filter"),
  anchor: z.array(z.string()).max(8).describe("views that enter the filter's key: equal filters then mean equal value and equal anchor"),
  bits: z.union([z.literal(512), z.literal(1024)]),
  hashes: z.number().int().min(1).max(14).describe("positions per n-gram"),
  diffusion: z.number().int().min(0).max(20).describe("filter bits that are XORed into each bit that is sent; 0 = none"),
});

const keySchema = z.strictObject({
  parts: atoms,
  gain: share.optional().describe("share of simulated matches that this key adds (a note of schema init)"),
  sharing: share.optional().describe("expected share of records that share their value with somebody else's (a note of schema init)"),
});

const bucketSchema = z.strictObject({
  parts: atoms,
  minimumValues: z.number().int().min(1).describe("least number of values that a bucket mixes, on average"),
  minimumRecords: z.number().int().min(1).describe("least number of records in a bucket, on average"),
});

const writtenSchema = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(SCHEMA_VERSION),
  scheme: z.literal(SCHEME),
  profile: z.enum(profiles),
  weakened: z.boolean().optional().describe("true lifts what the profile demands of filters, keys and buckets: for tests of the audit and for research"),
  duplicates: z.boolean().optional().describe("true where a file may hold several records of one person: hash finds them, and one of them stands for all (profiles standard and strict)"),
  expectedRecords: z.number().int().min(1).describe("records of the largest file that this schema is meant for"),
  fields: z.array(z.strictObject({ name, kind: z.enum(Object.keys(fieldKinds) as [FieldKindName, ...FieldKindName[]]) })).min(1).max(24),
  filters: z.array(filterSchema).max(8),
  keys: z.array(keySchema).max(40),
  buckets: z.array(bucketSchema).max(4),
  tokens: z.array(z.string()).max(16).default([]).describe("single views sent as they are, for comparison only (profile plain)"),
  maximumSharing: share.describe("hash stops when a key is shared by more records than this"),
});

export type LinkageSchema = z.infer<typeof writtenSchema>;
export type FilterDefinition = LinkageSchema["filters"][number];
export type BucketDefinition = LinkageSchema["buckets"][number];

/** The JSON Schema for editors. */
export function jsonSchema(): object {
  return z.toJSONSchema(writtenSchema, { io: "input" });
}

/** Reads a schema from its text; every problem at once, each with its place. `source` names the file in messages. */
export function parseSchema(text: string, source: string): LinkageSchema {
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    throw new SaltlinkError("input", `${source} is not JSON; a linkage schema is written by saltlink schema init`);
  }
  return checkSchema(written, source);
}

/** Checks a schema that is already parsed. */
export function checkSchema(written: unknown, source: string): LinkageSchema {
  if (typeof written !== "object" || written === null || Array.isArray(written)) throw new SaltlinkError("input", `${source} is not a linkage schema; write one with saltlink schema init`);
  const { version, scheme } = written as { version?: unknown; scheme?: unknown };
  if (version !== undefined && version !== SCHEMA_VERSION) throw new SaltlinkError("input", `${source}: schema version ${safe(version)} is not known to this saltlink, which reads version ${SCHEMA_VERSION}`);
  if (scheme !== undefined && scheme !== SCHEME) throw new SaltlinkError("input", `${source}: encoding scheme ${safe(scheme)} is not known to this saltlink, which writes scheme ${SCHEME}`);
  const result = writtenSchema.safeParse(written);
  if (!result.success) throw new SaltlinkError("input", `${source}: ${listed(result.error.issues.flatMap(describe))}`);
  const problems = crossCheck(result.data);
  if (problems.length > 0) throw new SaltlinkError("input", `${source}: ${listed(problems)}`);
  return result.data;
}

/** A version or scheme is ours to print; anything long or odd is not. */
const MOST_PROBLEMS = 12;

function listed(problems: readonly string[]): string {
  return problems.length <= MOST_PROBLEMS ? problems.join("; ") : `${problems.slice(0, MOST_PROBLEMS).join("; ")}; and ${problems.length - MOST_PROBLEMS} more`;
}

function safe(value: unknown): string {
  return /^\d[\w.-]{0,19}$/.test(String(value)) ? String(value) : "(unreadable)";
}

function describe(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("").replace(/^\./, "");
  const where = at === "" ? "" : ` in ${at}`;
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(issue.path);
    return issue.keys.map((key) => {
      const guess = nearest(key, known);
      return `unknown property${where}${NAME_LIKE.test(key) ? ` "${key}"` : ""}${guess === undefined ? "" : ` (did you mean "${guess}"?)`}`;
    });
  }
  return [`${at === "" ? "the schema" : at}: ${issue.message}`];
}
const NAME_LIKE = /^[\w$-]{1,40}$/;

function knownKeys(path: readonly PropertyKey[]): string[] {
  const shapes: Record<string, z.ZodObject> = { filters: filterSchema, keys: keySchema, buckets: bucketSchema, fields: writtenSchema.shape.fields.element };
  return Object.keys((path.length === 0 ? writtenSchema : (shapes[String(path[0])] ?? writtenSchema)).shape);
}

function crossCheck(schema: LinkageSchema): string[] {
  const problems: string[] = [];
  const kinds = new Map(schema.fields.map((field) => [field.name, field.kind]));
  if (kinds.size < schema.fields.length) problems.push("two fields have the same name");
  if (new Set(schema.filters.map((filter) => filter.name)).size < schema.filters.length) problems.push("two filters have the same name");
  const checkAtoms = (list: readonly string[], where: string): void => {
    for (const atom of list) {
      if (parseAtom(atom, (field) => kinds.get(field)) === undefined) {
        const known = schema.fields.flatMap(({ name: field, kind }) => atomsOf(field, kind));
        const guess = nearest(atom, known);
        // what is near no view may be anything that was pasted in
        problems.push(`${where}: ${guess !== undefined && NAME_LIKE.test(atom.replace(".", "")) ? `"${atom}"` : "an entry"} is no view of a field of this schema${guess === undefined ? "" : ` (did you mean "${guess}"?)`}`);
      }
    }
    if (new Set(list).size < list.length) problems.push(`${where}: the same view twice`);
  };
  schema.filters.forEach((filter, i) => {
    checkAtoms(filter.anchor, `filters[${i}].anchor`);
    for (const field of filter.fields) {
      const kind = kinds.get(field);
      if (kind === undefined) problems.push(`filters[${i}].fields: no field of that name${suggest(field, [...kinds.keys()])}`);
      else if (!("grams" in fieldKinds[kind]) && filter.fields.length === 1) problems.push(`filters[${i}].fields: a ${kind} has no n-grams to fill a filter of its own`);
    }
    if (filter.hashes * Math.log2(filter.bits) > 128) problems.push(`filters[${i}].hashes: at most ${Math.floor(128 / Math.log2(filter.bits))} for ${filter.bits} bits`);
  });
  schema.keys.forEach((key, i) => checkAtoms(key.parts, `keys[${i}].parts`));
  schema.buckets.forEach((bucket, i) => checkAtoms(bucket.parts, `buckets[${i}].parts`));
  checkAtoms(schema.tokens, "tokens");
  if (schema.duplicates === true && schema.profile === "plain") problems.push("duplicates belongs to profiles standard and strict; in plain they show by themselves");
  if (schema.tokens.length > 0 && schema.profile !== "plain") problems.push("tokens belong to profile plain only");
  if (schema.profile === "strict" && (schema.keys.length > 0 || schema.filters.length !== 1)) problems.push("profile strict has one filter and no keys, only buckets (none: all pairs are compared)");
  if (schema.profile === "standard" && schema.buckets.length > 1) problems.push("profile standard has one bucket at most");
  if (schema.profile !== "strict" && schema.keys.length + schema.buckets.length === 0) problems.push("a schema needs at least one key or bucket, or nothing would be compared");
  if (schema.keys.length + schema.tokens.length + 3 * schema.filters.length > 64) problems.push("too many keys, tokens and filters: keys + tokens + 3 x filters may not exceed 64");
  // what follows takes names and views for granted
  if (problems.length > 0) return problems;
  if (schema.profile === "standard" && schema.filters.length > 0 && schema.buckets.length === 0) problems.push("filters of profile standard are compared within a bucket: add one, of date_of_birth");
  if (schema.profile !== "plain" && schema.weakened !== true) problems.push(...softSpots(schema, schema.profile, kinds));
  const atoms = usedAtoms(schema).length;
  if (atoms + schema.filters.length > NUMBER_BITS) problems.push(`${atoms} views and ${schema.filters.length} filters are too many: views in use + filters may not exceed ${NUMBER_BITS}`);
  if (schema.filters.some(({ fields }) => fields.length > 1) && (schema.filters.length > 1 || schema.keys.length + schema.tokens.length > 0)) problems.push("a filter over several fields stands alone: no other filter, key or token beside it");
  else if (carriedFacts(schema) > NUMBER_BITS) problems.push(`keys and filters are too many to weigh together: keys over several fields, and 2 to 5 for each anchored filter, may not exceed ${NUMBER_BITS}`);
  return problems;
}

/** Null masks and the facts that evidence is weighed by (linkage/lattice.ts) go through numbers, which are exact to this many bits. */
const NUMBER_BITS = 53;

/** Facts over several comparison groups: keys, and for a filter that is anchored or bucketed each of its levels. */
function carriedFacts(schema: LinkageSchema): number {
  const groups = comparisonGroups(schema);
  const names: readonly (string | undefined)[] = nameOrder(schema) === undefined ? [] : namesOf(schema.fields);
  // whatever tells of a name tells of the order of names too
  const spans = (parts: readonly string[]): boolean => parts.some((part) => names.includes(part.split(".")[0])) || new Set(parts.map((part) => groups.findIndex(({ fields }) => fields.some(({ field }) => field === part.split(".")[0])))).size > 1;
  const bucket = schema.profile === "standard" ? (schema.buckets[0]?.parts ?? []) : [];
  const ofFilters = schema.filters.filter(({ fields, anchor }) => fields.length === 1 && spans([...fields, ...anchor, ...bucket]));
  return [...schema.keys.map((key) => key.parts), ...schema.tokens.map((token) => [token])].filter(spans).length + ofFilters.reduce((sum, filter) => sum + distanceLimits(filter).length + 1, 0);
}

/** Least diffusion, values and records of a bucket in the hardened profiles: below them attacks succeed that the audit must find powerless. */
const LEAST = { diffusion: 10, minimumValues: 5, minimumRecords: 64 };

/** Where a schema falls short of what its profile's name promises. */
function softSpots(schema: LinkageSchema, profile: Exclude<Profile, "plain">, kinds: ReadonlyMap<string, FieldKindName>): string[] {
  const problems: string[] = [];
  const demand = (met: boolean, where: string, what: string): void => {
    if (!met) problems.push(`${where}: profile ${profile} demands ${what}`);
  };
  const holdsDate = (anchor: readonly string[]): boolean =>
    schema.fields.some(({ name: field, kind }) => kind === "date_of_birth" && (anchor.includes(field) || fieldKinds.date_of_birth.determinedBy.every((view) => anchor.includes(`${field}.${view}`))));
  schema.filters.forEach(({ fields, anchor, diffusion }, i) => {
    demand(diffusion >= LEAST.diffusion, `filters[${i}].diffusion`, `at least ${LEAST.diffusion}`);
    if (profile === "strict") demand(fields.length > 1, `filters[${i}].fields`, "one filter over several fields");
    else demand(holdsDate(anchor), `filters[${i}].anchor`, "the whole date of birth in it");
  });
  schema.keys.forEach(({ parts }, i) => {
    const fields = new Set(parts.map((part) => part.split(".")[0]!));
    demand(fields.size > 1 || kinds.get([...fields][0]!) === "health_number", `keys[${i}].parts`, "views of at least two fields (a health number may stand alone)");
  });
  schema.buckets.forEach((bucket, i) => {
    for (const limit of ["minimumValues", "minimumRecords"] as const) demand(bucket[limit] >= LEAST[limit], `buckets[${i}].${limit}`, `at least ${LEAST[limit]}`);
  });
  return problems;
}

function suggest(word: string, known: readonly string[]): string {
  const guess = nearest(word, known);
  return guess === undefined ? "" : ` (did you mean "${guess}"?)`;
}

/**
 * SHA-256, in hex, of what must agree between departments: everything but notes and the reference for editors.
 */
export function schemaDigest(schema: LinkageSchema): string {
  const { version, scheme, profile, weakened, duplicates, expectedRecords, fields, filters, keys, buckets, tokens, maximumSharing } = schema;
  const agreed = [
    version,
    scheme,
    profile,
    expectedRecords,
    fields.map((field) => [field.name, field.kind]),
    filters.map((filter) => [filter.name, filter.fields, filter.anchor, filter.bits, filter.hashes, filter.diffusion]),
    keys.map((key) => key.parts),
    buckets.map((bucket) => [bucket.parts, bucket.minimumValues, bucket.minimumRecords]),
    tokens,
    maximumSharing,
    ...(weakened === true ? ["weakened"] : []),
    ...(duplicates === true ? ["duplicates"] : []),
  ];
  return createHash("sha256").update(JSON.stringify(agreed)).digest("hex");
}
