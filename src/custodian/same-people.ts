import { atomName } from "../schema/field-kinds.ts";
import type { AtomColumns } from "./sharing.ts";

/** Rows that are alike in more are strangers. */
const MOST_ALIKE = 50;

/**
 * Pairs of rows with one date of birth and one `field` (a name, a place) that look like one person's: forenames that begin alike, where there are two, and at least half of the other values alike. Quick, and sure rather than
 * complete: enough to see that a file holds such pairs. find-own-people.ts finds them all.
 */
export function countSamePeople(sample: AtomColumns, date: string, field: string): number {
  const { values } = sample;
  const initial = values.get("forename.initial");
  const others = [...values].flatMap(([name, whole]) => (name.includes(".") || name === date || name === field || !isTelling(whole, sample.count) ? [] : [[whole, ...["phonetic", "start"].flatMap((view) => values.get(atomName(name, view)) ?? [])]]));
  const isOnePerson = (a: number, b: number): boolean => {
    const agree = (column: Int32Array): boolean => column[a]! >= 0 && column[a] === column[b];
    if (initial !== undefined && initial[a]! >= 0 && initial[b]! >= 0 && initial[a] !== initial[b]) return false;
    const known = others.filter(([whole]) => whole![a]! >= 0 && whole![b]! >= 0);
    const alike = known.filter((views) => views.some(agree)).length;
    return alike > 0 && alike * 2 >= known.length;
  };
  let pairs = 0;
  for (const group of groupsOf(sample, date, field)) {
    if (group.length > MOST_ALIKE) continue;
    group.forEach((a, at) => {
      for (const b of group.slice(at + 1)) if (isOnePerson(a, b)) pairs++;
    });
  }
  return pairs;
}

/** Rows that have both values equal, two and more. */
function groupsOf({ count, values }: AtomColumns, one: string, other: string): number[][] {
  const [x, y] = [values.get(one)!, values.get(other)!];
  const groups = new Map<number, number[]>();
  for (let row = 0; row < count; row++) {
    if (x[row]! < 0 || y[row]! < 0) continue;
    const value = x[row]! * count + y[row]!;
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [row]);
    else group.push(row);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Whether a field has values enough to tell people apart; they are numbered as they come. */
function isTelling(column: Int32Array, count: number): boolean {
  return column.some((value) => value >= Math.min(10, count / 2));
}
