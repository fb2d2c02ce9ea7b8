// Measures saltlink as `saltlink bench` does and, with --peers, the tools that bench/peers.sh installs beside it, by turns in one run.
// usage: npm run bench -- [--records 1e4,1e5] [--stages kernel,hash,link,end-to-end] [--repeats N] [--threads N] [--peers] [--data DIRECTORY] [--svg FILE] [--json]
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Peers, benchmark } from "../src/bench/benchmark.ts";
import type { KernelRun } from "../src/bench/kernel-speed.ts";
import { machine } from "../src/bench/machine.ts";
import { plot } from "../src/bench/plot.ts";
import { type Stage, figuresOf, stages } from "../src/bench/result.ts";
import { resultTable } from "../src/bench/result-table.ts";
import { peersAreInstalled, runPeer } from "./peers/run-peer.ts";

const { values } = parseArgs({
  options: {
    records: { type: "string", default: "1e4,1e5" },
    stages: { type: "string", default: stages.join(",") },
    repeats: { type: "string", default: "3" },
    threads: { type: "string", default: String(availableParallelism()) },
    peers: { type: "boolean", default: false },
    data: { type: "string" },
    svg: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const threads = Number(values.threads);
const home = values.data ?? mkdtempSync(join(tmpdir(), "saltlink-speed-"));

interface PeerCost {
  peak_memory: number;
  cpu_seconds: number;
}

const costOf = ({ peak_memory, cpu_seconds }: PeerCost): { peakMemory: number; cpuSeconds: number } => ({ peakMemory: peak_memory, cpuSeconds: cpu_seconds });

interface LinkReply extends PeerCost {
  seconds: number;
  stages: { predict: number };
  candidate_pairs: number;
}

const peers: Peers = {
  kernel: {
    tool: "anonlink",
    async run({ rows, bytes }, threshold) {
      const { cpu_seconds: cpuSeconds, ...run } = await runPeer<Omit<KernelRun, "cpuSeconds"> & { cpu_seconds: number }>("anonlink_kernel.py", [String(rows), String(threshold)], bytes);
      return { ...run, cpuSeconds };
    },
  },
  hash: {
    tool: "clkhash",
    async run(csv) {
      const { seconds, records, ...cost } = await runPeer<{ seconds: number; records: number } & PeerCost>("clkhash_encode.py", [csv, String(threads)]);
      return { seconds, records, ...costOf(cost) };
    },
  },
  link: {
    tool: "splink (clear text)",
    async run(csvs, truth) {
      const links = join(home, "splink.links.csv");
      const reply = await runPeer<LinkReply>("splink_link.py", [...csvs, links, String(threads)]);
      const pairs = (path: string): string[] => readFileSync(path, "latin1").trim().split(/\r?\n/).slice(1);
      const [found, all] = [pairs(links), new Set(pairs(truth))];
      const truePairs = found.filter((pair) => all.has(pair)).length;
      return { seconds: reply.seconds, compareSeconds: reply.stages.predict, pairs: reply.candidate_pairs, truePairs, f1: (2 * truePairs) / (found.length + all.size), ...costOf(reply) };
    },
  },
};

if (values.peers && !peersAreInstalled()) {
  console.error("the peers are not installed: run bench/peers.sh first");
  process.exitCode = 2;
} else {
  mkdirSync(home, { recursive: true });
  try {
    const results = await benchmark({
      sizes: values.records.split(",").map(Number),
      stages: values.stages.split(",") as Stage[],
      repeats: Number(values.repeats),
      threads,
      home,
      ...(values.peers ? { peers } : {}),
      onProgress: (_, done, total) => console.error(`${done} of ${total}`),
    });
    const figures = figuresOf(results);
    if (values.json) console.log(JSON.stringify({ machine: machine(), threads, figures }, undefined, 2));
    else console.log(`${machine()}; ${threads} threads\n\n${resultTable(figures).map((cells, row) => `| ${cells.join(" | ")} |${row === 0 ? `\n|${"---|".repeat(cells.length)}` : ""}`).join("\n")}`);
    if (values.svg !== undefined) writeFileSync(values.svg, plot(results, `${machine()}; ${threads} threads`));
  } finally {
    if (values.data === undefined) rmSync(home, { recursive: true });
  }
}
