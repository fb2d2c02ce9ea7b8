import { type EqualityStructure, mix, restrict } from "./equality-structure.ts";

/**
 * A structure in which every person is once. Where several records of a person are in a file, one stands for all and the others are blank (custodian/own-people.ts): they tell how many there are, which the mask of the
 * one takes in, and naming them names nobody else.
 */
export function standingRecords(structure: EqualityStructure): { structure: EqualityStructure; rows: Int32Array } {
  const person = structure.columns.find(({ kind }) => kind === "person");
  const all = Int32Array.from({ length: structure.count }, (_, row) => row);
  if (person === undefined) return { structure, rows: all };
  const compared = [...structure.columns, ...structure.buckets].filter(({ kind }) => kind !== "person" && kind !== "stratum");
  const rows = all.filter((row) => person.classes[row]! < 0 || compared.some(({ classes }) => classes[row]! >= 0));
  const standing = restrict({ ...structure, columns: structure.columns.filter((column) => column !== person) }, rows);
  rows.forEach((row, i) => {
    const records = person.sizes[person.classes[row]!] ?? 1;
    if (records > 1) standing.masks[i] = mix(standing.masks[i]! ^ mix(records));
  });
  return { structure: standing, rows };
}
