import { countInterval } from "./count-interval.ts";
import type { Links } from "./solve.ts";
import type { Unreached } from "./unreached.ts";

/** What links are thought to be worth; counts are expectations, intervals 95 % and model-based: they hold as far as the model does. */
export interface LinkQuality {
  readonly threshold: number;
  readonly links: number;
  readonly precision: number;
  readonly recall: number;
  /** Expected links that are no matches. */
  readonly wrong: number;
  /** Expected matches that are not linked, whether a rule reaches them or not. */
  readonly missed: number;
  readonly precisionInterval: readonly [number, number];
  readonly recallInterval: readonly [number, number];
  readonly wrongInterval: readonly [number, number];
  readonly missedInterval: readonly [number, number];
}

// Standard deviations of the logarithm of what the model says, as seen over the settings of bench/calibration and on public data: dependence between fields (forename, sex and age) makes it too sure of links.
const WRONG_LOG_SD = 0.6;
const OVERLOOKED_LOG_SD = 0.5;
/** Wrong links that nothing in the model could foretell. */
const UNFORESEEN = 0.25;

/**
 * The worth of the links that each of some thresholds keeps.
 *
 * Right links are the sum of their probabilities. Missed are the *overlooked* (what a lower threshold would still link, by its probability; under the chosen cardinality, so that a pair whose records have better partners counts
 * for nothing) and the *unreached*.
 *
 * @param all links down to a threshold below which hardly a match is left, best first
 */
export function linkQualities(all: Links, unreached: Unreached, thresholds: readonly number[]): LinkQuality[] {
  const qualities = new Map<number, LinkQuality>();
  let links = 0;
  let right = 0;
  // what a threshold keeps, a lower one keeps too: one pass tells of all
  for (const threshold of [...thresholds].sort((x, y) => y - x)) {
    for (; links < all.count && all.probabilities[links]! >= threshold; links++) right += all.probabilities[links]!;
    let overlooked = 0;
    for (let i = links; i < all.count; i++) overlooked += all.probabilities[i]!;
    qualities.set(threshold, qualityOf({ threshold, links, right, overlooked, unreached }));
  }
  return thresholds.map((threshold) => qualities.get(threshold)!);
}

/** The same from what is expected of links and matches. */
export function qualityOf({ threshold, links, right, overlooked, unreached }: { threshold: number; links: number; right: number; overlooked: number; unreached: Pick<Unreached, "matches" | "logSd"> }): LinkQuality {
  const wrong = links - right;
  const missed = overlooked + unreached.matches;
  const counts = { threshold, links, wrong, missed };
  if (links === 0) return { ...counts, precision: 1, recall: missed < 0.5 ? 1 : 0, precisionInterval: [0, 1], recallInterval: [0, 1], wrongInterval: [0, 0], missedInterval: countInterval(missed, unreached.logSd) };
  const missedLogSd = missed === 0 ? 0 : Math.hypot(overlooked * OVERLOOKED_LOG_SD, unreached.matches * unreached.logSd) / missed;
  const [fewestWrong, mostWrong] = countInterval(wrong + UNFORESEEN, WRONG_LOG_SD).map((count) => Math.min(count, links)) as [number, number];
  const [fewestMissed, mostMissed] = countInterval(missed, missedLogSd);
  const recall = (rightLinks: number, missedMatches: number): number => (rightLinks + missedMatches === 0 ? 0 : rightLinks / (rightLinks + missedMatches));
  return {
    ...counts,
    precision: right / links,
    recall: recall(right, missed),
    precisionInterval: [1 - mostWrong / links, 1 - fewestWrong / links],
    recallInterval: [recall(links - mostWrong, mostMissed), recall(links - fewestWrong, fewestMissed)],
    wrongInterval: [fewestWrong, mostWrong],
    missedInterval: [fewestMissed, mostMissed],
  };
}

/** Number of the links, from the best, that solving with this threshold keeps: it stops at the first below. */
export function linksAbove({ probabilities, count }: Links, threshold: number): number {
  let links = 0;
  while (links < count && probabilities[links]! >= threshold) links++;
  return links;
}
