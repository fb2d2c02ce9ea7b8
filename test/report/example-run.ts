import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ReportedRun } from "../../src/report/report.ts";
import type { Statistics } from "../../src/report/statistics.ts";

type Deep<T> = T extends readonly [infer A, infer B] ? [A, B] : T extends readonly (infer Item)[] ? Deep<Item>[] : T extends object ? { -readonly [K in keyof T]: Deep<T[K]> } : T;

/** A made-up run of two files with subgroups: figures that fit together, small counts among them. */
export function exampleRun(change: (statistics: Deep<Statistics>) => void = () => {}): ReportedRun {
  const thresholds = [0.05, 0.2, 0.5, 0.8, 0.95, 0.99];
  const quality = (links: number, wrongLinks: number, missedLinks: number): Deep<Statistics["thresholds"]>[number] => ({
    threshold: 0,
    links,
    wrongLinks,
    missedLinks,
    precision: 1 - wrongLinks / links,
    recall: (links - wrongLinks) / (links - wrongLinks + missedLinks),
    wrongLinksInterval: [Math.floor(wrongLinks / 3), 3 * wrongLinks + 4],
    missedLinksInterval: [Math.floor(missedLinks / 2), 2 * missedLinks + 3],
    precisionInterval: [1 - (3 * wrongLinks + 4) / links, 1 - Math.floor(wrongLinks / 3) / links],
    recallInterval: [links / (links + 2 * missedLinks + 3), links / (links + Math.floor(missedLinks / 2))],
  });
  const rows = thresholds.map((threshold, i) => ({ ...quality(8300 - 40 * i * i, Math.round(60 / (1 + i * i)), 130 + 30 * i * i), threshold }));
  const chosen = rows[2]!;
  const fields = ["forename", "surname", "date_of_birth"];
  const group = (value: string, records: number, linked: number, missedLinks: number, worse = false): NonNullable<Deep<Statistics>["subgroups"]>[number]["groups"][number] => ({
    value,
    records,
    linked,
    linkRate: linked / records,
    linkRateInterval: [Math.max(0, linked / records - 0.02), Math.min(1, linked / records + 0.02)],
    estimatedPrecision: 0.998,
    precisionInterval: [0.99, 1],
    estimatedRecall: linked / (linked + missedLinks),
    recallInterval: [linked / (linked + 2 * missedLinks + 3), linked / (linked + missedLinks / 2)],
    missedLinks,
    missedLinksInterval: [Math.floor(missedLinks / 2), 2 * missedLinks + 3],
    worse,
    worseIn: worse ? ["recall"] : [],
  });
  const statistics: Deep<Statistics> = {
    tool: "saltlink 0.1.0",
    mode: "one-to-one",
    threshold: 0.5,
    schema: { profile: "standard", scheme: "2-draft", expectedRecords: 10_000, maximumSharing: 0.05, fields: [{ name: "forename", kind: "forename" }, { name: "surname", kind: "surname" }, { name: "date_of_birth", kind: "date_of_birth" }], filters: [{ name: "forename", fields: ["forename"], anchor: ["date_of_birth"], bits: 512, hashes: 10, diffusion: 10 }] },
    datasets: ["schools", "<b>homes</b>"].map((dataset, i) => ({ dataset, records: 10_000 - 500 * i, rejected: 3, missing: { forename: 123, surname: 4, date_of_birth: 1200 }, placeholders: { forename: 5, surname: 0, date_of_birth: 40 }, unusable: { forename: 2, surname: 0, date_of_birth: 15 }, sharing: [0.012, 0.0004], bucketBits: [8] })),
    pairs: { all: 95_000_000, candidates: 11_000, reductionRatio: 1 - 11_000 / 95_000_000 },
    rules: [
      { kind: "key", parts: ["forename.initial", "surname.phonetic", "date_of_birth.year"], blocks: 7000, largestBlock: 12, pairs: 9000, found: 9000, skippedBlocks: 0, skippedPairs: 0, lostMatches: 0, estimatedMatches: 7900.4, onlyHere: 210.3 },
      { kind: "key", parts: ["surname.start", "date_of_birth"], blocks: 6500, largestBlock: 4, pairs: 6900, found: 6900, skippedBlocks: 0, skippedPairs: 0, lostMatches: 0, estimatedMatches: 6880.2, onlyHere: 3.2 },
      { kind: "bucket", parts: ["date_of_birth"], blocks: 200, largestBlock: 3000, pairs: 400_000, found: 8100, skippedBlocks: 0, skippedPairs: 0, lostMatches: 0, estimatedMatches: 8000.1, onlyHere: 44.5 },
    ],
    model: {
      matches: 8330,
      reached: 0.99,
      clustering: 1.4,
      relatives: { household: 420.3, twins: 6.2 },
      careSpread: 0.7,
      duplicates: [3.2, 0],
      iterations: 12,
      converged: true,
      groups: fields.map((field) => ({ group: field, fields: [field], states: [{ state: "far", m: 0.0006, u: 0.97, weight: Math.log2(0.0006 / 0.97) }, { state: "near+initial", m: 0.0494, u: 0.02, weight: Math.log2(0.0494 / 0.02) }, { state: "equal", m: 0.95, u: 0.01, weight: Math.log2(95) }] })),
      unexplainedPairs: 2,
      fit: { misfit: 0.004, worst: [], doubts: [] },
    },
    histogram: [[-10, 2400, 1, 0], [-5, 300, 12, 4], [0, 40, 20, 15], [5, 6, 5, 5], [10, 250, 245, 240], [15, 3000, 2999, 2990], [20, 5004, 5003, 4890]].map(([from, pairs, estimatedMatches, links]) => ({ from: from!, to: from! + 5, pairs: pairs!, estimatedMatches: estimatedMatches!, links: links! })),
    links: { count: chosen.links, tied: 7 },
    estimated: { ...chosen, matches: chosen.links - chosen.wrongLinks + chosen.missedLinks, f1: (2 * chosen.precision * chosen.recall) / (chosen.precision + chosen.recall), reached: 0.985 },
    thresholds: rows,
    subgroups: [
      { dataset: "schools", stratum: "sex", groups: [group("female", 4900, 4050, 110), group("male", 5093, 4086, 138), group("unknown", 7, 4, 2)] },
      { dataset: "schools", stratum: "free_school_meals", groups: [group("no", 8000, 6600, 150), group("yes", 2000, 1540, 100, true)] },
    ],
  };
  delete (statistics.estimated as { threshold?: number; links?: number }).threshold;
  delete (statistics.estimated as { threshold?: number; links?: number }).links;
  change(statistics);
  return {
    statistics,
    manifest: {
      format: "saltlink-run-1",
      tool: statistics.tool,
      inputs: statistics.datasets.map(({ dataset, records }, i) => ({ path: `../${i}.parquet`, dataset, records, contentDigest: `${i}`.repeat(64) })),
      project: "example",
      schemaDigest: "a".repeat(64),
      mode: statistics.mode,
      threshold: statistics.threshold,
      blockCap: 1_000_000,
      links: "links.csv",
    },
  };
}

/** Puts a run where `report` reads it. */
export function writeExampleRun(directory: string, { statistics, manifest }: ReportedRun): string {
  mkdirSync(directory);
  writeFileSync(join(directory, "statistics.json"), JSON.stringify(statistics));
  writeFileSync(join(directory, "manifest.json"), JSON.stringify(manifest));
  return directory;
}
