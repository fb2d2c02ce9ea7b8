/**
 * Statistical disclosure control of figures that may leave the linkage unit (Hundepool et al. 2012, Statistical Disclosure Control, ch. 4 and 5; the threshold of UK LLC and of the ONS longitudinal studies):
 *
 * - *primary*: a count of people under ten, zero included, is not told, and neither is its complement in a known whole;
 * - *complementary*: where counts add up to a total that is told, so many others are withheld that each withheld one could be anything from nought to nine, whoever knows the rest exactly;
 * - *rounding* of what is told, to five: two totals that overlap do not tell the few in which they differ;
 * - every share is worked out from counts as told, so that no percentage gives back what a count does not.
 */
export const FEWEST = 10;
const ROUNDING = 5;

/** A figure as it may be told: itself, a bound, or null where even a bound would tell. */
export type Told = number | { readonly under: number } | { readonly over: number } | null;

/** A count; `outOf`: the whole, itself told, whose remainder must not be told by it either. */
export function toldCount(count: number, outOf?: number): Told {
  if (count < FEWEST) return { under: FEWEST };
  if (outOf === undefined) return rounded(count);
  const whole = rounded(outOf);
  return outOf - count < FEWEST ? { over: Math.max(0, atMost(outOf) - FEWEST) } : Math.min(rounded(count), whole);
}

/** To the nearest, or outwards as the ends of an interval. */
type Rounding = "near" | "down" | "up";

/** The share of a whole, from counts as they are told; as exact as these are. */
export function toldShare(count: number, outOf: number, rounding: Rounding = "near"): Told {
  if (outOf < FEWEST) return null;
  const whole = rounded(outOf);
  if (count < FEWEST) return { under: roundShare(Math.min(1, FEWEST / atMost(outOf)), whole, Math.ceil) };
  const rest = outOf - count;
  if (rest < FEWEST) return { over: roundShare(Math.max(0, 1 - FEWEST / atMost(outOf)), whole, Math.floor) };
  // the smaller part is rounded, so that 13 in 2,407 are not lost in the rounding of 2,394
  return roundShare(rest < count ? 1 - rounded(rest) / whole : rounded(count) / whole, whole, { near: Math.round, down: Math.floor, up: Math.ceil }[rounding]);
}

/** Counts that add up to a total which is told. All are null that are withheld, of whatever size. */
export function toldParts(parts: readonly number[]): Told[] {
  const withheld = parts.map((count) => count < FEWEST);
  if (withheld.includes(true)) {
    const shown = [...parts.keys()].filter((i) => !withheld[i]).sort((i, j) => parts[i]! - parts[j]! || i - j);
    const suffices = (): boolean => {
      const hidden = [...parts.keys()].filter((i) => withheld[i]);
      return hidden.length > 1 && hidden.reduce((sum, i) => sum + parts[i]!, 0) >= FEWEST;
    };
    while (!suffices() && shown.length > 0) withheld[shown.shift()!] = true;
  }
  return parts.map((count, i) => (withheld[i] === true ? null : rounded(count)));
}

/**
 * A table of counts whose row and column totals are told: the hypercube method (Repsilber 1994). Each small cell gets a rectangle of withheld cells within which people can be moved to make it anything from nought to nine while
 * all totals stay. Where there is none, nothing of the table is told.
 */
export function toldTable(rows: readonly (readonly number[])[]): Told[][] {
  const withheld = rows.map((row) => row.map((count) => count < FEWEST));
  const small = rows.flatMap((row, i) => row.flatMap((count, j) => (count < FEWEST ? [{ i, j, count }] : [])));
  for (const { i, j, count } of small) {
    const room = FEWEST - 1 - count; // by how much it must be free to grow; it must be free to fall to nought
    let best: { cost: number; across: number; down: number } | undefined;
    for (let down = 0; down < rows.length; down++) {
      if (down === i || rows[down]![j]! < room) continue;
      for (let across = 0; across < rows[i]!.length; across++) {
        if (across === j || rows[i]![across]! < room || rows[down]![across]! < count) continue;
        const cost = [[i, across], [down, j], [down, across]].reduce((sum, [r, c]) => sum + (withheld[r!]![c!] === true ? 0 : rows[r!]![c!]!), 0);
        if (best === undefined || cost < best.cost) best = { cost, across, down };
      }
    }
    if (best === undefined) return rows.map((row) => row.map(() => null));
    withheld[i]![best.across] = withheld[best.down]![j] = withheld[best.down]![best.across] = true;
  }
  return rows.map((row, i) => row.map((count, j) => (withheld[i]![j] === true ? null : rounded(count))));
}

/**
 * Nested counts (links by threshold, say), told in order from `start` in both directions: one moves on only when it is at least ten away from the one told before, so that no step between two tells fewer than ten people.
 *
 * @returns for each, the count to tell in its place
 */
export function coarseSeries(counts: readonly number[], start: number): number[] {
  const told = counts.map((count) => (count < FEWEST ? 0 : count));
  for (let i = start + 1; i < told.length; i++) if (Math.abs(told[i]! - told[i - 1]!) < FEWEST) told[i] = told[i - 1]!;
  for (let i = start - 1; i >= 0; i--) if (Math.abs(told[i]! - told[i + 1]!) < FEWEST) told[i] = told[i + 1]!;
  return told;
}

/** How figures are told. */
export interface Disclosure {
  readonly restricted: boolean;
  /** A count; `outOf`: a whole that is itself told. */
  count(count: number, outOf?: number): Told;
  /** A share of a whole; `exact` where it is known better than as their ratio. */
  share(count: number, outOf: number, exact?: number, rounding?: Rounding): Told;
  /** Counts that add up to a total that is told. */
  parts(parts: readonly number[]): Told[];
  /** A table with row and column totals that are told. */
  table(rows: readonly (readonly number[])[]): Told[][];
  /** Nested counts, as near to themselves as their steps may be told. */
  series(counts: readonly number[], start: number): number[];
  /** A count for reckoning with: a few are none, all but a few are all. */
  reckoned(count: number, outOf?: number): number;
}

/** For what may leave the linkage unit. */
export const controlled: Disclosure = {
  restricted: false,
  count: toldCount,
  share: (count, outOf, _, rounding) => toldShare(count, outOf, rounding),
  parts: (parts) => (parts.reduce((sum, part) => sum + part, 0) < FEWEST ? parts.map(() => ({ under: FEWEST })) : toldParts(parts)),
  table: toldTable,
  series: coarseSeries,
  reckoned: (count, outOf = Infinity) => (count < FEWEST ? 0 : rounded(outOf - count < FEWEST ? outOf : count)),
};

/** For the linkage unit alone. */
export const exact: Disclosure = {
  restricted: true,
  count: (count) => count,
  share: (count, outOf, known) => known ?? (outOf === 0 ? null : tidy(count / outOf)),
  parts: (parts) => [...parts],
  table: (rows) => rows.map((row) => [...row]),
  series: (counts) => [...counts],
  reckoned: (count) => count,
};

function tidy(share: number): number {
  return Number(share.toPrecision(6));
}

function rounded(count: number): number {
  return Math.max(FEWEST, Math.round(count / ROUNDING) * ROUNDING);
}

/** Rounded down, for bounds that must hold. */
function atMost(count: number): number {
  return Math.floor(count / ROUNDING) * ROUNDING;
}

/** As many digits as counts rounded to five bear; a bound is rounded outwards. */
function roundShare(share: number, whole: number, round: (value: number) => number): number {
  const digits = 10 ** Math.max(1, Math.round(Math.log10(whole / ROUNDING)));
  return round(Number((share * digits).toFixed(9))) / digits; // 0.29 x 100 is not 29
}
