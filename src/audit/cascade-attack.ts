import { type EqualityStructure, membersOf } from "./equality-structure.ts";
import type { Claims } from "./structure-attack.ts";

/**
 * The cascade attack: the attacker knows who some of the records are and holds a register (of any overlap that covers the file). A known record opens the classes it is in: which value a class stands for is now known.
 * A record whose opened classes leave one possible person is known too; and so on. Persons are ruled out by what records lack, by classes and buckets whose value is known to be another, and by being known already.
 *
 * `known`: for each record of the file the person, -1 where the attacker knows nothing. Returns the claims beyond these.
 */
export function cascadeAttack(seen: EqualityStructure, register: EqualityStructure, known: Claims): Claims {
  const columns = seen.columns.map((column, c) => ({
    records: column,
    people: register.columns[c]!,
    recordsOf: membersOf(column),
    peopleOf: membersOf(register.columns[c]!), // an unknown record shares its class with a known one, so both sides have two or more in it
    /** The register's class that a class of the file stands for, and the other way round; -1 while not known. */
    meaning: new Int32Array(column.sizes.length).fill(-1),
    standsFor: new Int32Array(register.columns[c]!.sizes.length).fill(-1),
  }));
  // a bucket holds several values: a value's bucket can be known, a bucket's value cannot
  const buckets = seen.buckets.map((bucket, b) => ({ records: bucket.classes, people: register.buckets[b]!.classes, bucketOf: new Int32Array(register.buckets[b]!.sizes.length).fill(-1) }));

  const person = known.slice();
  const taken = new Uint8Array(register.count);
  let front: number[] = [];
  for (let row = 0; row < person.length; row++) {
    if (person[row]! < 0) continue;
    taken[person[row]!] = 1;
    front.push(row);
  }

  const fits = (row: number, candidate: number): boolean =>
    taken[candidate] === 0 &&
    register.masks[candidate] === seen.masks[row] &&
    columns.every(({ records, people, meaning, standsFor }) => {
      const value = records.classes[row]!;
      const theirs = people.classes[candidate]!;
      if (value < 0 || theirs < 0) return value < 0 && theirs < 0;
      return meaning[value]! >= 0 ? meaning[value] === theirs : standsFor[theirs]! < 0;
    }) &&
    buckets.every(({ records, people, bucketOf }) => {
      const bucket = people[candidate]! < 0 ? -1 : bucketOf[people[candidate]!]!;
      return bucket < 0 || bucket === records[row];
    });

  const marked = new Int32Array(person.length).fill(-1);
  for (let round = 0; front.length > 0; round++) {
    const touched: number[] = [];
    for (const row of front) {
      for (const { records, people, recordsOf, meaning, standsFor } of columns) {
        const value = records.classes[row]!;
        const meant = people.classes[person[row]!]!;
        if (value < 0 || meant < 0) continue;
        if (meaning[value]! < 0) {
          meaning[value] = meant;
          standsFor[meant] = value;
        }
        // the class is looked at again whenever somebody in it becomes known: one candidate fewer
        if (records.sizes[value]! > LARGEST_CLASS) continue;
        for (let i = recordsOf.starts[value]!; i < recordsOf.starts[value + 1]!; i++) {
          const other = recordsOf.rows[i]!;
          if (person[other]! >= 0 || marked[other] === round) continue;
          marked[other] = round;
          touched.push(other);
        }
      }
      for (const { records, people, bucketOf } of buckets) if (people[person[row]!]! >= 0 && records[row]! >= 0) bucketOf[people[person[row]!]!] = records[row]!;
    }
    front = [];
    for (const row of touched) {
      let narrowest: (typeof columns)[number] | undefined;
      let fewest = LARGEST_CLASS + 1;
      for (const column of columns) {
        const value = column.records.classes[row]!;
        if (value < 0 || column.meaning[value]! < 0) continue;
        const size = column.people.sizes[column.meaning[value]!]!;
        if (size < fewest) [narrowest, fewest] = [column, size];
      }
      if (narrowest === undefined) continue;
      const meant = narrowest.meaning[narrowest.records.classes[row]!]!;
      const { starts, rows } = narrowest.peopleOf;
      let only = -1;
      let candidates = 0;
      for (let i = starts[meant]!; i < starts[meant + 1]! && candidates < 2; i++) {
        if (!fits(row, rows[i]!)) continue;
        only = rows[i]!;
        candidates++;
      }
      if (candidates !== 1) continue;
      person[row] = only;
      taken[only] = 1;
      front.push(row);
    }
  }
  return person.map((claim, row) => (known[row]! >= 0 ? -1 : claim));
}

/** Classes with more members than this are used to rule persons out, but not gone through. */
const LARGEST_CLASS = 2000;
