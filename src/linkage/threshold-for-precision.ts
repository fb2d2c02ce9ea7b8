import { linksAbove } from "./link-quality.ts";
import type { Links } from "./solve.ts";

const LOWEST = 50; // thousandths
const HIGHEST = 999;

/**
 * The lowest threshold, in thousandths from 0.05 to 0.999, whose links have at least this estimated precision.
 *
 * @param all links down to 0.05 or below, best first
 * @returns undefined when no threshold that leaves a link reaches it
 */
export function thresholdForPrecision(all: Links, precision: number): number | undefined {
  const sums = new Float64Array(all.count + 1);
  all.probabilities.forEach((p, i) => (sums[i + 1] = sums[i]! + p));
  for (let thousandths = LOWEST; thousandths <= HIGHEST; thousandths++) {
    const links = linksAbove(all, thousandths / 1000);
    if (links === 0) return undefined;
    if (sums[links]! >= precision * links) return thousandths / 1000;
  }
  return undefined;
}
