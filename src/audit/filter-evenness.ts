import { weightOf } from "../filter-bits.ts";

/** How unevenly the bits of a filter are used over a set of records, as pprl-services of Leipzig reports it (AttributePrivacy). 0 is even. */
export interface Evenness {
  /** Gini coefficient of the bits' frequencies. */
  readonly gini: number;
  /** Jensen-Shannon distance (base 2) of the bits' shares from equal ones. */
  readonly distance: number;
}

/** `rows`: `bits / 32` halves per record. */
export function filterEvenness(rows: Uint32Array, bits: number): Evenness {
  const counts = new Float64Array(bits);
  const halves = bits / 32;
  for (let i = 0; i < rows.length; i++) for (let word = rows[i]!; word !== 0; word &= word - 1) counts[(i % halves) * 32 + 31 - Math.clz32(word & -word)]!++;
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return { gini: 0, distance: 0 };
  let ranked = 0;
  counts.slice().sort().forEach((count, rank) => (ranked += (2 * (rank + 1) - bits - 1) * count));
  let divergence = 0;
  for (const count of counts) {
    const p = count / total;
    const middle = (p + 1 / bits) / 2;
    if (p > 0) divergence += (p * Math.log2(p / middle)) / 2;
    divergence += Math.log2(1 / bits / middle) / bits / 2;
  }
  return { gini: ranked / (bits * total), distance: Math.sqrt(Math.max(0, divergence)) };
}

/** Correlation of a filter's weight with the length of its text: what the weight tells of the value (Vidanage et al. 2023). Records without the filter do not count. */
export function lengthCorrelation(rows: Uint32Array, bits: number, lengths: readonly (number | undefined)[]): number {
  const halves = bits / 32;
  const pairs = lengths.flatMap((length, record) => {
    const weight = weightOf(rows, record * halves, halves);
    return length === undefined || weight === 0 ? [] : [[weight, length] as const];
  });
  if (pairs.length < 10) return 0;
  const [meanWeight, meanLength] = [0, 1].map((side) => pairs.reduce((sum, pair) => sum + pair[side]!, 0) / pairs.length) as [number, number];
  let [both, weights, spread] = [0, 0, 0];
  for (const [weight, length] of pairs) {
    both += (weight - meanWeight) * (length - meanLength);
    weights += (weight - meanWeight) ** 2;
    spread += (length - meanLength) ** 2;
  }
  return weights === 0 || spread === 0 ? 0 : both / Math.sqrt(weights * spread);
}
