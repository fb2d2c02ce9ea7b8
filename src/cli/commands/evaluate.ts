import { join } from "node:path";
import { Option } from "commander";
import { SaltlinkError } from "../../errors.ts";
import type { HashedFile } from "../../exchange/read-hashed-file.ts";
import { ID_LENGTH } from "../../exchange/record-ids.ts";
import { recordsByCode } from "../../exchange/strata.ts";
import { candidatePairs } from "../../linkage/link-datasets.ts";
import { countReached } from "../../linkage/reached-pairs.ts";
import { defaultThreads } from "../../pool/workers.ts";
import { type Evaluation, type StratumCodes, evaluate, isWithin } from "../../report/evaluate.ts";
import { openInputs } from "../../report/open-inputs.ts";
import { type Manifest, readLinks, readManifest, readStatistics } from "../../report/run-directory.ts";
import type { Interval, Statistics } from "../../report/statistics.ts";
import { judgementOf } from "../../report/sections.ts";
import { RecordIdIndex } from "../../report/record-id-index.ts";
import { type Cells, scanColumns } from "../../report/scan-columns.ts";
import { TextIndex } from "../../report/text-index.ts";
import { Truth } from "../../report/truth.ts";
import { type Terminal, count, percent, table } from "../terminal.ts";
import { type AddCommand, wholeNumber } from "./command.ts";

interface EvaluateOptions {
  truth: string;
  lookup: string[];
  inputs?: string[];
  threads: number;
  json?: boolean;
}

export const addEvaluate: AddCommand = (program, { terminal }) => {
  program
    .command("evaluate")
    .description("compare a run with the truth, where the truth is known")
    .argument("<run>", "directory of a run")
    .requiredOption("--truth <file>", "CSV with id_a and id_b in the departments' own ids")
    .requiredOption("--lookup <file...>", "lookup files of the linked files, in their order")
    .addOption(new Option("--inputs <file...>", "the hashed files, if they have moved since the run"))
    .option("--threads <n>", "worker threads", wholeNumber, defaultThreads())
    .option("--json", "print the figures as JSON")
    .addHelpText("after", "\nExample:\n  saltlink evaluate run --truth truth_pairs.csv --lookup census.lookup.csv cis.lookup.csv")
    .action((run: string, options: EvaluateOptions) => evaluateRun(run, options, terminal));
};

async function evaluateRun(run: string, options: EvaluateOptions, terminal: Terminal): Promise<void> {
  const manifest = readManifest(run);
  const statistics = readStatistics(run);
  const inputs = manifest.inputs.length;
  if (options.lookup.length !== inputs) throw new SaltlinkError("usage", `the run has ${inputs} inputs, --lookup names ${options.lookup.length}`);
  const self = manifest.mode === "dedupe";
  const files = await openInputs(run, manifest, options.inputs);
  try {
    const rows = await Promise.all(files.map(async (file) => new RecordIdIndex(await file.readRecordIds())));
    const ownRows = await Promise.all(files.map((file, i) => ownIdRows(options.lookup[i]!, file, rows[i]!, files.length)));
    const [a, b] = files as [HashedFile, HashedFile?];
    const truth = new Truth((b ?? a).header.rows, self);
    await scanColumns(options.truth, ["id_a", "id_b"], ({ bytes, starts, ends }) => truth.add(ownRows[0]!.get(bytes, starts[0]!, ends[0]!), ownRows.at(-1)!.get(bytes, starts[1]!, ends[1]!)));
    truth.check();
    const links = await linkedRows(run, manifest, rows, statistics.links.count);
    const skips = statistics.rules.some(({ skippedBlocks }) => skippedBlocks > 0);
    const reached = skips ? await countAmongCandidates({ a, b, truth, blockCap: manifest.blockCap, threads: options.threads, terminal }) : await countReached(a, b ?? a, truth.rows());
    const evaluation = evaluate({ truth, reached, linksA: links.a, linksB: links.b, self, statistics, strata: await strataOf(files, statistics) });
    if (options.json === true) terminal.json(evaluation);
    else print(evaluation, terminal);
  } finally {
    for (const file of files) await file.close();
  }
}

/** The row of every own id, as a file's lookup has it. */
async function ownIdRows(lookup: string, file: HashedFile, rows: RecordIdIndex, inputs: number): Promise<TextIndex> {
  const ownRows = new TextIndex(file.header.rows);
  let found = 0;
  await scanColumns(lookup, ["record_id", "own_id"], ({ bytes, starts, ends }) => {
    const row = rows.get(bytes, starts[0]!, ends[0]!);
    if (row < 0) return;
    found++;
    ownRows.set(bytes, starts[1]!, ends[1]!, row);
  });
  if (found < file.header.rows) throw new SaltlinkError("mismatch", `${lookup} is not the lookup of ${file.path}: it lacks ${count(file.header.rows - found)} of its records${inputs === 2 ? "; are the two in the order of the files that were linked?" : ""}`);
  return ownRows;
}

/** Rows of the links of a run, as many as its statistics tell of: a file that was cut at the end of a line still reads well. */
async function linkedRows(run: string, manifest: Manifest, rows: readonly RecordIdIndex[], expected: number): Promise<{ a: Uint32Array; b: Uint32Array }> {
  const linked = { a: new Uint32Array(expected), b: new Uint32Array(expected) };
  const path = join(run, manifest.links);
  const damaged = (): SaltlinkError => new SaltlinkError("input", `${path} is damaged or was not written by link; link again`);
  let links = 0;
  const take = ({ bytes, starts, ends }: Cells): void => {
    const [rowA, rowB] = [rows[0]!.get(bytes, starts[0]!, ends[0]!), rows.at(-1)!.get(bytes, starts[1]!, ends[1]!)];
    if (rowA < 0 || rowB < 0 || links === expected) throw damaged();
    linked.a[links] = rowA;
    linked.b[links++] = rowB;
  };
  if (manifest.links === "links.csv") await scanColumns(path, ["record_id_a", "record_id_b"], take);
  else for (const { recordIdA, recordIdB } of await readLinks(run, manifest)) take({ bytes: Buffer.from(recordIdA + recordIdB), starts: Int32Array.of(0, ID_LENGTH), ends: Int32Array.of(ID_LENGTH, 2 * ID_LENGTH) });
  if (links < expected) throw damaged();
  return linked;
}

/** How many true pairs are among the candidates: which blocks were skipped, only blocking tells. */
async function countAmongCandidates({ a, b, truth, blockCap, threads, terminal }: { a: HashedFile; b: HashedFile | undefined; truth: Truth; blockCap: number; threads: number; terminal: Terminal }): Promise<number> {
  const progress = terminal.progress();
  const candidates = await candidatePairs({ a, ...(b === undefined ? {} : { b }), threads, blockCap, onProgress: progress.update });
  progress.stop();
  let reached = 0;
  for (let i = 0; i < candidates.count; i++) if (truth.has(candidates.rowsA[i]!, candidates.rowsB[i]!)) reached++;
  return reached;
}

/** Which group each record of the files is of, as far as the statistics tell of groups. */
async function strataOf(files: readonly HashedFile[], { subgroups = [] }: Statistics): Promise<StratumCodes[]> {
  const strata: StratumCodes[] = [];
  let next = 0;
  for (const [side, file] of files.entries()) {
    for (const [s, stratum] of file.header.strata.entries()) {
      const statistics = subgroups[next++];
      if (statistics === undefined) return strata; // a run of an earlier version
      const groups = recordsByCode(stratum, file.header.rows).flatMap((records, code) => (records === 0 ? [] : [code]));
      strata.push({ side, groupOf: Int32Array.from(await file.readStratum(s), (code) => groups.indexOf(code)), statistics });
    }
  }
  return strata;
}

function print(evaluation: Evaluation, terminal: Terminal): void {
  const { truePairs, links, rightLinks, precision, recall, f1, pair_completeness, reduction_ratio, estimated_precision, estimated_recall, estimated_precision_interval, estimated_recall_interval, unknown_pairs } = evaluation;
  terminal.result(`${count(rightLinks)} of ${count(links)} links are right; ${count(truePairs)} pairs are true`);
  terminal.result(
    table([
      ["", "truth", "estimated without it", "95 % interval, model-based"],
      // of no links there is no precision
      links === 0 ? ["precision", "-", "-"] : ["precision", precision.toFixed(4), estimated_precision.toFixed(4), against(precision, estimated_precision_interval)],
      ["recall", recall.toFixed(4), estimated_recall.toFixed(4), against(recall, estimated_recall_interval)],
      ["F1", f1.toFixed(4)],
      ["pair completeness", pair_completeness.toFixed(4)],
      ["reduction ratio", percent(reduction_ratio)],
    ]),
  );
  for (const { dataset, stratum, groups } of evaluation.subgroups ?? []) {
    terminal.result(
      `\n${dataset} by ${stratum}\n${table([
        ["", "true pairs", "precision", "estimated", "recall", "estimated", "95 % interval, model-based"],
        ...groups.map(({ value, truePairs: pairs, precision: right, recall: found, estimated }) => [
          `${value}${estimated.worse ? ` (${judgementOf(estimated)})` : ""}`,
          count(pairs),
          right.toFixed(4),
          estimated.estimatedPrecision.toFixed(4),
          found.toFixed(4),
          estimated.estimatedRecall.toFixed(4),
          against(found, estimated.recallInterval),
        ]),
      ])}`,
    );
  }
  if (unknown_pairs > 0) terminal.warn(`${count(unknown_pairs)} true pairs name ids that are not in the lookups (rejected rows, say); they count as missed`);
}

function against(truth: number, [low, high]: Interval): string {
  return `${low.toFixed(4)} to ${high.toFixed(4)}, ${isWithin(truth, [low, high]) ? "holds" : "does not hold"} the truth`;
}
