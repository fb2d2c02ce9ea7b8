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
  const inSchema = schemaDifference(one.schema, two.schema);
  if (inSchema.length > 0) differences.push(`schema (${inSchema.join(", ")})`);
  else if (one.schemaDigest !== two.schemaDigest && one.schema.profile === two.schema.profile) throw new Error("schemas differ in what nobody names");
  // the commitment depends on the project: where that differs it says nothing of the salt
  if (one.keyCommitment !== two.keyCommitment && one.project === two.project) differences.push("salt");
  if (differences.length > 0) {
    throw new SaltlinkError("mismatch", `${a.path} and ${b.path} do not belong together: they differ in ${differences.join(", ")}; hash both with the same salt and schema`);
  }
  if (one.contentDigest === two.contentDigest) throw new SaltlinkError("mismatch", `${a.path} and ${b.path} are the same file; to find duplicates within it: saltlink link ${a.path} --dedupe --out run`);
}

/** What of the schema differs, save its profile, which is told by itself; notes are not part of what is agreed on. */
function schemaDifference(one: LinkageSchema, two: LinkageSchema): string[] {
  const [agreedOne, agreedTwo] = [one, two].map(({ expectedRecords, maximumSharing, weakened, fields, filters, keys, buckets, tokens }) => ({ expectedRecords, maximumSharing, weakened: weakened === true, fields, filters, keys: keys.map(({ parts }) => parts), buckets, tokens }));
  return Object.keys(agreedOne!).filter((part) => JSON.stringify(agreedOne![part as keyof typeof agreedOne]) !== JSON.stringify(agreedTwo![part as keyof typeof agreedTwo]));
}
