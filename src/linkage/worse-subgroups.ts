import { normalCumulative } from "./count-interval.ts";
import type { StratumSubgroups, Subgroup } from "./subgroups.ts";

/** In what a group is linked worse than the rest of its stratum. */
export interface Worse {
  readonly recall: boolean;
  readonly linkRate: boolean;
}

/** Chance of one false alarm or more in a run, among groups that are linked alike. */
const FALSE_ALARM = 0.05;
/** What is smaller is within the model's error, or of no account, however many people show it. */
const LEAST_DIFFERENCE = 0.005;
/** Missed matches that nothing in the model could foretell: they temper ratios of small numbers. */
const UNFORESEEN = 0.5;
/** What differs between groups beyond chance although they are linked alike, on the logarithm of their share of missed matches: as seen in bench/subgroups. */
const UNEXPLAINED = 0.15;

/**
 * One-sided tests of every group against the rest of its stratum, in recall (the logarithm of the share of missed matches, normal by the delta method; what the model has wrong for all groups alike cancels) and in link rate (two proportions, pooled variance).
 * Either kind is corrected for looking at many groups (Holm 1979). That a group is linked less often does not say that its matches are missed: it may be less present in the other file.
 */
export function worseSubgroups(strata: readonly StratumSubgroups[]): Worse[][] {
  const pairs = strata.flatMap(({ groups }) => groups.map((group, g) => ({ group, rest: groups.filter((_, other) => other !== g) })));
  const recall = rejected(pairs.map(({ group, rest }) => (rest.length === 0 ? 1 : lowerRecall(group, rest))));
  const linkRate = rejected(pairs.map(({ group, rest }) => (rest.length === 0 ? 1 : lowerLinkRate(group, rest))));
  let next = 0;
  return strata.map(({ groups }) => groups.map(() => ({ recall: recall[next]!, linkRate: linkRate[next++]! })));
}

/** P value; 1 where the difference is too small to matter. */
function lowerRecall(group: Subgroup, rest: readonly Subgroup[]): number {
  const lossOf = (groups: readonly Subgroup[]): { matches: number; missed: number; variance: number } => {
    const missed = groups.reduce((sum, { quality }) => sum + quality.missed, 0);
    const matches = groups.reduce((sum, { quality }) => sum + quality.links - quality.wrong + quality.missed, 0);
    const variance = groups.reduce((sum, { quality, ownLogSd }) => sum + (quality.missed * ownLogSd) ** 2, 0) / Math.max(missed, 1e-9) ** 2;
    return { matches, missed, variance };
  };
  const [own, others] = [lossOf([group]), lossOf(rest)];
  if (own.missed / Math.max(own.matches, 1e-9) - others.missed / Math.max(others.matches, 1e-9) < LEAST_DIFFERENCE) return 1;
  const rate = ({ missed, matches }: typeof own): number => (missed + UNFORESEEN) / (matches + 1);
  return 1 - normalCumulative(Math.log(rate(own) / rate(others)) / Math.sqrt(own.variance + others.variance + UNEXPLAINED ** 2));
}

function lowerLinkRate(group: Subgroup, rest: readonly Subgroup[]): number {
  const records = rest.reduce((sum, other) => sum + other.records, 0);
  const linked = rest.reduce((sum, other) => sum + other.linked, 0);
  const difference = linked / records - group.linked / group.records;
  if (difference < LEAST_DIFFERENCE) return 1;
  const pooled = (linked + group.linked) / (records + group.records);
  return 1 - normalCumulative(difference / Math.sqrt(pooled * (1 - pooled) * (1 / records + 1 / group.records)));
}

/** Which of many hypotheses are rejected. */
function rejected(p: readonly number[]): boolean[] {
  const order = [...p.keys()].sort((x, y) => p[x]! - p[y]!);
  const kept = order.findIndex((i, rank) => p[i]! > FALSE_ALARM / (order.length - rank));
  const those = new Set(order.slice(0, kept < 0 ? order.length : kept));
  return p.map((_, i) => those.has(i));
}

/** 95 % interval of a proportion (Wilson 1927). */
export function proportionInterval(count: number, outOf: number): [number, number] {
  const z = 1.96;
  const p = count / outOf;
  const middle = (p + (z * z) / (2 * outOf)) / (1 + (z * z) / outOf);
  const half = (z / (1 + (z * z) / outOf)) * Math.sqrt((p * (1 - p)) / outOf + (z * z) / (4 * outOf * outOf));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
