import { chmodSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { lookupPath, rejectsPath } from "../custodian/companion-files.ts";
import type { HashOptions, HashSummary } from "../custodian/hash-dataset.ts";
import { hashFile } from "../custodian/hash-file.ts";
import { SaltlinkError, fileError } from "../errors.ts";
import { headerPath } from "../exchange/written-form.ts";
import { claimPartial, commitPartial, discardPartial } from "../output/partial-file.ts";
import { type AuditReport, audit } from "./audit.ts";

/**
 * Hashes, audits what came out, and only then gives it its name. Until then all outputs lie in a directory `OUTPUT.PID.partial`, which goes when the audit is red, fails or is interrupted.
 * @throws SaltlinkError (audit) when red; no hashed file, lookup or rejects file is left.
 */
export async function auditedHash(options: HashOptions, onStage: (stage: string, done: number, total: number) => void): Promise<{ summary: HashSummary; report: AuditReport }> {
  const { output, force } = options;
  const workshop = claimPartial(output, force);
  // that one is there already is better said now than in the end
  for (const path of [lookupPath(output), rejectsPath(output)]) discardPartial(claimPartial(path, force));
  if (output.endsWith(".csv")) discardPartial(claimPartial(headerPath(output), force));
  try {
    mkdirSync(workshop, { mode: 0o700 });
    chmodSync(workshop, 0o700);
  } catch (error) {
    throw fileError(error, "write", output);
  }
  try {
    const { input, encoding, map, threads, schema, salt } = options;
    const inside = await hashFile({ ...options, output: join(workshop, basename(output)) }, onStage);
    const report = await audit({ hashed: inside.output, lookup: inside.lookup, input, encoding, map, threads, schema, salt, onProgress: onStage });
    if (report.red) {
      const names = [...new Set(report.findings.filter(({ verdict }) => verdict === "red").map(({ attack }) => attack))].join(", ");
      throw new SaltlinkError("audit", `the audit of what would have been ${output} is red (${names}): nothing was written; agree on a schema that shows less, or see the figures with saltlink audit on a file hashed without --require-audit, which must then stay here`);
    }
    // the hashed file last: when it has its name, the others have theirs
    const keep = (from: string, to: string): string => {
      commitPartial(from, to, force);
      return to;
    };
    const lookup = keep(inside.lookup, lookupPath(output));
    const rejects = inside.rejects === undefined ? undefined : keep(inside.rejects, rejectsPath(output));
    if (rejects === undefined && force) rmSync(rejectsPath(output), { force: true }); // an earlier run's
    if (output.endsWith(".csv") && existsSync(headerPath(inside.output))) keep(headerPath(inside.output), headerPath(output));
    keep(inside.output, output);
    return { summary: { ...inside, output, lookup, rejects }, report };
  } finally {
    discardPartial(workshop);
  }
}
