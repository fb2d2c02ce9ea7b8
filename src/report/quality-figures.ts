import type { Disclosure, Told } from "./disclosure-control.ts";
import type { Interval } from "./statistics.ts";

export type ToldInterval = readonly [Told, Told];

/** What links are thought to be worth, as it may be told; intervals are 95 % and model-based. */
export interface QualityFigures {
  readonly links: Told;
  readonly wrongLinks: Told;
  readonly wrongLinksInterval: ToldInterval;
  readonly missedLinks: Told;
  readonly missedLinksInterval: ToldInterval;
  readonly matches: Told;
  readonly precision: Told;
  readonly precisionInterval: ToldInterval;
  readonly recall: Told;
  readonly recallInterval: ToldInterval;
}

interface Estimated {
  readonly links: number;
  readonly wrongLinks: number;
  readonly missedLinks: number;
  readonly wrongLinksInterval: Interval;
  readonly missedLinksInterval: Interval;
  readonly matches?: number;
  readonly precision: number;
  readonly recall: number;
  readonly precisionInterval: Interval;
  readonly recallInterval: Interval;
}

/**
 * Shares are reckoned anew from the counts that are told, so that they tell no more than these.
 *
 * @param whole the most links there can be, where every link takes a record of its own
 */
export function qualityFigures(estimated: Estimated, whole: number | undefined, disclosure: Disclosure): QualityFigures {
  const { wrongLinks, missedLinks, wrongLinksInterval, missedLinksInterval } = estimated;
  const links = disclosure.reckoned(estimated.links, whole);
  const precision = (wrong: number, exact: number, rounding?: "down" | "up"): Told => (links === 0 ? null : disclosure.share(links - wrong, links, exact, rounding));
  const matchesWith = (wrong: number, missed: number): number => links - disclosure.reckoned(wrong) + disclosure.reckoned(missed);
  const recall = (wrong: number, missed: number, exact: number, rounding?: "down" | "up"): Told => disclosure.share(Math.max(0, matchesWith(wrong, missed) - missed), matchesWith(wrong, missed), exact, rounding);
  const interval = ([low, high]: Interval): ToldInterval => [disclosure.count(low), disclosure.count(high)];
  return {
    links: disclosure.count(estimated.links, whole),
    wrongLinks: disclosure.count(wrongLinks),
    wrongLinksInterval: interval(wrongLinksInterval),
    missedLinks: disclosure.count(missedLinks),
    missedLinksInterval: interval(missedLinksInterval),
    matches: disclosure.count(disclosure.restricted ? (estimated.matches ?? matchesWith(wrongLinks, missedLinks)) : matchesWith(wrongLinks, missedLinks)),
    precision: precision(wrongLinks, estimated.precision),
    precisionInterval: [precision(wrongLinksInterval[1], estimated.precisionInterval[0], "down"), precision(wrongLinksInterval[0], estimated.precisionInterval[1], "up")],
    recall: recall(wrongLinks, missedLinks, estimated.recall),
    recallInterval: [recall(wrongLinksInterval[1], missedLinksInterval[1], estimated.recallInterval[0], "down"), recall(wrongLinksInterval[0], missedLinksInterval[0], estimated.recallInterval[1], "up")],
  };
}
