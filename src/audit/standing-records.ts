import { type EqualityStructure, mix, restrict } from "./equality-structure.ts";

interface StandingRecords {
  readonly structure: EqualityStructure;
  /** The row of the whole structure of each of its. */
  readonly rows: Int32Array;
  /** For every row of the whole structure the one of its person. */
  readonly at: Int32Array;
}

/**
 * A structure in which every person is once. Where several records of a person are in a file, one stands for all and the others are blank (custodian/own-people.ts): they tell how many there are, which the mask of the
 * one takes in, and naming them names nobody else.
 */
export function standingRecords(structure: EqualityStructure): StandingRecords {
  const person = structure.columns.find(({ kind }) => kind === "person");
  const all = Int32Array.from({ length: structure.count }, (_, row) => row);
  if (person === undefined) return { structure, rows: all, at: all };
  const compared = [...structure.columns, ...structure.buckets].filter(({ kind }) => kind !== "person" && kind !== "stratum");
  const present = all.map((row) => compared.reduce((sum, { classes }) => sum + (classes[row]! >= 0 ? 1 : 0), 0));
  // the one that lacks least, as the others lack everything
  const best = new Int32Array(person.sizes.length).fill(-1);
  person.classes.forEach((of, row) => {
    if (of >= 0 && (best[of]! < 0 || present[row]! > present[best[of]!]!)) best[of] = row;
  });
  const rows = all.filter((row) => person.classes[row]! < 0 || best[person.classes[row]!] === row);
  const standing = restrict({ ...structure, columns: structure.columns.filter((column) => column !== person) }, rows);
  rows.forEach((row, i) => {
    const records = person.sizes[person.classes[row]!] ?? 1;
    if (records > 1) standing.masks[i] = mix(standing.masks[i]! ^ mix(records));
  });
  const at = new Int32Array(structure.count);
  rows.forEach((row, i) => (at[row] = i));
  person.classes.forEach((of, row) => of >= 0 && (at[row] = at[best[of]!]!));
  return { structure: standing, rows, at };
}
