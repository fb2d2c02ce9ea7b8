// How true saltlink's own figures are: invented departments in twelve settings, several seeds each, linked at the defaults; per setting the mean distance of estimated from true precision and recall, in points, and how often the
// 95 % intervals hold the truth.
// usage: node dist/bench/calibration.js [--seeds 20] [--records 10000] [--profile standard] [--set NAME]... [--json]
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { type Evaluation, isWithin } from "../src/report/evaluate.ts";

interface Setting {
  readonly name: string;
  readonly synth?: readonly string[];
  /** Columns that are not recognised. */
  readonly leaveOut?: readonly string[];
  /** Of the second file only every so manieth record is kept. */
  readonly keepEvery?: number;
  /** Files of several departments' records each, so that people are in one of them twice; one file is searched for duplicates. */
  readonly files?: readonly (readonly string[])[];
  readonly link?: readonly string[];
}

// `synth` has no exact half and double of the error rates: low is 0.4, high 2.2 times the usual
const SETTINGS: readonly Setting[] = [
  ...["0.01", "0.05", "0.2", "0.5", "0.95"].map((overlap): Setting => ({ name: `overlap ${Number(overlap) * 100} %`, synth: ["--overlap", overlap] })),
  { name: "errors low", synth: ["--errors", "low"] },
  { name: "errors high", synth: ["--errors", "high"] },
  { name: "one to four", keepEvery: 4 },
  { name: "no sex, no postcode", leaveOut: ["sex", "gender", "postcode"] },
  // half of the people in a department are in each other
  ...[
    { name: "many to one", files: [["census", "tax"], ["schools"]], link: ["--many-to-one"] },
    { name: "many to many", files: [["census", "tax"], ["schools", "census-2"]], link: ["--many-to-many"] },
    { name: "duplicates", files: [["census", "tax"]], link: ["--dedupe"] },
  ].map((setting): Setting => ({ ...setting, synth: ["--overlap", "0.5", "--departments", "4", "--uniform"] })),
];

const { values } = parseArgs({
  options: { seeds: { type: "string", default: "20" }, records: { type: "string", default: "10000" }, profile: { type: "string", default: "standard" }, set: { type: "string", multiple: true }, json: { type: "boolean" } },
});
const command = fileURLToPath(new URL("../bin/saltlink.js", import.meta.url));
const run = promisify(execFile);
const saltlink = async (...argv: string[]): Promise<string> => (await run(process.execPath, [command, "--quiet", ...argv], { maxBuffer: 1 << 30 })).stdout;

/** The schema is that of the setting's first seed: files of one kind have one schema. */
async function judge(setting: Setting, seed: number, schema: string, salt: string, home: string): Promise<Evaluation> {
  mkdirSync(home);
  const at = (name: string): string => join(home, name);
  await saltlink("synth", "--records", values.records, "--seed", `calibration ${setting.name} ${seed}`, "--out", home, ...(setting.synth ?? []));
  if (setting.keepEvery !== undefined) thin(home, setting.keepEvery);
  const files = setting.files === undefined ? ["census", "tax"] : stacked(home, setting.files);
  if (seed === 1) await saltlink("schema", "init", ...files.map((name) => at(`${name}.csv`)), "--out", schema, "--profile", values.profile, ...(setting.leaveOut ?? []).flatMap((column) => ["--leave-out", column]));
  for (const name of files) await saltlink("hash", at(`${name}.csv`), "--schema", schema, "--salt", salt, "--out", at(`${name}.parquet`), ...(values.profile === "plain" ? ["--accept-frequency-risk"] : []));
  await saltlink("link", ...files.map((name) => at(`${name}.parquet`)), "--out", at("run"), ...(setting.link ?? []));
  return JSON.parse(await saltlink("evaluate", at("run"), "--truth", at("truth.csv"), "--lookup", ...files.map((name) => at(`${name}.lookup.csv`)), "--json")) as Evaluation;
}

/** Puts departments' records into one file a side, and their true pairs into one truth; the names of the files. */
function stacked(home: string, files: NonNullable<Setting["files"]>): string[] {
  const stack = (out: string, names: readonly string[]): void => {
    const parts = names.map((name) => readFileSync(join(home, `${name}.csv`), "utf8").trim().split("\n"));
    writeFileSync(join(home, `${out}.csv`), `${[parts[0]![0], ...parts.flatMap(([, ...rows]) => rows)].join("\n")}\n`);
  };
  files.forEach((names, side) => stack(`side-${side}`, names));
  const [a, b] = files as [readonly string[], (readonly string[])?];
  const pairs = b === undefined ? [[a[0]!, a[1]!] as const] : a.flatMap((one) => b.map((other) => [one, other] as const));
  stack("truth", pairs.map(([one, other]) => (one === "census" && other === "tax" ? "truth" : `truth-${one}-${other}`)));
  return files.map((_, side) => `side-${side}`);
}

/** Keeps every so manieth record of the second department (its rows are in random order), and the true pairs of those. */
function thin(home: string, keepEvery: number): void {
  const lines = (name: string): string[] => readFileSync(join(home, name), "utf8").trim().split("\n");
  const [header, ...rows] = lines("tax.csv");
  const kept = rows.filter((_, i) => i % keepEvery === 0);
  const ids = new Set(kept.map((row) => row.split(",", 1)[0]));
  writeFileSync(join(home, "tax.csv"), `${[header, ...kept].join("\n")}\n`);
  writeFileSync(join(home, "truth.csv"), `${lines("truth.csv").filter((line, i) => i === 0 || ids.has(line.split(",")[1])).join("\n")}\n`);
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
const points = (share: number): string => (100 * share).toFixed(2);

const home = mkdtempSync(join(tmpdir(), "saltlink-calibration-"));
try {
  const salt = join(home, "project.salt");
  await saltlink("keygen", "--project", "bench", "--out", salt);
  const results: { setting: string; seed: number; evaluation: Evaluation }[] = [];
  if (values.json !== true) {
    console.log("| setting | seeds | precision | off by | mean error | held | width | recall | off by | mean error | held | width |\n|---|---|---|---|---|---|---|---|---|---|---|---|");
  }
  for (const [s, setting] of SETTINGS.entries()) {
    if (values.set !== undefined && !values.set.some((part) => setting.name.startsWith(part))) continue;
    const found: Evaluation[] = [];
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      const folder = join(home, `${s}-${seed}`);
      const evaluation = await judge(setting, seed, join(home, `${s}.json`), salt, folder);
      rmSync(folder, { recursive: true });
      found.push(evaluation);
      results.push({ setting: setting.name, seed, evaluation });
    }
    const columns = (truth: (e: Evaluation) => number, estimated: (e: Evaluation) => number, interval: (e: Evaluation) => readonly [number, number]): string[] => [
      mean(found.map(truth)).toFixed(4),
      points(mean(found.map((e) => Math.abs(estimated(e) - truth(e))))),
      points(mean(found.map((e) => estimated(e) - truth(e)))),
      `${found.filter((e) => isWithin(truth(e), interval(e))).length}`,
      points(mean(found.map((e) => interval(e)[1] - interval(e)[0]))),
    ];
    const row = [
      setting.name,
      `${found.length}`,
      ...columns((e) => e.precision, (e) => e.estimated_precision, (e) => e.estimated_precision_interval),
      ...columns((e) => e.recall, (e) => e.estimated_recall, (e) => e.estimated_recall_interval),
    ];
    if (values.json !== true) console.log(`| ${row.join(" | ")} |`);
  }
  if (values.json === true) console.log(JSON.stringify(results, undefined, 2));
} finally {
  rmSync(home, { recursive: true });
}
