import type { ComparisonGroup } from "../schema/comparison-space.ts";

/** Random pairs of one kind: their share of all, and P(state) per group. */
export interface Strangers {
  readonly share: number;
  readonly states: readonly Float64Array[];
}

/** Views of forenames that sound or begin alike. */
const ALIKE = ["phonetic", "start"];

/**
 * Random pairs as those born in one year and the others. People of one age have the same forename more often (`byYear` times, as the files tell), so that in a large file many share it with their whole date of birth: as if names had no
 * fashion, such pairs pass for people who have moved and married. Forenames that are alike are taken to follow the fashion half-way, as the square root.
 *
 * Both kinds together are as `u` says, group by group.
 */
export function strangersOf(groups: readonly ComparisonGroup[], u: readonly Float64Array[], byYear: number): Strangers[] {
  const of = (field: string): number => groups.findIndex(({ fields }) => fields.some((space) => space.field === field));
  const [named, born] = [of("forename"), of("date_of_birth")];
  const all = [{ share: 1, states: u }];
  if (byYear === 1 || named < 0 || born < 0 || groups[born]!.fields.length > 1) return all;
  const [date] = groups[born]!.fields;
  const yearBit = date!.views.indexOf("year");
  const inOneYear = date!.states.map(({ equal, agrees }) => equal || (yearBit >= 0 && ((agrees >> yearBit) & 1) === 1));
  const share = u[born]!.reduce((sum, p, state) => sum + (inOneYear[state] === true ? p : 0), 0);
  if (yearBit < 0 || share === 0 || share === 1) return all;

  const fashions = fashionsOf(groups[named]!, byYear);
  const sumOf = (value: (p: number, state: number) => number): number => u[named]!.reduce((sum, p, state) => sum + value(p, state), 0);
  const alike = sumOf((p, state) => (fashions[state] === 1 ? 0 : p));
  // however large the fashion is, some of one age have different names, and some of different ages the same
  const scale = Math.min(1, 0.5 / sumOf((p, state) => (fashions[state] === 1 ? 0 : p * fashions[state]!)), 0.9 / (share * byYear));
  const namedInOneYear = u[named]!.map((p, state) => (fashions[state] === 1 ? 0 : p * fashions[state]! * scale));
  const alikeInOneYear = namedInOneYear.reduce((sum, p) => sum + p, 0);
  u[named]!.forEach((p, state) => fashions[state] === 1 && (namedInOneYear[state] = (p * (1 - alikeInOneYear)) / (1 - alike)));
  const kind = (within: number, names: Float64Array, isIn: boolean): Strangers => ({
    share: within,
    states: u.map((states, g) => (g === named ? names : g === born ? states.map((p, state) => (inOneYear[state] === isIn ? p / within : 0)) : states)),
  });
  return [kind(share, namedInOneYear, true), kind(1 - share, u[named]!.map((p, state) => Math.max(0, p - share * namedInOneYear[state]!) / (1 - share)), false)];
}

/** Per state of the group, how many times as often it is seen among people of one age; 1 where forenames are not alike. */
function fashionsOf({ fields, size }: ComparisonGroup, byYear: number): Float64Array {
  const at = fields.findIndex(({ field }) => field === "forename");
  const { states, views } = fields[at]!;
  const below = fields.slice(at + 1).reduce((product, { states: others }) => product * others.length, 1);
  const alike = ALIKE.reduce((bits, view) => (views.includes(view) ? bits | (1 << views.indexOf(view)) : bits), 0);
  return Float64Array.from({ length: size }, (_, index) => {
    const { equal, level, agrees } = states[Math.floor(index / below) % states.length]!;
    return equal ? byYear : level > 0 || (agrees & alike) !== 0 ? Math.sqrt(byYear) : 1;
  });
}
