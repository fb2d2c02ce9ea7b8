import type { FilterDefinition } from "./linkage-schema.ts";

/**
 * What counts as *near* for a filter: limits on the distance from the widest to the narrowest, at most four. Two filters that are neither equal nor within a limit are far.
 *
 * A hardened filter's distance is its Hamming distance over its bits (or less, see distanceBase). Unrelated values lie at 0.5 +- 0.5 / sqrt(bits), so the widest limit is set where chance all but never reaches (4.5 standard
 * deviations): near then also shows that the anchors agree. One typing error in a name of seven letters lies at about 0.38 (t = 10, k = 10).
 * An unhardened filter's distance is 1 - Dice.
 */
export function distanceLimits(filter: FilterDefinition): readonly number[] {
  if (filter.diffusion === 0) return [0.45, 0.32, 0.2, 0.1];
  return filter.bits === 512 ? [0.4] : [0.43, 0.415, 0.39, 0.34];
}

/** Whether a distance is taken relative to both weights (1 - Dice) rather than to what unrelated filters lie apart. */
export function relativeToWeights(filter: FilterDefinition): boolean {
  return filter.diffusion === 0;
}

/**
 * What a Hamming distance is relative to. Of a hardened filter twice the distance of unrelated filters of these weights, which is its bits where both are half full: a value of few n-grams (an initial) makes a light filter even
 * when it is diffused, two light ones lie 0.4 apart whatever they hold, and their anchors with them. Never more than its bits, so that whoever is near is within the widest limit of those.
 */
export function distanceBase(filter: { readonly bits: number; readonly diffusion: number }, weightA: number, weightB: number): number {
  return filter.diffusion === 0 ? weightA + weightB : Math.min(filter.bits, 2 * (weightA + weightB) - Math.floor((4 * weightA * weightB) / filter.bits));
}

/** Limits as whole numbers, in 1/LIMIT_SCALE of the base: on both sides of the wall a filter is near within the very same distances, `apart x LIMIT_SCALE <= base x limit`. */
export const LIMIT_SCALE = 65536;

export function wholeLimits(filter: FilterDefinition): readonly number[] {
  return distanceLimits(filter).map((limit) => Math.floor(limit * LIMIT_SCALE));
}
