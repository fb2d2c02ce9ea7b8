import type { EqualityColumn } from "./equality-structure.ts";
import type { Alignment } from "./frequency-attack.ts";
import { BLOCK, type SampledFilter, correlate, fingerprints, highest, standardized } from "./similarity-fingerprint.ts";

const LANDMARKS = 30;
const MOST_VALUES = 2000;

/**
 * The chained attack on one filter column: frequency names its commonest values without any known person, these serve as landmarks, and similarity to them names the others. The attacker counts in a register of the same people
 * (worst case). Judged on the distinct values of the sample.
 *
 * `records`, `people`: the column's classes for sampled person i on both sides.
 */
export function chainedAttack(filter: SampledFilter, records: Int32Array, people: Int32Array, alignment: Alignment): { named: number; judged: number } {
  const recordWith = firstWith(records);
  const personWith = firstWith(people);
  const landmarks = alignment.flatMap(([seen, known]) => {
    const record = recordWith.get(seen);
    const person = personWith.get(known);
    return record === undefined || person === undefined ? [] : [{ record, person, seen }];
  });
  const used = landmarks.slice(0, LANDMARKS);
  const taken = new Set(used.map(({ seen }) => seen));
  const victims = [...recordWith].filter(([value]) => !taken.has(value)).map(([, record]) => record).slice(0, MOST_VALUES);
  const candidates = [...personWith.values()];
  if (used.length === 0 || victims.length === 0) return { named: 0, judged: victims.length };
  const seen = standardized(fingerprints(filter, "seen", victims, used.map(({ record }) => record)), used.length, used.length);
  const own = standardized(fingerprints(filter, "own", candidates, used.map(({ person }) => person)), used.length, used.length);
  const scores = Array.from({ length: BLOCK }, () => new Float32Array(candidates.length));
  let named = 0;
  for (let first = 0; first < victims.length; first += BLOCK) {
    correlate(seen, first, own, used.length, scores);
    victims.slice(first, first + BLOCK).forEach((victim, b) => {
      const best = highest(scores[b]!);
      if (best >= 0 && people[candidates[best]!] === people[victim]) named++;
    });
  }
  return { named, judged: victims.length };
}

/** The first of the sample with each value. */
function firstWith(classes: Int32Array): Map<number, number> {
  const first = new Map<number, number>();
  classes.forEach((value, i) => {
    if (value >= 0 && !first.has(value)) first.set(value, i);
  });
  return first;
}

/** Classes of some rows of a column. */
export function classesAt({ classes }: EqualityColumn, rows: Int32Array): Int32Array {
  return rows.map((row) => classes[row]!);
}
