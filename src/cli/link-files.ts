import { type HashedFile, openHashedFile } from "../exchange/read-hashed-file.ts";
import { checkBelongTogether } from "../linkage/belong-together.ts";
import { clusterLinks } from "../linkage/cluster.ts";
import type { Doubt } from "../linkage/fit.ts";
import { type Forecast, forecast, linkDatasets } from "../linkage/link-datasets.ts";
import type { LinkThreads } from "../linkage/link-threads.ts";
import { memorySize } from "../linkage/memory-plan.ts";
import type { Cardinality } from "../linkage/solve.ts";
import { PartialFile, discardPartial } from "../output/partial-file.ts";
import { leftOut } from "../report/left-out.ts";
import { claimRun, writeLinks, writeRun } from "../report/run-directory.ts";
import { type Interval, type Statistics, statisticsOf } from "../report/statistics.ts";
import { withholdsShared } from "../schema/withheld.ts";
import { warnOfMissing } from "./field-warnings.ts";
import { ruleName } from "./rule-name.ts";
import { printSubgroups, warnOfSubgroups } from "./subgroup-summary.ts";
import { type Terminal, count, counted, percent, seconds, table } from "./terminal.ts";

export interface LinkCommandOptions {
  out?: string;
  dedupe?: boolean;
  manyToOne?: boolean;
  manyToMany?: boolean;
  threshold: number;
  targetPrecision?: number;
  format: "csv" | "parquet";
  blockCap: number;
  dryRun?: boolean;
  report?: string;
  memory?: number;
  threads: number;
  json?: boolean;
  force?: boolean;
}

/** What `link` does once its threads have been started. `started`: when it was called. */
export async function linkFiles(paths: readonly string[], options: LinkCommandOptions, threads: LinkThreads, terminal: Terminal, started: number): Promise<void> {
  const progress = terminal.progress();
  const files: HashedFile[] = [];
  let partial: string | undefined;
  let page: PartialFile | undefined;
  try {
    // loaded where it is asked for, as it takes as long to load as all the rest
    const format = options.report === undefined ? undefined : (await import("../report/report-formats.ts")).formatOf(options.report);
    if (options.report !== undefined) page = new PartialFile(options.report, { force: options.force === true });
    if (options.out !== undefined && options.dryRun !== true) partial = claimRun(options.out, options.force === true);
    for (const path of paths) files.push(await openHashedFile(path, { later: true })); // linking verifies them
    const [a, b] = files as [HashedFile, HashedFile?];
    if (b !== undefined) checkBelongTogether(a, b);
    const common = { a, ...(b === undefined ? {} : { b }), threads, blockCap: options.blockCap, ...(options.memory === undefined ? {} : { memory: options.memory }), onProgress: progress.update };
    if (partial === undefined) {
      const forecasted = await forecast(common);
      progress.stop();
      if (options.json === true) terminal.json(forecasted);
      else printForecast(forecasted, terminal);
      return;
    }
    const cardinality: Cardinality = options.manyToOne === true ? "many-to-one" : options.manyToMany === true || options.dedupe === true ? "many-to-many" : "one-to-one";
    const { threshold, targetPrecision } = options;
    const links = `links.${options.format}` as const;
    const directory = partial;
    const linkage = await linkDatasets({
      ...common,
      cardinality,
      threshold,
      ...(targetPrecision === undefined ? {} : { targetPrecision }),
      onLinks: async (found) => {
        progress.update("writing", 0, 1);
        const clusters = options.dedupe === true ? clusterLinks(found.candidates, found.links, a.header.rows) : undefined;
        await writeLinks(directory, links, { found, clusters, fields: a.header.schema.fields.map(({ name }) => name) });
      },
    });
    const mode = options.dedupe === true ? "dedupe" : cardinality;
    const statistics = statisticsOf(linkage, files, mode, targetPrecision);
    writeRun(partial, options.out!, options.force === true, {
      statistics,
      files,
      manifest: { project: a.header.project, schemaDigest: a.header.schemaDigest, mode, threshold: linkage.threshold, blockCap: options.blockCap, links },
    });
    progress.stop();
    if (options.json === true) terminal.json(statistics);
    else printSummary(statistics, options.out!, { elapsed: performance.now() - started, peakBytes: linkage.peakBytes, foundAtHome: mode === "dedupe" && a.header.people !== undefined }, terminal);
    warn(statistics, terminal);
    if (page !== undefined) {
      const [{ reportText }, { reportOf }, { readReportedRun }] = await Promise.all([import("../report/report-formats.ts"), import("../report/report.ts"), import("../report/reported-run.ts")]);
      page.write(await reportText(format!, reportOf(readReportedRun(options.out!))));
      page.commit();
      terminal.note(`${options.report}: report, disclosure-controlled`);
    }
    if (withholdsShared(a.header.schema) && a.header.people === undefined && (mode === "dedupe" || statistics.model.duplicates.some((pairs, d) => isNotable(pairs, statistics.datasets[d]!)))) {
      terminal.warn("values of keys that records of a file share were withheld when it was hashed, those of one person's records among them; where files hold several records of a person, agree on a schema by which departments look for them first (saltlink schema init --duplicates) and hash again");
    }
  } finally {
    progress.stop();
    page?.discard();
    if (partial !== undefined) discardPartial(partial);
    for (const file of files) await file.close();
  }
}

function printForecast({ rules, bytes, seconds: time }: Forecast, terminal: Terminal): void {
  const cost = `about ${memorySize(bytes)} of memory and ${seconds(time * 1000)} on this machine, as busy as it is now`;
  if (rules.length === 0) {
    terminal.result(`nothing to compare: the department has found its own duplicates; ${cost}`);
    return;
  }
  terminal.result(table([["rule", "blocks", "pairs", "largest block", "skipped pairs"], ...rules.map((rule) => [ruleName(rule), count(rule.blocks), count(rule.pairs), count(rule.largestBlock), count(rule.skippedPairs)])]));
  const compared = rules.filter((rule) => rule.kind === "bucket").reduce((sum, rule) => sum + rule.pairs, 0);
  terminal.result(`\n${count(rules.reduce((sum, rule) => sum + rule.pairs, 0))} pairs, of which ${count(compared)} in buckets are dropped again when all their filters are far`);
  terminal.result(cost);
}

function printSummary(statistics: Statistics, out: string, { elapsed, peakBytes, foundAtHome }: { elapsed: number; peakBytes: number; foundAtHome: boolean }, terminal: Terminal): void {
  const { datasets, links, estimated, pairs } = statistics;
  const names = datasets.map(({ dataset, records }) => `${dataset} (${count(records)})`).join(" x ");
  terminal.result(`${terminal.strong(counted(links.count, "link"))} ${statistics.mode === "dedupe" ? `within ${names}` : `between ${names}`}, ${statistics.mode === "dedupe" ? "duplicates" : inWordsOf(statistics.mode)}`);
  terminal.result(
    table([
      // without a link there is nothing to be precise about
      ...(links.count === 0
        ? []
        : [
            ["estimated precision", percent(estimated.precision), between(estimated.precisionInterval), `about ${count(estimated.wrongLinks)} of the links are wrong (${counts(estimated.wrongLinksInterval)})`],
            ["estimated recall", percent(estimated.recall), between(estimated.recallInterval), `about ${count(estimated.missedLinks)} of ${count(estimated.matches)} matches are missing (${counts(estimated.missedLinksInterval)})`],
          ]),
      ["candidate pairs", count(pairs.candidates), ...(links.count === 0 ? [] : [""]), `of ${count(pairs.all)}${links.count === 0 || foundAtHome ? "" : `; the rules reach ${percent(estimated.reached)} of the matches`}`],
    ]),
  );
  if (foundAtHome) terminal.result(terminal.faint("  as the department found them itself before it hashed the file; nothing was compared here"));
  if (statistics.estimated.targetReached !== undefined) terminal.result(`  links with a probability of ${statistics.threshold} and above`);
  printSubgroups(statistics, terminal);
  if (links.count > 0) terminal.result(terminal.faint("  ranges are 95 % intervals; they hold as far as the model does (by threshold: statistics.json)"));
  terminal.result(terminal.faint(`  ${seconds(elapsed)}, ${Math.round(peakBytes / 2 ** 20)} MiB shared`));
  terminal.result(`${out}: links, statistics.json, manifest.json (row-level and exact: they stay in the linkage unit)`);
}

function between([low, high]: Interval): string {
  return low === high ? percent(low) : `${percent(low)} to ${percent(high)}`;
}

function counts([low, high]: Interval): string {
  return low === high ? count(low) : `${count(low)} to ${count(high)}`;
}

function warn(statistics: Statistics, terminal: Terminal): void {
  const { mode, threshold, estimated, model, rules, links, pairs } = statistics;
  warnOfSubgroups(statistics, terminal);
  for (const doubt of model.fit.doubts) terminal.warn(`${inWords(doubt)}: treat the estimates with caution (model.fit in statistics.json)`);
  if (links.count > 0 && model.reached < LEAST_REACHED) terminal.warn(`the rules reach ${percent(model.reached)} of the matches at best: how many are out of reach is guessed from those that are found, and can be far more where records are badly damaged`);
  warnOfLeftOut(statistics, terminal);
  for (const { dataset, records, hashed = records, missing } of statistics.datasets) warnOfMissing({ dataset, records: hashed, missing }, terminal);
  if (estimated.targetReached === false) terminal.warn(`no threshold reaches the precision asked for; these are the links above the strictest, ${threshold}`);
  const skipped = rules.filter((rule) => rule.skippedBlocks > 0);
  for (const rule of skipped) terminal.warn(`${ruleName(rule)}: ${count(rule.skippedPairs)} pairs in ${count(rule.skippedBlocks)} blocks above --block-cap were not looked at; about ${count(rule.lostMatches)} matches are lost with them`);
  if (links.count === 0) {
    const lower = statistics.thresholds.findLast((row) => row.threshold >= 0.5 && row.threshold < threshold && row.links > 0);
    if (lower !== undefined) terminal.warn(`no links: none has a probability of ${threshold} or more, and at --threshold ${lower.threshold} there are ${count(lower.links)}`);
    else terminal.warn(mode === "dedupe" ? "no links: the file seems to hold nobody twice, as far as its profile and rules can tell" : "no links: the files seem to share no people, as far as their profile and rules can tell");
  }
  if (model.unexplainedPairs > 0.01 * pairs.candidates && model.unexplainedPairs > 100) terminal.warn(`${count(model.unexplainedPairs)} candidate pairs do not fit the model and were left out`);
}

/** Names records that get no link because their person has others in the same file, whether the department has found these or they only show here. */
function warnOfLeftOut({ mode, datasets, model }: Statistics, terminal: Terminal): void {
  const names = datasets.map(({ dataset }) => dataset);
  const others = datasets.map(({ records, hashed = records }) => records - hashed);
  const known = leftOut(mode, others.map((further) => further > 0), names);
  for (const side of known.sides) terminal.warn(`${names[side]}: ${counted(others[side]!, "further record")} of people who have several there, as their department found, ${others[side] === 1 ? "has" : "have"} no link, as ${inWordsOf(mode)} links only one of each; link again ${known.advice} to link them too`);
  const seeming = leftOut(mode, model.duplicates.map((pairs, d) => isNotable(pairs, datasets[d]!)), names);
  for (const side of seeming.sides) terminal.warn(`about ${count(model.duplicates[side]!)} pairs of records within ${names[side]} seem to be one person's, and ${inWordsOf(mode)} links only one of each; link again ${seeming.advice} to link them too (saltlink link ${names[side]}.parquet --dedupe finds them)`);
}

function inWordsOf(mode: Statistics["mode"]): string {
  return mode.replaceAll("-", " ");
}

/** Share of the matches that rules must reach for what is missing to be told well by what is found. */
const LEAST_REACHED = 0.85;

/** Whether so many pairs within a dataset are worth a warning. */
function isNotable(pairs: number, { records }: Statistics["datasets"][number]): boolean {
  return pairs > Math.max(5, 0.001 * records);
}

function inWords(doubt: Doubt): string {
  switch (doubt.kind) {
    case "unsettled":
      return "the estimation did not settle";
    case "indistinct":
      return "profile strict cannot tell one person's records within a file from those of people who are alike: it finds equal records at best (use profile standard for --dedupe)";
    case "too many matches":
      return `the model sees ${count(Math.round(doubt.matches))} matches, more than the smaller file has records`;
    case "few matches":
      return `hardly any matches (about ${count(Math.round(doubt.matches))}) to learn from`;
    case "runaway":
      return "pairs with many errors are as common as the model allows; some may be relatives";
    case "rare agreement":
      return `matches seem to agree on ${doubt.group.replaceAll("_", " ")} in ${percent(doubt.share)} only`;
    default:
      return `the model does not foretell what ${percent(doubt.share)} of the matches look like`;
  }
}
