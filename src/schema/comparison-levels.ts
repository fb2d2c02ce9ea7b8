import type { FilterDefinition } from "./linkage-schema.ts";

/**
 * What counts as *near* for a filter: limits on the distance from the widest to the narrowest, at most four. Two filters that are neither equal nor within a limit are far.
 *
 * A hardened filter's distance is its Hamming distance over its bits. Unrelated values lie at 0.5 +- 0.5 / sqrt(bits), so the widest limit is set where chance all but never reaches (4.5 standard
 * deviations): near then also shows that the anchors agree. One typing error in a name of seven letters lies at about 0.38 (t = 10, k = 10).
 * An unhardened filter's distance is 1 - Dice.
 */
export function distanceLimits(filter: FilterDefinition): readonly number[] {
  if (filter.diffusion === 0) return [0.45, 0.32, 0.2, 0.1];
  return filter.bits === 512 ? [0.4] : [0.43, 0.415, 0.39, 0.34];
}

/** Whether a distance is taken relative to both weights (1 - Dice) rather than to the filter's bits. */
export function relativeToWeights(filter: FilterDefinition): boolean {
  return filter.diffusion === 0;
}
