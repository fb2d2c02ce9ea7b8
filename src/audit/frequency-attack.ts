import { random } from "../random.ts";
import { type EqualityColumn, type EqualityStructure, mix } from "./equality-structure.ts";

/** Values of the file paired with values of the register by rank: [class in the file, class in the register], the most frequent first. */
export type Alignment = readonly (readonly [number, number])[];

/** A column of fewer values (a sex, a year) names nobody by itself; that its values are told is what the share of the top value says. */
const FEWEST_VALUES = 100;

/** How often each class of a column occurs. */
export type Frequencies = Int32Array;

interface FrequencyOutcome {
  readonly column: string;
  /** Records whose value the attacker has right. */
  readonly named: number;
  readonly judged: number;
}

/**
 * Frequency alignment, per column: the attacker knows how often values occur, orders them and the file's by frequency and takes the n-th for the n-th (as in Niedermeyer, Steinmetzer, Kroll & Schnell 2014). Without public
 * frequencies he has one half of the register and the file is the other half. A bucket is attacked like a value: it stands out when one of its values does.
 *
 * `publicly`: frequencies from elsewhere, by column (its kind and name), in the register's classes.
 */
export function frequencyAttack(seen: EqualityStructure, register: EqualityStructure, truth: Int32Array, publicly: ReadonlyMap<string, Frequencies> = new Map()): FrequencyOutcome[] {
  const draw = random("saltlink audit halves");
  const half = Uint8Array.from({ length: register.count }, () => (draw() < 0.5 ? 1 : 0));
  const columns = [...seen.columns.map((column, c) => [column, register.columns[c]!] as const), ...seen.buckets.map((bucket, b) => [bucket, register.buckets[b]!] as const)];
  const stratified = register.strata.some((stratum) => stratum !== register.strata[0]);
  return columns.flatMap(([records, people]) => {
    if (people.sizes.length < FEWEST_VALUES || people.kind === "stratum") return []; // strata are read, not guessed
    const within = stratified ? [attackWithinStrata([records, seen.strata], [people, register.strata], truth, half)] : [];
    const split = attackColumn(records, people, truth, frequencies(people.classes, people.sizes.length, (person) => half[person] === 0), (person) => half[person] === 1);
    const known = publicly.get(`${people.kind} ${people.name}`);
    return known === undefined ? [split, ...within] : [split, ...within, attackColumn(records, people, truth, known, () => true)];
  });
}

function attackColumn(records: EqualityColumn, people: EqualityColumn, truth: Int32Array, knowledge: Frequencies, attacked: (person: number) => boolean): FrequencyOutcome {
  const counts = frequencies(records.classes, records.sizes.length, (row) => attacked(truth[row]!));
  const alignment = alignByFrequency(counts, knowledge);
  const guess = new Int32Array(records.sizes.length).fill(-1);
  for (const [seen, known] of alignment) guess[seen] = known;
  let named = 0;
  let judged = 0;
  for (let row = 0; row < truth.length; row++) {
    const person = truth[row]!;
    const value = records.classes[row]!;
    if (!attacked(person)) continue;
    judged++;
    if (value >= 0 && guess[value]! >= 0 && guess[value] === people.classes[person]) named++;
  }
  return { column: `${people.kind} ${people.name}`, named, judged };
}

/** The same with each group's values ordered by themselves. */
function attackWithinStrata([records, recordStrata]: [EqualityColumn, Uint32Array], [people, peopleStrata]: [EqualityColumn, Uint32Array], truth: Int32Array, half: Uint8Array): FrequencyOutcome {
  const groupsOf = (strata: Uint32Array): Map<number, number[]> => {
    const groups = new Map<number, number[]>();
    strata.forEach((stratum, row) => {
      const group = groups.get(stratum);
      if (group === undefined) groups.set(stratum, [row]);
      else group.push(row);
    });
    return groups;
  };
  const known = groupsOf(peopleStrata);
  const outcome = { column: `${people.kind} ${people.name}, within strata`, named: 0, judged: 0 };
  for (const [stratum, rows] of groupsOf(recordStrata)) {
    const attacked = rows.filter((row) => half[truth[row]!] === 1);
    outcome.judged += attacked.length;
    const alignment = new Map(alignByFrequency(frequenciesOf(records, attacked), frequenciesOf(people, (known.get(stratum) ?? []).filter((person) => half[person] === 0))));
    for (const row of attacked) {
      const guess = alignment.get(records.classes[row]!);
      if (guess !== undefined && guess === people.classes[truth[row]!]) outcome.named++;
    }
  }
  return outcome;
}

/** How often values occur among some rows. */
function frequenciesOf({ classes }: EqualityColumn, rows: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const row of rows) if (classes[row]! >= 0) counts.set(classes[row]!, (counts.get(classes[row]!) ?? 0) + 1);
  return counts;
}

/** The n-th most frequent value of the file for the n-th most frequent of the attacker's; those that occur once have no rank. */
export function alignByFrequency(seen: Frequencies | ReadonlyMap<number, number>, known: Frequencies | ReadonlyMap<number, number>): Alignment {
  // values of equal frequency in a random order: that of the rows would be knowledge which the attacker has not
  const byCount = (numbers: Frequencies | ReadonlyMap<number, number>, seed: number): Int32Array => {
    const count = numbers instanceof Map ? (value: number): number => numbers.get(value)! : (value: number): number => (numbers as Frequencies)[value]!;
    return Int32Array.from(numbers.keys()).filter((value) => count(value) > 1).sort((a, b) => count(b) - count(a) || mix(a + seed) - mix(b + seed));
  };
  const ours = byCount(seen, 0x1b873593);
  const theirs = byCount(known, 0x2545f491);
  return Array.from({ length: Math.min(ours.length, theirs.length) }, (_, rank) => [ours[rank]!, theirs[rank]!] as const);
}

function frequencies(classes: Int32Array, distinct: number, counts: (row: number) => boolean): Frequencies {
  const numbers = new Int32Array(distinct);
  for (let row = 0; row < classes.length; row++) if (classes[row]! >= 0 && counts(row)) numbers[classes[row]!]!++;
  return numbers;
}
