// Runs the whole job, at its defaults, on public benchmark data with a known truth and prints one table: what the links are worth and what saltlink thought they were.
// With --peers also what the tools that bench/peers.sh installs make of the same fields, at their own threshold and, in brackets, at the best one, which only the truth can tell; with --records invented departments of that size instead.
// usage: node dist/bench/quality.js [--data FOLDER | --records N] [--profile NAME]... [--set NAME]... [--peers] [--json]
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import type { Evaluation } from "../src/report/evaluate.ts";
import { readColumns } from "../src/report/read-columns.ts";
import { Truth } from "../src/report/truth.ts";
import { writePeople } from "./peers/people.ts";
import { peersAreInstalled, runPeer } from "./peers/run-peer.ts";
import { type PeerFigures, connected, judge as judgeLinks, oneToOne, readScoredPairs } from "./peers/scored-links.ts";

interface BenchmarkSet {
  readonly name: string;
  /** One file is searched for duplicates, two are linked. */
  readonly files: readonly string[];
  readonly truth: string;
  /** Columns that are the truth or give it away, or that tools are not given for comparison's sake. */
  readonly leaveOut?: readonly string[];
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

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/data" },
    profile: { type: "string", multiple: true, default: ["plain", "standard"] },
    set: { type: "string", multiple: true },
    records: { type: "string" },
    peers: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const command = fileURLToPath(new URL("../bin/saltlink.js", import.meta.url));
const run = promisify(execFile);
const saltlink = async (...argv: string[]): Promise<string> => (await run(process.execPath, [command, "--quiet", ...argv], { maxBuffer: 1 << 30 })).stdout;

/** Copies of a set's files, with their column maps beside them, and the schema that they agree on. */
async function agree(set: BenchmarkSet, profile: string, home: string): Promise<{ inputs: string[]; schema: string }> {
  mkdirSync(home);
  const inputs = set.files.map((file) => join(home, basename(file)));
  set.files.forEach((file, i) => copyFileSync(resolve(values.data, file), inputs[i]!));
  const present = new Set(inputs.flatMap((input) => readFileSync(input, "utf8").split(/\r?\n/, 1)[0]!.split(",").map((name) => name.trim())));
  const schema = join(home, "link.schema.json");
  await saltlink("schema", "init", ...inputs, "--out", schema, "--profile", profile, ...(set.leaveOut ?? []).flatMap((column) => (present.has(column) ? ["--leave-out", column] : [])));
  return { inputs, schema };
}

async function judge(set: BenchmarkSet, profile: string, home: string): Promise<Evaluation> {
  const { inputs, schema } = await agree(set, profile, home);
  const salt = join(home, "project.salt");
  await saltlink("keygen", "--project", "bench", "--out", salt);
  const hashed = inputs.map((input) => input.replace(/\.csv$/, ".parquet"));
  for (const [i, input] of inputs.entries()) await saltlink("hash", input, "--schema", schema, "--salt", salt, "--out", hashed[i]!, ...(profile === "plain" ? ["--accept-frequency-risk"] : []));
  await saltlink("link", ...hashed, "--out", join(home, "run"), ...(hashed.length === 1 ? ["--dedupe"] : []));
  const lookups = hashed.map((file) => file.replace(/\.parquet$/, ".lookup.csv"));
  return JSON.parse(await saltlink("evaluate", join(home, "run"), "--truth", resolve(values.data, set.truth), "--lookup", ...lookups, "--json")) as Evaluation;
}

/** Each scores pairs, of which links are made alike: one-to-one from the best down, or within one file the connected components. */
const PEERS: Readonly<Record<string, { script: string; /** The score from which a pair is a link. */ threshold: number; /** All pairs are compared: no larger files. */ mostRecords: number }>> = {
  splink: { script: "splink_links.py", threshold: 0, mostRecords: Infinity }, // match weight 0 is probability 0.5
  anonlink: { script: "anonlink_links.py", threshold: 0.8, mostRecords: 100_000 },
};

async function judgePeers(set: BenchmarkSet, home: string): Promise<Record<string, PeerFigures>> {
  const { inputs } = await agree(set, "plain", home);
  const people = inputs.map((input) => input.replace(/\.csv$/, ".people.csv"));
  const rows: Map<string, number>[] = [];
  for (const [i, input] of inputs.entries()) rows.push(await writePeople(input, people[i]!));
  const truth = Truth.of((await readColumns(resolve(values.data, set.truth), ["id_a", "id_b"])) as [string, string][], rows[0]!, rows.at(-1)!);
  const figures: Record<string, PeerFigures> = {};
  for (const [peer, { script, threshold, mostRecords }] of Object.entries(PEERS)) {
    if (rows[0]!.size > mostRecords) continue;
    const pairs = join(home, `${peer}.csv`);
    await runPeer(script, [pairs, ...people]);
    figures[peer] = judgeLinks((people.length === 1 ? connected : oneToOne)(readScoredPairs(pairs)), threshold, truth);
  }
  return figures;
}

/** Two departments of the generator: households, twins, movers, married names. */
async function invent(records: number, home: string): Promise<BenchmarkSet> {
  await saltlink("synth", "--records", String(records), "--overlap", "0.8", "--seed", "1", "--out", home);
  return { name: `invented, ${records.toLocaleString("en")}`, files: ["census.csv", "tax.csv"].map((file) => join(home, file)), truth: join(home, "truth.csv") };
}

if (values.records === undefined && !existsSync(values.data)) {
  console.log(`skipped: no folder ${values.data} (name it with --data)`);
} else if (values.peers && !peersAreInstalled()) {
  console.error("the peers are not installed: run bench/peers.sh first");
  process.exitCode = 2;
} else {
  const home = mkdtempSync(join(tmpdir(), "saltlink-quality-"));
  const results: ({ set: string; profile: string; peers?: Record<string, PeerFigures> } & Evaluation)[] = [];
  const columns = ["F1", "precision", "recall", "reached", "est. precision", "est. recall", ...(values.peers ? Object.keys(PEERS).map((peer) => `${peer} F1 (best)`) : [])];
  if (!values.json) console.log(`| data | profile | ${columns.join(" | ")} |\n|---|---|${columns.map(() => "---|").join("")}`);
  try {
    const sets = values.records === undefined ? SETS : [await invent(Number(values.records), join(home, "invented"))];
    for (const [s, set] of sets.filter(({ name }) => values.set === undefined || values.set.some((part) => name.startsWith(part))).entries()) {
      const peers = values.peers ? await judgePeers(set, join(home, `${s} peers`)) : undefined;
      for (const profile of values.profile) {
        const result = await judge(set, profile, join(home, `${s} ${profile}`));
        results.push({ set: set.name, profile, ...result, ...(peers === undefined ? {} : { peers }) });
        const { f1, precision, recall, pair_completeness, estimated_precision, estimated_recall } = result;
        const ours = [f1, precision, recall, pair_completeness, estimated_precision, estimated_recall].map((figure) => figure.toFixed(4));
        const theirs = peers === undefined ? [] : Object.keys(PEERS).map((peer) => (peers[peer] === undefined ? "not run" : `${peers[peer].f1.toFixed(4)} (${peers[peer].best.f1.toFixed(4)})`));
        if (!values.json) console.log(`| ${set.name} | ${profile} | ${[...ours, ...theirs].join(" | ")} |`);
      }
    }
    if (values.json) console.log(JSON.stringify(results, undefined, 2));
  } finally {
    rmSync(home, { recursive: true });
  }
}
