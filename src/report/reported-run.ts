import { join } from "node:path";
import { z } from "zod";
import { SaltlinkError } from "../errors.ts";
import type { ReportedRun } from "./report.ts";
import { readManifest, readStatistics } from "./run-directory.ts";

const count = z.number().min(0);
const share = z.number().min(0).max(1);
const shares = z.tuple([share, share]);
const counts = z.tuple([count, count]);
const label = z.string().max(200);
const perField = z.record(z.string(), count);
const quality = { precision: share, recall: share, wrongLinks: count, missedLinks: count, precisionInterval: shares, recallInterval: shares, wrongLinksInterval: counts, missedLinksInterval: counts };

/** What a report needs of `statistics.json`; more may stand there. */
const statisticsShape = z.object({
  tool: label,
  mode: z.enum(["one-to-one", "many-to-one", "many-to-many", "dedupe"]),
  threshold: share,
  schema: z.object({
    profile: label,
    scheme: label,
    fields: z.array(z.object({ name: label, kind: label })),
    filters: z.array(z.object({ name: label, fields: z.array(label), anchor: z.array(label), bits: count, hashes: count, diffusion: count })),
    expectedRecords: count,
    maximumSharing: share,
  }),
  datasets: z.array(z.object({ dataset: label, records: count, hashed: count.optional(), rejected: count, missing: perField, placeholders: perField, unusable: perField, sharing: z.array(share), bucketBits: z.array(count) })).min(1).max(2),
  pairs: z.object({ all: count, candidates: count, reductionRatio: share }),
  rules: z.array(z.object({ kind: z.enum(["key", "bucket"]), parts: z.array(label), largestBlock: count, pairs: count, skippedBlocks: count, skippedPairs: count, lostMatches: count, estimatedMatches: count, onlyHere: count })),
  model: z.object({
    clustering: count,
    relatives: z.record(z.string(), count),
    iterations: count,
    converged: z.boolean(),
    groups: z.array(z.object({ group: label, fields: z.array(label), states: z.array(z.object({ state: label, m: share, u: share, weight: z.number().nullable() })) })),
    unexplainedPairs: count,
    duplicates: z.array(count),
    fit: z.object({ doubts: z.array(z.object({ kind: z.enum(["unsettled", "indistinct", "too many matches", "few matches", "runaway", "rare agreement", "misfit"]), group: label.optional() })) }),
  }),
  histogram: z.array(z.object({ from: z.number(), to: z.number(), pairs: count, estimatedMatches: count, links: count })),
  links: z.object({ count, tied: count }),
  estimated: z.object({ ...quality, matches: count, f1: share, reached: share, targetReached: z.boolean().optional() }),
  thresholds: z.array(z.object({ threshold: share, links: count, ...quality })),
  subgroups: z
    .array(
      z.object({
        dataset: label,
        stratum: label,
        groups: z.array(
          z.object({
            value: label,
            records: count,
            linked: count,
            linkRate: share,
            linkRateInterval: shares,
            estimatedPrecision: share,
            precisionInterval: shares,
            estimatedRecall: share,
            recallInterval: shares,
            missedLinks: count,
            missedLinksInterval: counts,
            worse: z.boolean(),
            worseIn: z.array(z.enum(["recall", "link rate"])),
          }),
        ),
      }),
    )
    .optional(),
});

const manifestShape = z.object({ inputs: z.array(z.object({ dataset: label, records: count, contentDigest: z.string().length(64) })), project: label, schemaDigest: z.string().length(64), blockCap: count, threshold: share, mode: label, links: label });

/** Reads what a report is made from, and nothing row-level. @throws SaltlinkError when it is no run, of another version or damaged */
export function readReportedRun(run: string): ReportedRun {
  const manifest = readManifest(run);
  const statistics = readStatistics(run);
  for (const [name, shape, value] of [["manifest.json", manifestShape, manifest], ["statistics.json", statisticsShape, statistics]] as const) {
    const result = shape.safeParse(value);
    if (result.success) continue;
    const at = result.error.issues[0]!.path.map(String).join(".");
    throw new SaltlinkError("input", `${join(run, name)} is damaged or of another version of saltlink${at === "" ? "" : ` (${at})`}; link again`);
  }
  const same = manifest.inputs.length === statistics.datasets.length && manifest.inputs.every(({ dataset, records }, i) => dataset === statistics.datasets[i]!.dataset && records === statistics.datasets[i]!.records);
  if (!same || manifest.threshold !== statistics.threshold || manifest.mode !== statistics.mode) throw new SaltlinkError("input", `${run}: manifest.json and statistics.json are of different runs; link again`);
  return { manifest, statistics };
}
