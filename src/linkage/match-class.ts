import type { ComparisonGroup } from "../schema/comparison-space.ts";
import { SWAPPED_NAMES, expectedStates } from "../schema/error-model.ts";
import { fieldKinds } from "../schema/field-kinds.ts";
import { NAME_ORDER } from "../schema/name-order.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";

/**
 * How one person's two records compare. Errors cluster: one record was made with care, another in haste. So the fields' errors are independent only given the *care* of a pair, which multiplies the odds of an error in every
 * field alike: a log-normal random effect of one free parameter, its spread (Gauss-Hermite quadrature; a logistic model with a random intercept). Two free classes of matches would do as much and run away with relatives; this cannot, as
 * it makes all fields worse together or none.
 *
 * Without it pairs with several errors are foretold too rarely, hence too few out of the rules' reach, and pairs with a single gross error too often, so that twins pass for people with a wrong forename.
 */
export interface MatchClass {
  /** Standard deviation of the care's logarithm. */
  readonly spread: number;
  /** Per factor: log odds of an error at middling care. */
  readonly errorLogOdds: Float64Array;
  /** Per factor: P(state | error). */
  readonly errors: readonly Float64Array[];
}

/** Fields whose errors come together, as those of a place do when somebody moves; a state of a factor is a state of each of its fields. The last state of a factor is that all are equal. */
export interface Factor {
  readonly group: number;
  /** The factor's state in each state of its group. */
  readonly stateOf: Int32Array;
  /** What is expected before anything is known of the files. */
  readonly expected: Float64Array;
}

/** Nodes and weights of the quadrature. */
export const CARE = [
  { z: -Math.sqrt(3), share: 1 / 6 },
  { z: 0, share: 2 / 3 },
  { z: Math.sqrt(3), share: 1 / 6 },
] as const;

const PRIOR_PAIRS = 30; // weight of the expected states: a handful of odd pairs must not make a class of matches of their own
const PRIOR_SPREAD = { mean: 0.6, sd: 0.3 };
const LARGEST_SPREAD = 1.5;

/** The fields of a place form one factor, other fields one each: a forename tells the sex of strangers, but its errors do not touch the sex. */
export function factorsOf(groups: readonly ComparisonGroup[], schema: LinkageSchema): Factor[] {
  const kindOf = (name: string): LinkageSchema["fields"][number]["kind"] | undefined => schema.fields.find((field) => field.name === name)?.kind;
  return groups.flatMap(({ fields, size }, group) => {
    const place = fields.every(({ field }) => kindOf(field) !== undefined && fieldKinds[kindOf(field)!].household);
    const parts = place ? [fields] : fields.map((space) => [space]);
    return parts.map((part): Factor => {
      const stateOf = new Int32Array(size);
      for (let state = 0; state < size; state++) {
        let rest = state;
        let scale = 1;
        for (let f = fields.length - 1; f >= 0; f--) {
          const { states } = fields[f]!;
          if (part.includes(fields[f]!)) {
            stateOf[state]! += (rest % states.length) * scale;
            scale *= states.length;
          }
          rest = Math.floor(rest / states.length);
        }
      }
      const expected = part
        .map((space) => {
          const kind = kindOf(space.field);
          if (kind !== undefined) return expectedStates(space, kind);
          if (space.field === NAME_ORDER) return Float64Array.of(SWAPPED_NAMES, 1 - SWAPPED_NAMES);
          // a record-level filter: most matches are near, few equal
          return Float64Array.from(space.states, (state) => (state.level === 0 ? 0.05 : 0.95 / (space.states.length - 1)));
        })
        .reduce((joint, states) => Float64Array.from({ length: joint.length * states.length }, (_, i) => joint[Math.floor(i / states.length)]! * states[i % states.length]!));
      return { group, stateOf, expected };
    });
  });
}

export function expectedMatches(factors: readonly Factor[]): MatchClass {
  return {
    spread: PRIOR_SPREAD.mean,
    errorLogOdds: Float64Array.from(factors, ({ expected }) => Math.log((1 - expected.at(-1)!) / expected.at(-1)!)),
    errors: factors.map(({ expected }) => conditional(expected)),
  };
}

/** State probabilities of every group at each node of care. */
export function statesByCare({ spread, errorLogOdds, errors }: MatchClass, factors: readonly Factor[], groups: readonly ComparisonGroup[]): Float64Array[][] {
  return CARE.map(({ z }) => {
    const states = groups.map(({ size }) => new Float64Array(size).fill(1));
    factors.forEach(({ group, stateOf }, f) => {
      const error = logistic(errorLogOdds[f]! + spread * z);
      const last = errors[f]!.length;
      states[group]!.forEach((p, state, into) => (into[state] = p * (stateOf[state] === last ? 1 - error : error * errors[f]![stateOf[state]!]!)));
    });
    return states;
  });
}

/** State probabilities of a match of whatever care. */
export function averageStates(byCare: readonly (readonly Float64Array[])[]): Float64Array[] {
  return byCare[0]!.map(({ length }, g) => Float64Array.from({ length }, (_, s) => CARE.reduce((sum, { share }, k) => sum + share * byCare[k]![g]![s]!, 0)));
}

/**
 * The M step: the most likely class for expected counts of matches, by care, group and state.
 *
 * For a given spread every factor is a logistic regression on an offset with nothing but an intercept; the spread itself is found by golden section.
 */
export function refit(counts: readonly (readonly Float64Array[])[], factors: readonly Factor[]): MatchClass {
  const equal = factors.map(({ expected }) => Float64Array.from(CARE, ({ share }) => share * PRIOR_PAIRS * expected.at(-1)!));
  const wrong = factors.map(({ expected }) => Float64Array.from(CARE, ({ share }) => share * PRIOR_PAIRS * (1 - expected.at(-1)!)));
  const errors = factors.map(({ group, stateOf, expected }, f) => {
    const sums = expected.slice(0, -1).map((p) => p * PRIOR_PAIRS);
    counts.forEach((ofCare, k) =>
      ofCare[group]!.forEach((count, state) => {
        if (stateOf[state] === sums.length) equal[f]![k]! += count;
        else {
          wrong[f]![k]! += count;
          sums[stateOf[state]!]! += count;
        }
      }),
    );
    return sums;
  });
  const fit = (spread: number): { errorLogOdds: Float64Array; value: number } => {
    let value = -((spread - PRIOR_SPREAD.mean) ** 2) / (2 * PRIOR_SPREAD.sd ** 2);
    const errorLogOdds = Float64Array.from(factors, (_, f) => {
      const best = intercept(equal[f]!, wrong[f]!, spread);
      CARE.forEach(({ z }, k) => (value += wrong[f]![k]! * (best + spread * z) - (equal[f]![k]! + wrong[f]![k]!) * softplus(best + spread * z)));
      return best;
    });
    return { errorLogOdds, value };
  };
  const spread = highest((x) => fit(x).value, 0, LARGEST_SPREAD);
  return { spread, errorLogOdds: fit(spread).errorLogOdds, errors: errors.map((sums) => normalized(sums)) };
}

/** Most likely log odds of an error at middling care: the sum of foretold errors is strictly rising in it, so Newton's steps within a bracket find the root. */
function intercept(equal: Float64Array, wrong: Float64Array, spread: number): number {
  const errors = wrong.reduce((sum, x) => sum + x, 0);
  let low = -15;
  let high = 8;
  let x = Math.log(errors / equal.reduce((sum, y) => sum + y, 0));
  for (let step = 0; step < 60; step++) {
    let foretold = 0;
    let slope = 0;
    CARE.forEach(({ z }, k) => {
      const p = logistic(x + spread * z);
      foretold += (equal[k]! + wrong[k]!) * p;
      slope += (equal[k]! + wrong[k]!) * p * (1 - p);
    });
    const off = errors - foretold;
    if (Math.abs(off) <= 1e-12 * errors) break;
    if (off > 0) low = x;
    else high = x;
    const next = x + off / slope;
    x = next > low && next < high ? next : (low + high) / 2;
  }
  return x;
}

/** Where a function with one top is highest (golden section; Kiefer 1953). */
function highest(f: (x: number) => number, low: number, high: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let a = high - golden * (high - low);
  let b = low + golden * (high - low);
  let [atA, atB] = [f(a), f(b)];
  while (high - low > 1e-6) {
    if (atA > atB) {
      [high, b, atB] = [b, a, atA];
      a = high - golden * (high - low);
      atA = f(a);
    } else {
      [low, a, atA] = [a, b, atB];
      b = low + golden * (high - low);
      atB = f(b);
    }
  }
  return (low + high) / 2;
}

function conditional(states: Float64Array): Float64Array {
  return normalized(states.slice(0, -1));
}

function normalized(counts: Float64Array): Float64Array {
  const sum = counts.reduce((total, count) => total + count, 0);
  return counts.map((count) => count / sum);
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}
