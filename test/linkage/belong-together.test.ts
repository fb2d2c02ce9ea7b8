import { describe, expect, it } from "vitest";
import { keyCommitment } from "../../src/custodian/sub-key.ts";
import { SaltlinkError } from "../../src/errors.ts";
import { type FORMAT, type Header, parseHeader } from "../../src/exchange/header.ts";
import type { HashedFile } from "../../src/exchange/read-hashed-file.ts";
import { checkBelongTogether } from "../../src/linkage/belong-together.ts";
import { type LinkageSchema, schemaDigest } from "../../src/schema/linkage-schema.ts";
import { standardSchema } from "../example-schema.ts";
import { exampleHeader } from "../hashed-file.ts";

const SECRET = Uint8Array.from({ length: 32 }, (_, i) => 7 * i);
const header = (schema: LinkageSchema = standardSchema, secret = SECRET, project = "tests", digest = "a"): Header => ({ ...exampleHeader(1), project, schema, schemaDigest: schemaDigest(schema), keyCommitment: keyCommitment({ project, secret }), contentDigest: digest.repeat(64) });
const link = (one: Header, two: Header): void => checkBelongTogether({ path: "a.parquet", header: one } as HashedFile, { path: "b.parquet", header: two } as HashedFile);
const first = <T extends object>(items: readonly T[], change: Partial<T>): T[] => items.map((item, i) => (i === 0 ? { ...item, ...change } : item));
const { fields, filters, keys, buckets } = standardSchema;

const mismatches: [string, Header, string][] = [
  ...Array.from({ length: 32 }, (_, byte): [string, Header, string] => [`bit ${byte % 8} of byte ${byte} of the salt`, header(standardSchema, SECRET.map((value, i) => (i === byte ? value ^ (1 << byte % 8) : value))), "salt"]),
  ...["test", "tests2", "tests-", "other"].map((project): [string, Header, string] => [`project ${project}`, header(standardSchema, SECRET, project), `project (tests and ${project})`]),
  ...(
    [
      ["profile", { profile: "plain" }, "profile (standard and plain)"],
      ["profile and keys", { profile: "strict", keys: [] }, "profile (standard and strict), schema (keys)"],
      ["number of records", { expectedRecords: 1001 }, "schema (expectedRecords)"],
      ["limit of sharing", { maximumSharing: 0.051 }, "schema (maximumSharing)"],
      ["weakening", { weakened: true }, "schema (weakened)"],
      ["name of a field", { fields: first(fields, { name: "given_name" }) }, "schema (fields)"],
      ["kind of a field", { fields: first(fields, { kind: "surname" }) }, "schema (fields)"],
      ["order of fields", { fields: fields.toReversed() }, "schema (fields)"],
      ["name of a filter", { filters: first(filters, { name: "given" }) }, "schema (filters)"],
      ["anchor of a filter", { filters: first(filters, { anchor: ["date_of_birth", "surname.initial"] }) }, "schema (filters)"],
      ["bits of a filter", { filters: first(filters, { bits: 1024 }) }, "schema (filters)"],
      ["hashes of a filter", { filters: first(filters, { hashes: 11 }) }, "schema (filters)"],
      ["diffusion of a filter", { filters: first(filters, { diffusion: 11 }) }, "schema (filters)"],
      ["a filter less", { filters: filters.slice(1) }, "schema (filters)"],
      ["parts of a key", { keys: first(keys, { parts: ["surname", "postcode"] }) }, "schema (keys)"],
      ["order of keys", { keys: keys.toReversed() }, "schema (keys)"],
      ["parts of a bucket", { buckets: first(buckets, { parts: ["date_of_birth", "sex"] }) }, "schema (buckets)"],
      ["values of a bucket", { buckets: first(buckets, { minimumValues: 6 }) }, "schema (buckets)"],
      ["records of a bucket", { buckets: first(buckets, { minimumRecords: 65 }) }, "schema (buckets)"],
      ["tokens", { tokens: ["sex"] }, "schema (tokens)"],
    ] as [string, Partial<LinkageSchema>, string][]
  ).map(([what, change, named]): [string, Header, string] => [what, header({ ...standardSchema, ...change }), named]),
];

describe("two hashed files that differ", () => {
  it.each(mismatches)("in the %s are refused, and told in what", (_, other, named) => {
    let refusal: unknown;
    try {
      link(header(), other);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(SaltlinkError);
    expect(refusal).toMatchObject({ exitCode: 4, message: `a.parquet and b.parquet do not belong together: they differ in ${named}; hash both with the same salt and schema` });
  });

  it.each<[string, (written: Header) => void, RegExp]>([
    ["format", (written) => (written.format = "saltlink-hashed-9" as typeof FORMAT), /another format/],
    ["scheme", (written) => (written.schema.scheme = "2" as typeof written.schema.scheme), /another encoding scheme/],
    ["version of the schema", (written) => (written.schema.version = 2 as typeof written.schema.version), /another version/],
  ])("in %s from what this program reads are refused as they are opened", (_, change, message) => {
    const written = structuredClone(header());
    change(written);
    expect(() => parseHeader(JSON.stringify(written), "b.parquet")).toThrow(expect.objectContaining({ exitCode: 4, message: expect.stringMatching(message) as unknown }) as Error);
  });

  it("are as many kinds as were promised, and each is the other's too", () => {
    expect(mismatches.length + 3).toBeGreaterThanOrEqual(50);
    for (const [, other] of mismatches) expect(() => link(other, header())).toThrow(/do not belong together/);
  });

  it("in notes, rows or label alone are linked, but not one file with itself", () => {
    const noted = { ...standardSchema, $schema: "x", keys: first(keys, { gain: 0.5 }) };
    expect(() => link(header(), { ...header(noted, SECRET, "tests", "b"), dataset: "other", rows: 3 })).not.toThrow();
    expect(() => link(header(), header())).toThrow(/are the same file/);
  });
});
