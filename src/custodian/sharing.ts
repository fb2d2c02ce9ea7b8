import { atomName } from "../schema/field-kinds.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { unorderedNames } from "../schema/name-order.ts";

export interface AtomColumns {
  /** Number of records. */
  readonly count: number;
  /** For every atom, by name: the value's number in each record, -1 where missing. */
  readonly values: ReadonlyMap<string, Int32Array>;
  /** The fields that the atoms are views of: those of forename and surname number equal values alike. */
  readonly fields?: readonly LinkageSchema["fields"][number][];
}

interface Sharing {
  /** Share of records whose value another record has. */
  records: number;
  /** Other records with the same value, per record. */
  others: number;
}

/**
 * Measures the sharing of a compound in a sample. Records of one person share everything through themselves, which is no choice of keys and is left out; with `of` records they are counted all the
 * same, as `hash` counts.
 * Gives up, with infinite sharing, once there are more than `enough` others per record.
 */
export function measureSharing(sample: AtomColumns, parts: readonly string[], of: "people" | "records" = "people", enough = Infinity): Sharing {
  const { count } = sample;
  const columns = columnsOf(sample, parts);
  const samePerson = of === "people" ? samePersonTest(sample, parts) : undefined;
  const slots = 1 << Math.ceil(Math.log2(count * 2 + 2));
  const last = new Int32Array(slots).fill(-1); // last row of each value
  const before = new Int32Array(count); // the row before it with the same value
  const shares = new Uint8Array(count);
  const most = (enough * count) / 2;
  let pairs = 0;
  let records = 0;
  rows: for (let row = 0; row < count; row++) {
    let hash = 0;
    for (const column of columns) {
      if (column[row]! < 0) continue rows;
      hash = Math.imul(hash ^ column[row]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    let slot = hash & (slots - 1);
    probe: while (last[slot]! >= 0) {
      const other = last[slot]!;
      for (const column of columns) {
        if (column[other] === column[row]) continue;
        slot = (slot + 1) & (slots - 1);
        continue probe;
      }
      break;
    }
    before[row] = last[slot]!;
    last[slot] = row;
    for (let other = before[row]!; other >= 0; other = before[other]!) {
      if (samePerson?.(row, other) === true) continue;
      if (++pairs > most) return { records: Infinity, others: Infinity };
      for (const sharer of [row, other]) {
        if (shares[sharer] === 1) continue;
        shares[sharer] = 1;
        records++;
      }
    }
  }
  return { records: records / count, others: (2 * pairs) / count };
}

/** The columns of a compound's parts; of names that are not ordered (schema/name-order.ts), the lower number before the higher. */
function columnsOf({ values, fields = [] }: AtomColumns, parts: readonly string[]): Int32Array[] {
  const columns = parts.map((part) => values.get(part)!);
  const names = unorderedNames(fields, parts);
  if (names === undefined) return columns;
  const [one, other] = names.map((place) => columns[place]!) as [Int32Array, Int32Array];
  columns[names[0]] = one.map((value, row) => Math.min(value, other[row]!)); // -1 in both where one is missing, which is as good
  columns[names[1]] = one.map((value, row) => Math.max(value, other[row]!));
  return columns;
}

/** Records of a person: those that belong together by what they share with each other, and by what that shares with a third. */
function samePersonTest(sample: AtomColumns, parts: readonly string[]): (a: number, b: number) => boolean {
  let people = peopleOf.get(sample);
  if (people === undefined) peopleOf.set(sample, (people = numberPeople(sample)));
  const known = people;
  const test = personTest(sample, parts);
  return (a, b) => known[a] === known[b] || test(a, b);
}

const peopleOf = new WeakMap<AtomColumns, Int32Array>();
/** More records that agree in two fields are not looked at: they are strangers. */
const MOST_ALIKE = 50;

/** Gives the records of one person one number: pairs that agree in two whole fields are tested, and what they say is taken together, since records that were damaged differently often have only a third in common. */
function numberPeople(sample: AtomColumns): Int32Array {
  const { count, values } = sample;
  const first = Int32Array.from({ length: count }, (_, row) => row);
  const find = (row: number): number => {
    while (first[row] !== row) row = first[row] = first[first[row]!]!;
    return row;
  };
  const fields = [...values.keys()].filter((atom) => !atom.includes(".") && isTelling(values.get(atom)!, count));
  for (const [i, one] of fields.entries()) {
    for (const other of fields.slice(i + 1)) {
      const test = personTest(sample, [one, other]);
      for (const group of groupsOf(sample, [one, other])) {
        if (group.length > MOST_ALIKE) continue;
        group.forEach((a, at) => {
          for (const b of group.slice(at + 1)) if (find(a) !== find(b) && test(a, b)) first[Math.max(find(a), find(b))] = Math.min(find(a), find(b));
        });
      }
    }
  }
  return first.map((_, row) => find(row));
}

/** Rows that have a compound equal, two and more. */
function groupsOf({ count, values }: AtomColumns, [one, other]: readonly [string, string]): number[][] {
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

/**
 * Whether two records that share `parts` are one person's, as the rest of them tells: like forenames with what no two people have in common; or at least half of the other values alike, and
 *
 * - forenames that begin alike, with two of the three parts of the date of birth, or
 * - like forenames and no date in one of them, with two other values alike, or
 * - no forename in one of them, but the whole date: a household is not one person.
 *
 * Values that few tell apart (sex) say nothing.
 */
function personTest({ count, values }: AtomColumns, parts: readonly string[]): (a: number, b: number) => boolean {
  const fieldOf = (atom: string): string => atom.split(".", 1)[0]!;
  const shared = new Set(parts.map(fieldOf));
  const others = [...values].flatMap(([field, whole]) => (field.includes(".") || field === "date_of_birth" || shared.has(field) || !isTelling(whole, count) ? [] : [{ whole, alike: ["phonetic", "start"].flatMap((view) => values.get(atomName(field, view)) ?? []) }]));
  const initial = values.get("forename.initial");
  const dateParts = ["day", "month", "year"].flatMap((part) => values.get(`date_of_birth.${part}`) ?? []);
  const date = dateParts.length === 3 && !shared.has("date_of_birth");
  const forename = ["start", "phonetic"].flatMap((view) => values.get(atomName("forename", view)) ?? []);
  const own = PERSONAL.flatMap((field) => values.get(field) ?? []);
  // two values besides the forename, which agrees where it is one of them
  const leastUndated = others.some(({ whole }) => whole === values.get("forename")) ? 3 : 2;
  return (a, b) => {
    const agree = (column: Int32Array): boolean => column[a]! >= 0 && column[a] === column[b];
    if (own.some(agree) && forename.some(agree)) return true;
    const named = initial === undefined || (initial[a]! >= 0 && initial[b]! >= 0);
    if (named && initial !== undefined && initial[a] !== initial[b]) return false;
    // without a forename a household is one person, but for the whole date
    const agreeing = dateParts.filter(agree).length;
    const isUndated = dateParts.length === 3 && dateParts.every((part) => part[a]! < 0 || part[b]! < 0);
    if (isUndated ? !forename.some(agree) : named ? dateParts.length === 3 && agreeing < 2 : agreeing < 3) return false;
    // two parts of three count as one value that agrees
    let both = date && !isUndated ? 1 : 0;
    let equal = both;
    for (const { whole, alike } of others) {
      if (whole[a]! < 0 || whole[b]! < 0) continue;
      both++;
      if (whole[a] === whole[b] || alike.some(agree)) equal++;
    }
    return equal >= (isUndated ? leastUndated : 1) && equal * 2 >= both;
  };
}

/** What no two people of like forenames have in common. */
const PERSONAL = ["email", "health_number"];

/** Whether a field has values enough to tell people apart; they are numbered as they come. */
function isTelling(column: Int32Array, count: number): boolean {
  return column.some((value) => value >= Math.min(10, count / 2));
}
