import type { EstimateOptions, Model } from "./estimate.ts";

/** How well the model foretells what was seen, and why its figures may be doubted. */
export interface Fit {
  /** Observations whose number of pairs is foretold worst, the worst first. */
  readonly worst: readonly { readonly observation: number; readonly seen: number; readonly expected: number }[];
  /** Share of the matches' pairs that are more or fewer than foretold, beyond chance. */
  readonly misfit: number;
  readonly doubts: readonly Doubt[];
}

export type Doubt =
  | { readonly kind: "unsettled" }
  /** One filter over all fields, and no pairs but those that are judged: who is alike in most things and who is one person looks the same. */
  | { readonly kind: "indistinct" }
  /** More matches than the smaller file has records. */
  | { readonly kind: "too many matches"; readonly matches: number }
  /** So few that the estimates rest on what is expected of registers rather than on these files. */
  | { readonly kind: "few matches"; readonly matches: number }
  /** Errors come together as far as the model can go: its matches may hold relatives. */
  | { readonly kind: "runaway" }
  /** Matches are thought to agree on a group of fields less often than not. */
  | { readonly kind: "rare agreement"; readonly group: string; readonly share: number }
  | { readonly kind: "misfit"; readonly share: number };

const WORST = 10;
const FEW_MATCHES = 50;
const MOST_SPREAD = 1.45;
const LEAST_AGREEMENT = 0.3;
const MOST_MISFIT = 0.15;

/** `self`: whether the pairs are those within one file. */
export function judgeFit({ observations, schema }: EstimateOptions, { expected, explained, probabilities, matches, excess, reached, careSpread, converged, groups, m }: Model, self: boolean): Fit {
  const deviances = observations.map(({ pairs }, o) => (explained[o] === 1 && expected[o]! > 0 ? pairs * Math.log(pairs / expected[o]!) - (pairs - expected[o]!) : 0));
  const worst = Array.from(deviances.keys())
    .filter((o) => deviances[o]! > 2)
    .sort((x, y) => deviances[y]! - deviances[x]! || x - y)
    .slice(0, WORST)
    .map((o) => ({ observation: o, seen: observations[o]!.pairs, expected: expected[o]! }));
  const found = matches * reached;
  const off = observations.reduce((sum, { pairs }, o) => sum + probabilities[o]! * Math.max(0, Math.abs(pairs - expected[o]!) - 2 * Math.sqrt(expected[o]!) - 1), 0);
  const misfit = found < 1 ? 0 : off / found;
  const doubts: Doubt[] = [];
  if (!converged) doubts.push({ kind: "unsettled" });
  if (self && schema.filters.some(({ fields }) => fields.length > 1)) doubts.push({ kind: "indistinct" });
  if (matches < 0.5) return { worst, misfit, doubts };
  if (excess > 1.03) doubts.push({ kind: "too many matches", matches: matches * excess });
  if (found < FEW_MATCHES) doubts.push({ kind: "few matches", matches: found });
  if (careSpread > MOST_SPREAD) doubts.push({ kind: "runaway" });
  groups.forEach(({ name, fields }, g) => {
    const perhapsNeverEqual = fields.some(({ filter }) => filter !== undefined && filter.fields.length > 1); // a record-level filter
    const share = m[g]!.at(-1)!;
    if (!perhapsNeverEqual && share < LEAST_AGREEMENT) doubts.push({ kind: "rare agreement", group: name, share });
  });
  if (misfit > MOST_MISFIT) doubts.push({ kind: "misfit", share: misfit });
  return { worst, misfit, doubts };
}
