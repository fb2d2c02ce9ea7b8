import type { EstimateOptions, Model } from "./estimate.ts";
import { type Fact, isKnown } from "./evidence.ts";
import { reachedOnce } from "./readings.ts";
import { givenFree } from "./solve.ts";
import { SingleRule } from "./single-rule.ts";

/** The matches that no rule reaches. */
export interface Unreached {
  readonly matches: number;
  /** How many times as many matches only a single rule reaches as independent errors would leave to it; at least 1. */
  readonly clustering: number;
  /** Standard deviation of the logarithm of `matches`. */
  readonly logSd: number;
}

/** Matches as many as this are added to both sides of the ratio: a handful of pairs says little of clustering. */
const PRIOR_MATCHES = 5;
/** What stays unknown of the extrapolation where errors show no clustering, as seen over the settings of bench/calibration: with few rules the fit itself takes up much of it. */
const UNKNOWN = 0.4;
/** Combinations of missing values rarer than this have no say in the ratio. */
const RARE = 1e-4;

/**
 * The fitted model foretells how many matches no rule reaches as if errors in different fields came independently. They do not: one record is careful, another careless. How much that matters shows next door, among the matches
 * that a *single* rule reaches: as many times as more are found there than the model foretells, so many times more are taken to be out of reach (the reasoning of Good 1953 and Chao 1987, with the fitted model instead
 * of equal chances). The interval is as wide as the correction is large.
 *
 * Keys that would agree and are withheld, unless what else is seen implies them, are read as failing, and nothing is taken off reach for pairs whose only key is withheld: with the sharing that a schema may spend that is a few in ten thousand.
 */
export function unreachedMatches(estimation: EstimateOptions, model: Model): Unreached {
  const { evidence, observations } = estimation;
  const reaching = evidence.facts.filter((fact) => fact.reaches);
  let foretold = 0;
  for (const { known, share } of visibilities(estimation, reaching)) {
    const single = new SingleRule(evidence.groups, known);
    for (const { share: ofAll, shareLacking, m } of model.byCare) foretold += model.matches * share * (known.length < reaching.length ? shareLacking : ofAll) * single.probability(m);
  }
  let found = 0;
  const once = model.readings.facts.map((reading) => reachedOnce(evidence.facts, reading));
  observations.forEach(({ pairs }, o) => {
    if (once[model.readings.of[o]!]!) found += pairs * givenFree(model.probabilities[o]!, model.kept[o]!);
  });
  const clustering = Math.max(1, (found + PRIOR_MATCHES) / (foretold + PRIOR_MATCHES));
  return { matches: model.matches * (1 - model.reached) * clustering, clustering, logSd: Math.hypot(UNKNOWN, Math.log(clustering)) };
}

/** The rules that can be known under each combination of missing values, and its share of all pairs. */
function visibilities({ missingShares }: EstimateOptions, reaching: readonly Fact[]): { known: Fact[]; share: number }[] {
  const found = new Map<string, { known: Fact[]; share: number }>();
  for (const [missing, share] of missingShares) {
    const known = reaching.filter((fact) => isKnown(fact, missing));
    const name = known.map((fact) => `${fact.bit}`).join();
    const same = found.get(name);
    if (same === undefined) found.set(name, { known, share });
    else same.share += share;
  }
  return [...found.values()].filter(({ known, share }) => share >= RARE && known.length > 0);
}
