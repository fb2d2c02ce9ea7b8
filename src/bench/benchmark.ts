import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Evaluation } from "../report/evaluate.ts";
import type { Statistics } from "../report/statistics.ts";
import { type FilterLists, type KernelRun, THRESHOLD, diceSpeed, gramFilters, hammingSpeed, randomFilters } from "./kernel-speed.ts";
import { type Result, type Stage, ours } from "./result.ts";
import { runMeasured } from "./run-measured.ts";

export interface BenchmarkOptions {
  /** Records of each file. */
  readonly sizes: readonly number[];
  readonly stages: readonly Stage[];
  readonly repeats: number;
  readonly threads: number;
  /** Where invented people and everything made of them are kept. */
  readonly home: string;
  /** Other tools, each run between two of ours. */
  readonly peers?: Peers;
  readonly onProgress: (stage: string, done: number, total: number) => void;
}

export interface Peers {
  readonly kernel: { readonly tool: string; /** All pairs with a Dice coefficient of at least `threshold`. */ readonly run: (filters: FilterLists, threshold: number) => Promise<KernelRun> };
  readonly hash: { readonly tool: string; readonly run: (csv: string) => Promise<{ seconds: number; records: number; cpuSeconds: number; peakMemory: number }> };
  readonly link: { readonly tool: string; readonly run: (csvs: readonly [string, string], truth: string) => Promise<{ seconds: number; compareSeconds: number; pairs: number; truePairs: number; f1: number; cpuSeconds: number; peakMemory: number }> };
}

const KERNEL_ROWS = 20_000;
/** Splink and saltlink find different links; more than a hundredth fewer is less work. */
const LINK_SLACK = 0.01;

/** Runs the stages at every size, ours and the peers' by turns, and collects what they cost. */
export async function benchmark(options: BenchmarkOptions): Promise<Result[]> {
  const { sizes, stages, repeats, onProgress } = options;
  const results = new Results();
  const total = repeats * (sizes.length + (stages.includes("kernel") ? 1 : 0));
  let done = 0;
  onProgress("measuring", 0, total);
  if (stages.includes("kernel")) {
    const works = [
      { work: "kernel: near within 1/5 of 1024 random bits", filters: randomFilters(KERNEL_ROWS), speed: hammingSpeed },
      { work: `kernel: Dice >= ${THRESHOLD} on plain filters`, filters: gramFilters(KERNEL_ROWS), speed: diceSpeed },
    ].map(({ work, filters, speed }) => ({ work, filters, compare: speed(filters) }));
    for (const { compare } of works) compare(); // the first call compiles
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const { work, filters, compare } of works) {
        const common = { work, records: filters.rows, unit: "pairs", units: filters.rows ** 2, slack: 0, bytesPerRecord: filters.bytes.length / 2 / filters.rows } as const;
        const add = (tool: string, { found, pairs, ...cost }: KernelRun): void => results.add({ ...common, tool, proof: found, same: pairs }, cost);
        add(ours, compare());
        // unrelated random filters are as far from the one limit as from the other, so that both find the planted pairs
        const peer = options.peers?.kernel;
        if (peer !== undefined) add(peer.tool, await peer.run(filters, THRESHOLD));
      }
      onProgress("measuring", ++done, total);
    }
  }
  if (stages.some((stage) => stage !== "kernel")) {
    for (const records of sizes) {
      await benchmarkSize(records, options, results, () => onProgress("measuring", ++done, total));
    }
  }
  return results.list;
}

/** Larger files take peers longer than anybody waits, and more memory than most machines have. */
const MOST_FOR_PEERS = 1e6;

async function benchmarkSize(records: number, { home, stages, repeats, threads, peers: all }: BenchmarkOptions, results: Results, onRepeat: () => void): Promise<void> {
  const peers = records <= MOST_FOR_PEERS ? all : undefined;
  const at = (name: string): string => join(home, String(records), name);
  if (!existsSync(at("truth.csv"))) await runMeasured(["synth", "--records", String(records), "--seed", "bench", "--uniform", "--out", at("")]);
  const [census, tax, truth, schema, salt] = ["census.csv", "tax.csv", "truth.csv", "link.schema.json", "bench.salt"].map(at) as [string, string, string, string, string];
  if (!existsSync(salt)) await runMeasured(["keygen", "--project", "bench", "--out", salt]);
  await runMeasured(["schema", "init", census, tax, "--out", schema, "--force"]);
  allowSharing(schema);
  const hash = (csv: string, count: number): ReturnType<typeof runMeasured> => runMeasured(["hash", csv, "--schema", schema, "--salt", salt, "--out", csv.replace(/csv$/, "parquet"), "--threads", String(count), "--force", "--json"]);

  for (let repeat = 0; repeat < repeats; repeat++) {
    const a = await hash(census, threads);
    const encoded = (JSON.parse(a.stdout) as { hashed: number }).hashed;
    if (encoded !== records) throw new Error("not every record was hashed");
    const hashing = { records, unit: "records", units: records, proof: encoded, slack: 0 } as const;
    const bytesPerRecord = Math.round(statSync(at("census.parquet")).size / records);
    if (stages.includes("hash")) {
      results.add({ ...hashing, work: "hash", tool: ours, bytesPerRecord }, a);
      const peer = await peers?.hash.run(census);
      if (peer !== undefined) results.add({ ...hashing, work: "hash", tool: peers!.hash.tool, proof: peer.records }, peer);
      if (threads > 1) {
        const single = await hash(census, 1);
        results.add({ ...hashing, work: "hash, 1 thread", tool: ours, bytesPerRecord }, single);
      }
    }
    if (stages.includes("link") || stages.includes("end-to-end")) {
      const b = await hash(tax, threads);
      const run = at("run");
      const c = await runMeasured(["link", at("census.parquet"), at("tax.parquet"), "--out", run, "--threads", String(threads), "--force", "--json"]);
      const { rules } = JSON.parse(c.stdout) as Statistics;
      const pairs = rules.reduce((sum, rule) => sum + rule.pairs, 0);
      // the same bytes come out every time, so the first run stands for all
      const { proof, f1 } = results.first("link", records) ?? (await evaluate(run, truth, [at("census.lookup.csv"), at("tax.lookup.csv")]));
      const linking = { records, tool: ours, proof, slack: LINK_SLACK, ...(f1 === undefined ? {} : { f1 }) };
      const comparing = ["blocking", "comparing", "merging"].reduce((sum, stage) => sum + (c.stages[stage] ?? 0), 0);
      results.add({ ...linking, work: "link: block and compare", unit: "pairs", units: pairs }, { seconds: comparing });
      results.add({ ...linking, work: "link", unit: "records", units: 2 * records }, c);
      results.add({ ...linking, work: "hash both and link", unit: "records", units: 2 * records }, { seconds: a.seconds + b.seconds + c.seconds, cpuSeconds: a.cpuSeconds + b.cpuSeconds + c.cpuSeconds, peakMemory: Math.max(a.peakMemory, b.peakMemory, c.peakMemory) });
      const peer = await peers?.link.run([census, tax], truth);
      if (peer !== undefined) {
        const theirs = { ...linking, tool: peers!.link.tool, proof: peer.truePairs, f1: peer.f1 };
        results.add({ ...theirs, work: "link: block and compare", unit: "pairs", units: peer.pairs }, { seconds: peer.compareSeconds });
        for (const work of ["link", "hash both and link"]) results.add({ ...theirs, work, unit: "records", units: 2 * records }, peer);
      }
    }
    onRepeat();
  }
}

async function evaluate(run: string, truth: string, lookups: readonly string[]): Promise<Pick<Result, "proof" | "f1">> {
  const { rightLinks, f1 } = JSON.parse((await runMeasured(["evaluate", run, "--truth", truth, "--lookup", ...lookups, "--json"])).stdout) as Evaluation;
  return { proof: rightLinks, f1 };
}

/** A benchmark asks for speed whatever the keys of the invented people share; the limit is for people. */
function allowSharing(schema: string): void {
  writeFileSync(schema, JSON.stringify({ ...(JSON.parse(readFileSync(schema, "utf8")) as object), maximumSharing: 1 }));
}

interface PartialCost {
  readonly seconds: number;
  readonly cpuSeconds?: number;
  readonly peakMemory?: number;
}

class Results {
  readonly list: Result[] = [];

  add(result: Omit<Result, "seconds" | "cpuSeconds" | "peakMemory">, { seconds, cpuSeconds, peakMemory }: PartialCost): void {
    let known = this.list.find(({ work, tool, records }) => work === result.work && tool === result.tool && records === result.records);
    if (known === undefined) this.list.push((known = { ...result, seconds: [], cpuSeconds: [] }));
    known.seconds.push(seconds);
    if (cpuSeconds !== undefined) known.cpuSeconds.push(cpuSeconds);
    if (peakMemory !== undefined) known.peakMemory = Math.max(known.peakMemory ?? 0, peakMemory);
  }

  /** Ours, once it has been measured. */
  first(wanted: string, size: number): Result | undefined {
    return this.list.find(({ work, tool, records }) => work === wanted && tool === ours && records === size);
  }
}
