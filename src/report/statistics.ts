import { hashedRecords } from "../exchange/header.ts";
import type { HashedFile } from "../exchange/read-hashed-file.ts";
import type { Doubt } from "../linkage/fit.ts";
import type { Linkage } from "../linkage/link-datasets.ts";
import { proportionInterval, worseSubgroups } from "../linkage/worse-subgroups.ts";
import type { Cardinality } from "../linkage/solve.ts";
import type { ComparisonGroup } from "../schema/comparison-space.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { toolName } from "../version.ts";

/**
 * `statistics.json`: what a run found and how good it is thought to be. Exact figures, hence restricted; what leaves the linkage unit is derived from them under disclosure control. The same for the same inputs and
 * options, whatever the threads.
 */
export interface Statistics {
  readonly tool: string;
  readonly mode: Cardinality | "dedupe";
  readonly threshold: number;
  /** What the departments agreed on, as far as it tells how their files were compared. Keys and buckets are the rules. */
  readonly schema: Pick<LinkageSchema, "profile" | "scheme" | "fields" | "filters" | "expectedRecords" | "maximumSharing">;
  readonly datasets: readonly DatasetStatistics[];
  readonly pairs: { all: number; candidates: number; reductionRatio: number };
  readonly rules: readonly RuleStatistics[];
  readonly model: {
    /** Estimated true matches, and the share of them that the rules reach, as if errors in different fields were independent. */
    matches: number;
    reached: number;
    /** How many times as many matches as that only a single rule reaches; so many times more are taken to be out of reach. */
    clustering: number;
    relatives: Record<string, number>;
    /** How unequal the care is with which records are made: standard deviation of the logarithm of an error's odds, by which errors come together in one pair. */
    careSpread: number;
    /** Estimated pairs of records of one person within each file. */
    duplicates: readonly number[];
    iterations: number;
    converged: boolean;
    groups: readonly { group: string; fields: readonly string[]; states: readonly StateStatistics[] }[];
    /** Candidate pairs whose observation the model calls impossible; more than a few mean that it does not fit. */
    unexplainedPairs: number;
    /** Pairs seen and foretold of the observations that are foretold worst, and what follows for the trust in all figures. */
    fit: { misfit: number; worst: readonly { levels: Record<string, string>; seen: number; expected: number }[]; doubts: readonly Doubt[] };
  };
  readonly histogram: readonly { from: number; to: number; pairs: number; estimatedMatches: number; links: number }[];
  readonly links: { count: number; tied: number };
  /** Expectations under the model; the intervals are 95 % and model-based: they hold as far as the model does. */
  readonly estimated: {
    /** Of all matches, linked or not. */
    matches: number;
    precision: number;
    recall: number;
    f1: number;
    wrongLinks: number;
    missedLinks: number;
    precisionInterval: Interval;
    recallInterval: Interval;
    wrongLinksInterval: Interval;
    missedLinksInterval: Interval;
    /** Share of the matches that the rules reach. */
    reached: number;
    /** Whether the precision asked for was reached; absent where none was. */
    targetReached?: boolean;
  };
  /** The same for other thresholds, to choose from. */
  readonly thresholds: readonly ThresholdStatistics[];
  /** Quality by subgroup of a dataset, where it carries strata. */
  readonly subgroups?: readonly { dataset: string; stratum: string; groups: readonly SubgroupStatistics[] }[];
}

export type Interval = readonly [number, number];

export interface SubgroupStatistics {
  readonly value: string;
  readonly records: number;
  readonly linked: number;
  readonly linkRate: number;
  readonly linkRateInterval: Interval;
  readonly estimatedPrecision: number;
  readonly precisionInterval: Interval;
  readonly estimatedRecall: number;
  readonly recallInterval: Interval;
  readonly missedLinks: number;
  readonly missedLinksInterval: Interval;
  /** Whether it is linked significantly worse than the rest of the stratum (see linkage/worse-subgroups.ts), and in what: a lower link rate alone can mean that the group is less present in the other file. */
  readonly worse: boolean;
  readonly worseIn: readonly ("recall" | "link rate")[];
}

/** A file as its department describes it. */
interface DatasetStatistics {
  readonly dataset: string;
  readonly records: number;
  readonly rejected: number;
  /** Records that were hashed, where others of a person's stand for some: what is missing is counted of these. */
  readonly hashed?: number;
  /** Records without the field, or without a part of it that the schema uses (a year alone is no date of birth), and of these the ones whose value was dropped as a placeholder or could not be read. */
  readonly missing: Record<string, number>;
  readonly placeholders: Record<string, number>;
  readonly unusable: Record<string, number>;
  /** Share of records whose key value another record has too, by key. */
  readonly sharing: readonly number[];
  /** Bits of each bucket. */
  readonly bucketBits: readonly number[];
}

interface ThresholdStatistics {
  readonly threshold: number;
  readonly links: number;
  readonly precision: number;
  readonly recall: number;
  readonly wrongLinks: number;
  readonly missedLinks: number;
  readonly precisionInterval: Interval;
  readonly recallInterval: Interval;
  readonly wrongLinksInterval: Interval;
  readonly missedLinksInterval: Interval;
}

interface RuleStatistics {
  kind: "key" | "bucket";
  parts: readonly string[];
  blocks: number;
  largestBlock: number;
  pairs: number;
  found: number;
  skippedBlocks: number;
  skippedPairs: number;
  /** Matches that skipping has lost, about: as many for a record as this rule alone finds where it skips nothing. */
  lostMatches: number;
  estimatedMatches: number;
  /** Estimated matches that no other rule reaches. */
  onlyHere: number;
}

interface StateStatistics {
  state: string;
  m: number;
  u: number;
  /** log2(m / u). */
  weight: number;
}

/** @param targetPrecision where the threshold was found for one */
export function statisticsOf(linkage: Linkage, files: readonly HashedFile[], mode: Statistics["mode"], targetPrecision?: number): Statistics {
  const { candidates, model, fit, links, evidence, allPairs, quality, threshold, unreached } = linkage;
  const [{ header }] = files as [HashedFile];
  const { precision, recall, wrong, missed } = quality;
  const matches = links.count - wrong + missed;
  return {
    tool: toolName,
    mode,
    threshold,
    schema: agreed(header.schema),
    datasets: files.map((file) => {
      const { dataset, rows, rejected, missing, placeholders, unusable, sharing, bucketBits } = file.header;
      return { dataset, records: rows, ...(file.header.people === undefined ? {} : { hashed: hashedRecords(file.header) }), rejected, missing, placeholders, unusable, sharing, bucketBits };
    }),
    pairs: { all: allPairs, candidates: candidates.count, reductionRatio: allPairs === 0 ? 0 : 1 - candidates.count / allPairs },
    rules: ruleStatistics(linkage, header.schema),
    model: {
      matches: tidy(model.matches),
      reached: tidy(model.reached),
      clustering: tidy(unreached.clustering),
      relatives: Object.fromEntries(model.relatives.map(({ name, pairs }) => [name, tidy(pairs)])),
      careSpread: tidy(model.careSpread),
      duplicates: model.duplicates.map((pairs) => tidy(pairs)),
      iterations: model.iterations,
      converged: model.converged,
      groups: evidence.groups.map((group, g) => ({
        group: group.name,
        fields: group.fields.map((space) => space.field),
        states: stateLabels(group).map((state, s) => ({ state, m: tidy(model.m[g]![s]!), u: tidy(model.u[g]![s]!), weight: tidy(Math.log2(model.m[g]![s]! / model.u[g]![s]!)) })),
      })),
      unexplainedPairs: candidates.observations.reduce((sum, { pairs }, o) => (model.explained[o] === 1 ? sum : sum + pairs), 0),
      fit: {
        misfit: tidy(fit.misfit),
        worst: fit.worst.map(({ observation, seen, expected }) => ({ levels: Object.fromEntries(linkage.levels(observation).map((level, f) => [header.schema.fields[f]!.name, level])), seen, expected: tidy(expected) })),
        doubts: fit.doubts,
      },
    },
    histogram: weightHistogram(linkage),
    links: { count: links.count, tied: links.tied.reduce((sum, tied) => sum + tied, 0) },
    estimated: {
      matches: tidy(matches),
      precision: tidy(precision),
      recall: tidy(recall),
      f1: tidy(precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall)),
      wrongLinks: Math.round(wrong),
      missedLinks: Math.round(missed),
      precisionInterval: tidyInterval(quality.precisionInterval),
      recallInterval: tidyInterval(quality.recallInterval),
      wrongLinksInterval: quality.wrongInterval,
      missedLinksInterval: quality.missedInterval,
      reached: tidy(matches === 0 ? 1 : Math.max(0, 1 - unreached.matches / matches)),
      ...(targetPrecision === undefined ? {} : { targetReached: linkage.targetReached }),
    },
    thresholds: linkage.qualityByThreshold.map((row) => ({
      threshold: row.threshold,
      links: row.links,
      precision: tidy(row.precision),
      recall: tidy(row.recall),
      wrongLinks: Math.round(row.wrong),
      missedLinks: Math.round(row.missed),
      precisionInterval: tidyInterval(row.precisionInterval),
      recallInterval: tidyInterval(row.recallInterval),
      wrongLinksInterval: row.wrongInterval,
      missedLinksInterval: row.missedInterval,
    })),
    ...subgroupStatistics(linkage),
  };
}

function agreed({ profile, scheme, fields, filters, expectedRecords, maximumSharing }: LinkageSchema): Statistics["schema"] {
  return { profile, scheme, fields, filters, expectedRecords, maximumSharing };
}

/** Six significant digits: what is beyond them is arithmetic, not knowledge. */
function tidy(value: number): number {
  return Number(value.toPrecision(6));
}

function tidyInterval([low, high]: Interval): Interval {
  return [tidy(low), tidy(high)];
}

function ruleStatistics({ candidates, model, evidence }: Linkage, schema: LinkageSchema): RuleStatistics[] {
  const byRule = candidates.rules.map(() => ({ all: 0, only: 0 }));
  const firstBucket = schema.keys.length;
  candidates.observations.forEach(({ observed, pairs }, o) => {
    const agreeing = observed & ((1n << BigInt(schema.keys.length)) - 1n);
    const reached = agreeing === 0n ? [] : Array.from(agreeing.toString(2)).toReversed().flatMap((bit, k) => (bit === "1" ? [k] : []));
    // which of several buckets found a pair is not kept; with one it is the only one
    if (schema.profile !== "plain" && observed >> BigInt(evidence.levelShift) !== 0n) for (let r = firstBucket; r < byRule.length; r++) reached.push(r);
    const expected = pairs * model.probabilities[o]!;
    for (const rule of reached) {
      byRule[rule]!.all += expected;
      if (reached.length === 1) byRule[rule]!.only += expected;
    }
  });
  return candidates.rules.map(({ kind, parts, blocks, largestBlock, pairs, found, skippedBlocks, skippedPairs, skippedShare }, r) => ({
    kind,
    parts,
    blocks,
    largestBlock,
    pairs,
    found,
    skippedBlocks,
    skippedPairs,
    lostMatches: tidy(skippedShare < 1 ? (byRule[r]!.only * skippedShare) / (1 - skippedShare) : 0),
    estimatedMatches: tidy(byRule[r]!.all),
    onlyHere: tidy(byRule[r]!.only),
  }));
}

/** Labels of a group's states: the fields' own, joined. */
function stateLabels({ fields, size }: ComparisonGroup): string[] {
  return Array.from({ length: size }, (_, index) => {
    const labels: string[] = [];
    for (let f = fields.length - 1; f >= 0; f--) {
      const { states, field } = fields[f]!;
      labels.unshift(fields.length === 1 ? states[index % states.length]!.label : `${field} ${states[index % states.length]!.label}`);
      index = Math.floor(index / states.length);
    }
    return labels.join(", ");
  });
}

const BIN = 2; // bits of match weight
const LOWEST = -30;
const HIGHEST = 60;

function weightHistogram({ candidates, model, links }: Linkage): Statistics["histogram"] {
  const bins = Array.from({ length: (HIGHEST - LOWEST) / BIN }, (_, i) => ({ from: LOWEST + i * BIN, to: LOWEST + (i + 1) * BIN, pairs: 0, estimatedMatches: 0, links: 0 }));
  const binOf = (o: number): (typeof bins)[number] => bins[Math.max(0, Math.min(bins.length - 1, Math.floor((model.weights[o]! - LOWEST) / BIN)))]!;
  candidates.observations.forEach(({ pairs }, o) => {
    const bin = binOf(o);
    bin.pairs += pairs;
    bin.estimatedMatches += pairs * model.probabilities[o]!;
  });
  const linksOf = new Float64Array(candidates.observations.length);
  for (let link = 0; link < links.count; link++) linksOf[candidates.observation[links.pairs[link]!]!]!++;
  linksOf.forEach((count, o) => (binOf(o).links += count));
  const used = bins.findIndex((bin) => bin.pairs > 0);
  const last = bins.findLastIndex((bin) => bin.pairs > 0);
  return used < 0 ? [] : bins.slice(used, last + 1).map((bin) => ({ ...bin, estimatedMatches: tidy(bin.estimatedMatches) }));
}

/** What stands for the value of records that have none. */
const NO_VALUE = "(missing)";

function subgroupStatistics({ subgroups }: Linkage): Pick<Statistics, "subgroups"> {
  if (subgroups.length === 0) return {};
  const worse = worseSubgroups(subgroups);
  return {
    subgroups: subgroups.map(({ dataset, stratum, groups }, s) => ({
      dataset,
      stratum,
      groups: groups.map(({ value, records, linked, quality }, g): SubgroupStatistics => {
        const { recall, linkRate } = worse[s]![g]!;
        return {
          value: value ?? NO_VALUE,
          records,
          linked,
          linkRate: tidy(linked / records),
          linkRateInterval: tidyInterval(proportionInterval(linked, records)),
          estimatedPrecision: tidy(quality.precision),
          precisionInterval: tidyInterval(quality.precisionInterval),
          estimatedRecall: tidy(quality.recall),
          recallInterval: tidyInterval(quality.recallInterval),
          missedLinks: Math.round(quality.missed),
          missedLinksInterval: quality.missedInterval,
          worse: recall || linkRate,
          worseIn: [...(recall ? (["recall"] as const) : []), ...(linkRate ? (["link rate"] as const) : [])],
        };
      }),
    })),
  };
}
