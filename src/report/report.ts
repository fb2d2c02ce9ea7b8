import { type Check, checksOf } from "./checks.ts";
import { type Disclosure, type Told, controlled, exact } from "./disclosure-control.ts";
import { type QualityFigures, type ToldInterval, qualityFigures } from "./quality-figures.ts";
import type { Doubt } from "../linkage/fit.ts";
import type { Manifest } from "./run-directory.ts";
import type { Statistics } from "./statistics.ts";

/**
 * What a report says: every figure of a run as it may be told, in the order of the guidance on linked data (GUILD: Gilbert et al. 2018): the files, cleaning, linkage variables, blocking, parameters, thresholds, quality by subgroup.
 * Pages, tables and JSON are made from this alone: nothing that writes a report sees an exact figure that it may not show.
 */
export interface Report {
  readonly format: "saltlink-report-1";
  readonly tool: string;
  /** Whether it holds exact figures and must stay in the linkage unit. */
  readonly restricted: boolean;
  readonly project: string;
  readonly mode: Statistics["mode"];
  readonly threshold: number;
  readonly files: readonly FileFigures[];
  readonly quality: QualityFigures & { readonly f1: Told; readonly reached: Told };
  readonly checks: readonly Check[];
  readonly pairs: { readonly all: Told; readonly candidates: Told; readonly reductionRatio: Told };
  readonly schema: Statistics["schema"];
  readonly rules: readonly RuleFigures[];
  readonly model: ModelFigures;
  readonly parameters: readonly { readonly group: string; readonly fields: readonly string[]; readonly outcomes: readonly OutcomeFigures[] }[];
  readonly weights: readonly WeightBin[];
  readonly thresholds: readonly (QualityFigures & { readonly threshold: number; readonly chosen: boolean })[];
  readonly subgroups: readonly { readonly dataset: string; readonly stratum: string; readonly groups: readonly SubgroupFigures[] }[];
  readonly reproduction: {
    readonly inputs: readonly { readonly dataset: string; readonly contentDigest: string }[];
    readonly schemaDigest: string;
    readonly blockCap: number;
    readonly linksFile: string;
  };
}

interface FileFigures {
  readonly dataset: string;
  readonly records: Told;
  /** Those for which another of their person stands, where the department has looked for its own people. */
  readonly furtherRecords?: Told;
  readonly rejected: Told;
  /** Share of its records that are linked, where a link takes a record of its own. */
  readonly linkRate: Told;
  readonly fields: readonly { readonly field: string; readonly missing: Told; readonly missingShare: Told; readonly placeholders: Told; readonly unusable: Told }[];
}

interface RuleFigures {
  readonly kind: "key" | "bucket";
  readonly parts: readonly string[];
  readonly pairs: Told;
  readonly largestBlock: Told;
  readonly skippedBlocks: number;
  readonly skippedPairs: number;
  /** Matches that skipping has lost, about. */
  readonly lostMatches: Told;
  readonly matches: Told;
  /** Share of all matches that it reaches. */
  readonly coverage: Told;
  readonly onlyHere: Told;
  /** Share of records whose value another has too, by file; keys alone have one. */
  readonly sharing: readonly Told[];
}

interface ModelFigures {
  readonly iterations: number;
  readonly converged: boolean;
  readonly clustering: number;
  readonly relatives: readonly { readonly name: string; readonly pairs: Told }[];
  readonly unexplainedPairs: Told;
  /** Pairs of records of one person within each file. */
  readonly duplicates: readonly Told[];
  /** Why the estimates may be worse than they look; their figures are in statistics.json. */
  readonly doubts: readonly { readonly kind: Doubt["kind"]; readonly group?: string }[];
  readonly tiedLinks: Told;
  readonly targetReached?: boolean;
}

/** How often a comparison comes out so among matches (m) and among random pairs (u), and its weight log2(m / u). */
interface OutcomeFigures {
  readonly outcome: string;
  readonly m: Told;
  readonly u: Told;
  readonly weight: Told;
}

interface WeightBin {
  readonly from: number;
  readonly to: number;
  readonly pairs: Told;
  readonly matches: Told;
  readonly others: Told;
  readonly links: Told;
}

interface SubgroupFigures {
  readonly value: string;
  readonly records: Told;
  readonly linked: Told;
  readonly linkRate: Told;
  readonly linkRateInterval: ToldInterval;
  readonly precision: Told;
  readonly precisionInterval: ToldInterval;
  readonly recall: Told;
  readonly recallInterval: ToldInterval;
  readonly missedLinks: Told;
  readonly missedLinksInterval: ToldInterval;
  readonly worse: boolean;
  readonly worseIn: readonly ("recall" | "link rate")[];
}

export interface ReportedRun {
  readonly statistics: Statistics;
  readonly manifest: Manifest;
}

/** @param full exact figures, for the linkage unit alone */
export function reportOf({ statistics, manifest }: ReportedRun, { full = false, audits = [] }: { full?: boolean; audits?: readonly AuditVerdict[] } = {}): Report {
  const disclosure = full ? exact : controlled;
  const { datasets, pairs, estimated, model, links } = statistics;
  const whole = mostLinks(statistics);
  const quality = qualityFigures({ ...estimated, links: links.count }, whole, disclosure);
  const matches = matchesOf(statistics, disclosure);
  const withoutChecks: Omit<Report, "checks"> = {
    format: "saltlink-report-1",
    tool: statistics.tool,
    restricted: disclosure.restricted,
    project: manifest.project,
    mode: statistics.mode,
    threshold: statistics.threshold,
    files: datasets.map((dataset, side) => fileFigures(dataset, side, statistics, disclosure)),
    quality: { ...quality, f1: full ? estimated.f1 : harmonicMean(quality.precision, quality.recall), reached: disclosure.share(matches * estimated.reached, matches, estimated.reached) },
    pairs: { all: disclosure.count(pairs.all), candidates: disclosure.count(pairs.candidates), reductionRatio: disclosure.share(pairs.all - pairs.candidates, pairs.all, pairs.reductionRatio) },
    schema: statistics.schema,
    rules: ruleFigures(statistics, matches, disclosure),
    model: {
      iterations: model.iterations,
      converged: model.converged,
      clustering: model.clustering,
      relatives: Object.entries(model.relatives).map(([name, count]) => ({ name, pairs: disclosure.count(count) })),
      unexplainedPairs: disclosure.count(model.unexplainedPairs),
      duplicates: model.duplicates.map((count) => disclosure.count(count)),
      doubts: model.fit.doubts.map((doubt) => ({ kind: doubt.kind, ...("group" in doubt ? { group: doubt.group } : {}) })),
      tiedLinks: disclosure.count(links.tied),
      ...(estimated.targetReached === undefined ? {} : { targetReached: estimated.targetReached }),
    },
    parameters: parameterFigures(statistics, matches, disclosure),
    weights: weightBins(statistics, disclosure),
    thresholds: thresholdFigures(statistics, whole, disclosure),
    subgroups: (statistics.subgroups ?? []).map(({ dataset, stratum, groups }) => ({ dataset, stratum, groups: subgroupFigures(groups, disclosure) })),
    reproduction: { inputs: manifest.inputs.map(({ dataset, contentDigest }) => ({ dataset, contentDigest })), schemaDigest: manifest.schemaDigest, blockCap: manifest.blockCap, linksFile: manifest.links },
  };
  return { ...withoutChecks, checks: checksOf(withoutChecks, audits) };
}

/** What `audit --json` found for one of the files. */
export interface AuditVerdict {
  readonly file: string;
  readonly verdict: "green" | "amber" | "red";
  /** The attacks that come near their limit, or go over it. */
  readonly attacks: readonly string[];
}

/** How many links there can be at most; undefined where records may have several partners. */
function mostLinks({ mode, datasets }: Statistics): number | undefined {
  if (mode === "one-to-one") return Math.min(...datasets.map(({ records }) => records));
  return mode === "many-to-one" ? datasets[0]!.records : undefined;
}

/** All matches, linked or not, as other figures are reckoned against them: a few wrong links must not show in a share of them. */
function matchesOf(statistics: Statistics, disclosure: Disclosure): number {
  const { estimated, links } = statistics;
  if (disclosure.restricted) return estimated.matches;
  return disclosure.reckoned(links.count, mostLinks(statistics)) - disclosure.reckoned(estimated.wrongLinks) + disclosure.reckoned(estimated.missedLinks);
}

function fileFigures({ dataset, records, hashed: counted, rejected, missing, placeholders, unusable }: Statistics["datasets"][number], side: number, { mode, schema, links }: Statistics, disclosure: Disclosure): FileFigures {
  const hashed = counted ?? records;
  const linksOnce = mode === "one-to-one" || (mode === "many-to-one" && side === 0);
  return {
    dataset,
    records: disclosure.count(records),
    ...(counted === undefined ? {} : { furtherRecords: disclosure.count(records - counted, records) }),
    rejected: disclosure.count(rejected),
    linkRate: linksOnce ? disclosure.share(links.count, records) : null,
    fields: schema.fields.map(({ name }) => {
      const gone = missing[name] ?? 0;
      return { field: name, missing: disclosure.count(gone, hashed), missingShare: disclosure.share(gone, hashed), placeholders: disclosure.count(placeholders[name] ?? 0, gone), unusable: disclosure.count(unusable[name] ?? 0, gone) };
    }),
  };
}

function ruleFigures({ rules, datasets }: Statistics, matches: number, disclosure: Disclosure): RuleFigures[] {
  let key = 0;
  return rules.map(({ kind, parts, pairs, largestBlock, skippedBlocks, skippedPairs, lostMatches, estimatedMatches, onlyHere }) => {
    const k = kind === "key" ? key++ : -1;
    return {
      kind,
      parts,
      pairs: disclosure.count(pairs),
      largestBlock: disclosure.count(largestBlock),
      skippedBlocks,
      skippedPairs,
      lostMatches: disclosure.count(lostMatches),
      matches: disclosure.count(estimatedMatches),
      coverage: disclosure.share(Math.min(estimatedMatches, matches), matches),
      onlyHere: disclosure.count(onlyHere),
      sharing: k < 0 ? [] : datasets.map(({ records, sharing }) => disclosure.share(records * (sharing[k] ?? 0), records, sharing[k] ?? 0)),
    };
  });
}

function parameterFigures({ model, pairs }: Statistics, matches: number, disclosure: Disclosure): Report["parameters"] {
  return model.groups.map(({ group, fields, states }) => ({
    group,
    fields,
    outcomes: states.map(({ state, m, u, weight }) => {
      const told = { m: disclosure.share(m * matches, matches, m), u: disclosure.share(u * pairs.all, pairs.all, u) };
      return { outcome: state, ...told, weight: disclosure.restricted ? weight : weightOf(told.m, told.u) };
    }),
  }));
}

/** log2(m / u) from what is told of both. */
function weightOf(m: Told, u: Told): Told {
  if (m === null || u === null) return null;
  const bits = (over: number, under: number): number => Math.round(10 * Math.log2(over / under)) / 10;
  const [mValue, uValue] = [m, u].map((told) => (typeof told === "number" ? told : "under" in told ? told.under : told.over)) as [number, number];
  if (mValue === 0 || uValue === 0) return null;
  // bounds close to 1 are as good as figures
  const [mIs, uIs] = [m, u].map((told) => (typeof told === "object" && "under" in told ? "under" : "about"));
  if (mIs === "about" && uIs === "about") return bits(mValue, uValue);
  if (mIs === "under" && uIs === "about") return { under: bits(mValue, uValue) };
  return mIs === "about" ? { over: bits(mValue, uValue) } : null;
}

/** Bins of too few pairs are withheld, and withheld neighbours laid together. */
function weightBins({ histogram }: Statistics, disclosure: Disclosure): WeightBin[] {
  const told = disclosure.parts(histogram.map(({ pairs }) => pairs));
  const bins: WeightBin[] = [];
  for (const [i, { from, to, pairs, estimatedMatches, links }] of histogram.entries()) {
    const last = bins.at(-1);
    if (typeof told[i] === "number") bins.push({ from, to, pairs: told[i], matches: disclosure.count(estimatedMatches, pairs), others: disclosure.count(pairs - estimatedMatches, pairs), links: disclosure.count(links, pairs) });
    else if (last !== undefined && typeof last.pairs !== "number") bins.splice(-1, 1, { ...last, to });
    else bins.push({ from, to, pairs: null, matches: null, others: null, links: null });
  }
  return bins;
}

/** Every threshold of the table and the one that was chosen. */
function thresholdFigures({ threshold, thresholds, links, estimated }: Statistics, whole: number | undefined, disclosure: Disclosure): Report["thresholds"] {
  const chosen = { ...estimated, threshold, links: links.count };
  const rows = [...thresholds.filter((row) => row.threshold !== threshold), chosen].sort((a, b) => a.threshold - b.threshold);
  const at = rows.indexOf(chosen);
  const column = (of: (row: (typeof rows)[number]) => number): number[] => disclosure.series(rows.map(of), at);
  const told = {
    links: column((row) => row.links),
    wrongLinks: column((row) => row.wrongLinks),
    missedLinks: column((row) => row.missedLinks),
    fewestWrong: column((row) => row.wrongLinksInterval[0]),
    mostWrong: column((row) => row.wrongLinksInterval[1]),
    fewestMissed: column((row) => row.missedLinksInterval[0]),
    mostMissed: column((row) => row.missedLinksInterval[1]),
  };
  return rows.map((row, i) => ({
    threshold: row.threshold,
    chosen: i === at,
    ...qualityFigures(
      {
        ...row,
        links: told.links[i]!,
        wrongLinks: told.wrongLinks[i]!,
        missedLinks: told.missedLinks[i]!,
        wrongLinksInterval: [told.fewestWrong[i]!, told.mostWrong[i]!],
        missedLinksInterval: [told.fewestMissed[i]!, told.mostMissed[i]!],
      },
      whole,
      disclosure,
    ),
  }));
}

type Subgroup = NonNullable<Statistics["subgroups"]>[number]["groups"][number];

function subgroupFigures(groups: readonly Subgroup[], disclosure: Disclosure): SubgroupFigures[] {
  const records = disclosure.parts(groups.map((group) => group.records));
  // a group whose size is withheld gives nothing away; the others are a table with totals
  const sized = groups.filter((_, g) => typeof records[g] === "number");
  const table = new Map(disclosure.table(sized.map((group) => [group.linked, group.records - group.linked])).map((row, i) => [sized[i]!, row[0]!]));
  const missed = disclosure.parts(groups.map((group) => group.missedLinks));
  const wrong = disclosure.parts(groups.map((group) => group.linked * (1 - group.estimatedPrecision)));
  return groups.map((group, g) => {
    const toldLinked = table.get(group) ?? null;
    const isLinkedTold = toldLinked !== null;
    const { value, records: all, linked: count, missedLinks, missedLinksInterval, linkRateInterval, worse, worseIn } = group;
    const rate = (share: number): Told => disclosure.share(share * all, all, share);
    const precision = (share: number): Told => (isLinkedTold && wrong[g] !== null ? disclosure.share(share * count, count, share) : null);
    const recall = (share: number, lost: number): Told => (isLinkedTold && missed[g] !== null ? disclosure.share(Math.max(0, count + disclosure.reckoned(lost) - lost), count + disclosure.reckoned(lost), share) : null);
    const lost = (missedMatches: number): Told => (missed[g] === null ? null : disclosure.count(missedMatches));
    return {
      value,
      records: records[g]!,
      linked: toldLinked,
      linkRate: isLinkedTold ? disclosure.share(count, all, group.linkRate) : null,
      linkRateInterval: isLinkedTold ? [rate(linkRateInterval[0]), rate(linkRateInterval[1])] : [null, null],
      precision: precision(group.estimatedPrecision),
      precisionInterval: [precision(group.precisionInterval[0]), precision(group.precisionInterval[1])],
      recall: recall(group.estimatedRecall, missedLinks),
      recallInterval: [recall(group.recallInterval[0], missedLinksInterval[1]), recall(group.recallInterval[1], missedLinksInterval[0])],
      missedLinks: missed[g]!,
      missedLinksInterval: [lost(missedLinksInterval[0]), lost(missedLinksInterval[1])],
      worse,
      worseIn,
    };
  });
}

function harmonicMean(a: Told, b: Told): Told {
  const [low, other] = [a, b].map((told) => (told === null ? undefined : typeof told === "number" ? told : "over" in told ? told.over : undefined));
  if (low === undefined || other === undefined) return null;
  const mean = low + other === 0 ? 0 : Math.floor((2000 * low * other) / (low + other)) / 1000;
  return typeof a === "number" && typeof b === "number" ? mean : { over: mean };
}
