import { Option } from "commander";
import { SaltlinkError } from "../../errors.ts";
import type { HashedFile } from "../../exchange/read-hashed-file.ts";
import { recordIdTexts } from "../../exchange/record-ids.ts";
import { recordsByCode } from "../../exchange/strata.ts";
import { candidatePairs } from "../../linkage/link-datasets.ts";
import { defaultThreads } from "../../pool/pool.ts";
import { type Evaluation, type StratumCodes, evaluate, isWithin } from "../../report/evaluate.ts";
import { openInputs } from "../../report/open-inputs.ts";
import { readLinks, readManifest, readStatistics } from "../../report/run-directory.ts";
import type { Interval, Statistics } from "../../report/statistics.ts";
import { readColumns } from "../../report/read-columns.ts";
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
  const truePairs = (await readColumns(options.truth, ["id_a", "id_b"])) as [string, string][];
  const lookups = await Promise.all(options.lookup.map((path) => readColumns(path, ["record_id", "own_id"])));

  const files = await openInputs(run, manifest, options.inputs);
  try {
    const rows = await Promise.all(files.map(async (file) => new Map(recordIdTexts(await file.readRecordIds()).map((id, row) => [id, row]))));
    const ownIds = lookups.map((pairs, i) => {
      const found = pairs.flatMap(([recordId, ownId]): [string, number][] => {
        const row = rows[i]!.get(recordId!);
        return row === undefined ? [] : [[ownId!, row]];
      });
      if (found.length < rows[i]!.size) throw new SaltlinkError("mismatch", `${options.lookup[i]} is not the lookup of ${files[i]!.path}: it lacks ${count(rows[i]!.size - found.length)} of its records${files.length === 2 ? "; are the two in the order of the files that were linked?" : ""}`);
      return new Map(found);
    });
    const progress = terminal.progress();
    const [a, b] = files;
    const candidates = await candidatePairs({ a: a!, ...(b === undefined ? {} : { b }), threads: options.threads, blockCap: manifest.blockCap, onProgress: progress.update });
    progress.stop();
    const links = (await readLinks(run, manifest)).map(({ recordIdA, recordIdB }): [number, number] => [rows[0]!.get(recordIdA)!, (rows[1] ?? rows[0]!).get(recordIdB)!]);
    const evaluation = evaluate({ truth: new Truth(truePairs, ownIds[0]!, ownIds[1] ?? ownIds[0]!), links, candidates, self, statistics, strata: await strataOf(files, statistics) });
    if (options.json === true) terminal.json(evaluation);
    else print(evaluation, terminal);
  } finally {
    for (const file of files) await file.close();
  }
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
          `${value}${estimated.worse ? " (worse)" : ""}`,
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
