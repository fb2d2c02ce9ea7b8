// Runs the whole job, at its defaults, on public benchmark data with a known truth and prints one table: what the links are worth and what saltlink thought they were.
// usage: node dist/bench/quality.js [--data FOLDER] [--profile NAME]... [--set NAME]... [--json]
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import type { Evaluation } from "../src/report/evaluate.ts";

interface BenchmarkSet {
  readonly name: string;
  /** One file is searched for duplicates, two are linked. */
  readonly files: readonly string[];
  readonly truth: string;
  /** Columns that are the truth or give it away, or that peers are not given. */
  readonly leaveOut?: readonly string[];
  /** Column of the ids that the truth is written in, where it is not recognised. */
  readonly id?: string;
}

const ons = { files: ["ons-essnet/census.csv", "ons-essnet/cis.csv"], truth: "ons-essnet/truth_pairs_census_cis.csv" };
const tufts = (damage: string): BenchmarkSet => ({ name: `tufts ${damage}`, files: ["tufts-100-patients/original.csv", `tufts-100-patients/${damage}.csv`], truth: `tufts-100-patients/truth_pairs_${damage}.csv` });
const SETS: readonly BenchmarkSet[] = [
  { name: "ons census x cis", ...ons },
  { name: "ons without address", ...ons, leaveOut: ["address", "house_number", "street"] },
  { name: "ons, year of birth only", ...ons, leaveOut: ["dob_day", "dob_mon"] },
  { name: "ons without date of birth", ...ons, leaveOut: ["dob_day", "dob_mon", "dob_year"] },
  { name: "febrl4", files: ["febrl4/febrl4a.csv", "febrl4/febrl4b.csv"], truth: "febrl4/truth_pairs.csv", leaveOut: ["soc_sec_id"] },
  { name: "febrl-dsgen-D-10k", files: ["febrl-dsgen-D-10k/org.csv", "febrl-dsgen-D-10k/dup.csv"], truth: "febrl-dsgen-D-10k/truth_pairs.csv" },
  { name: "clkhash-dirty1000", files: ["clkhash-dirty1000/dirty_1000_50_1.csv", "clkhash-dirty1000/dirty_1000_50_2.csv"], truth: "clkhash-dirty1000/truth_pairs.csv" },
  ...["capitalization", "missing-data", "off-by-1"].map(tufts),
  { name: "rldata500 --dedupe", files: ["rldata500/RLdata500.csv"], truth: "rldata500/truth_pairs.csv" },
  { name: "splink-fake-1000 --dedupe", files: ["splink-fake-1000/fake_1000.csv"], truth: "splink-fake-1000/truth_pairs.csv", leaveOut: ["cluster"] },
];

const { values } = parseArgs({ options: { data: { type: "string", default: "../shared/data" }, profile: { type: "string", multiple: true, default: ["plain", "standard"] }, set: { type: "string", multiple: true }, json: { type: "boolean" } } });
const command = fileURLToPath(new URL("../bin/saltlink.js", import.meta.url));
const run = promisify(execFile);
const saltlink = async (...argv: string[]): Promise<string> => (await run(process.execPath, [command, "--quiet", ...argv], { maxBuffer: 1 << 30 })).stdout;

async function judge(set: BenchmarkSet, profile: string, home: string): Promise<Evaluation> {
  mkdirSync(home);
  const inputs = set.files.map((file) => join(home, basename(file)));
  set.files.forEach((file, i) => copyFileSync(join(values.data, file), inputs[i]!));
  const present = new Set(inputs.flatMap((input) => readFileSync(input, "utf8").split(/\r?\n/, 1)[0]!.split(",").map((name) => name.trim())));
  const salt = join(home, "project.salt");
  const schema = join(home, "link.schema.json");
  await saltlink("keygen", "--project", "bench", "--out", salt);
  await saltlink("schema", "init", ...inputs, "--out", schema, "--profile", profile, ...(set.leaveOut ?? []).flatMap((column) => (present.has(column) ? ["--leave-out", column] : [])));
  const hashed = inputs.map((input) => input.replace(/\.csv$/, ".parquet"));
  for (const [i, input] of inputs.entries()) await saltlink("hash", input, "--schema", schema, "--salt", salt, "--out", hashed[i]!, ...(profile === "plain" ? ["--accept-frequency-risk"] : []), ...(set.id === undefined ? [] : ["--id", set.id]));
  await saltlink("link", ...hashed, "--out", join(home, "run"), ...(hashed.length === 1 ? ["--dedupe"] : []));
  const lookups = hashed.map((file) => file.replace(/\.parquet$/, ".lookup.csv"));
  return JSON.parse(await saltlink("evaluate", join(home, "run"), "--truth", join(values.data, set.truth), "--lookup", ...lookups, "--json")) as Evaluation;
}

if (!existsSync(values.data)) {
  console.log(`skipped: no folder ${values.data} (name it with --data)`);
} else {
  const home = mkdtempSync(join(tmpdir(), "saltlink-quality-"));
  const results: ({ set: string; profile: string } & Evaluation)[] = [];
  const columns = ["F1", "precision", "recall", "reached", "est. precision", "est. recall"];
  if (values.json !== true) console.log(`| data | profile | ${columns.join(" | ")} |\n|---|---|${columns.map(() => "---|").join("")}`);
  try {
    for (const set of SETS.filter(({ name }) => values.set === undefined || values.set.some((part) => name.startsWith(part)))) {
      for (const profile of values.profile) {
        const result = await judge(set, profile, join(home, `${results.length}`));
        results.push({ set: set.name, profile, ...result });
        const { f1, precision, recall, pair_completeness, estimated_precision, estimated_recall } = result;
        if (values.json !== true) console.log(`| ${set.name} | ${profile} | ${[f1, precision, recall, pair_completeness, estimated_precision, estimated_recall].map((figure) => figure.toFixed(4)).join(" | ")} |`);
      }
    }
    if (values.json === true) console.log(JSON.stringify(results, undefined, 2));
  } finally {
    rmSync(home, { recursive: true });
  }
}
