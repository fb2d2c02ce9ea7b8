import { SaltlinkError } from "../errors.ts";
import type { HashedFile } from "../exchange/read-hashed-file.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";

/** Refuses files that cannot be linked with each other, and says in what they differ. @throws SaltlinkError (mismatch) */
export function checkBelongTogether(a: HashedFile, b: HashedFile): void {
  const differences: string[] = [];
  const one = a.header;
  const two = b.header;
  if (one.project !== two.project) differences.push(`project (${one.project} and ${two.project})`);
  if (one.schema.profile !== two.schema.profile) differences.push(`profile (${one.schema.profile} and ${two.schema.profile})`);
  if (one.schemaDigest !== two.schemaDigest) differences.push(`schema (${schemaDifference(one.schema, two.schema)})`);
  // the commitment depends on the project: where that differs it says nothing of the salt
  if (one.keyCommitment !== two.keyCommitment && one.project === two.project) differences.push("salt");
  if (differences.length > 0) {
    throw new SaltlinkError("mismatch", `${a.path} and ${b.path} do not belong together: they differ in ${differences.join(", ")}; hash both with the same salt and schema`);
  }
  if (one.contentDigest === two.contentDigest) throw new SaltlinkError("mismatch", `${a.path} and ${b.path} are the same file; to find duplicates within it: saltlink link ${a.path} --dedupe --out run`);
}

function schemaDifference(one: LinkageSchema, two: LinkageSchema): string {
  const parts = (["fields", "filters", "keys", "buckets", "tokens"] as const).filter((part) => JSON.stringify(agreed(one, part)) !== JSON.stringify(agreed(two, part)));
  if (one.expectedRecords !== two.expectedRecords) return ["expectedRecords", ...parts].join(", ");
  return parts.length > 0 ? parts.join(", ") : "limits";
}

function agreed(schema: LinkageSchema, part: "fields" | "filters" | "keys" | "buckets" | "tokens"): unknown {
  return part === "keys" ? schema.keys.map((key) => key.parts) : schema[part];
}
