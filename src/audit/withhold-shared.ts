import { isSecondRecord } from "../schema/withheld.ts";
import { type EqualityColumn, type EqualityStructure, mix } from "./equality-structure.ts";

/** A register as `hash` would leave it: values of keys that several records have are withheld (custodian/shared-values.ts), so that each stands alone. The attacker knows the tool, and does the same. */
export function withholdShared(structure: EqualityStructure): EqualityStructure {
  const second = secondRecords(structure);
  return { ...structure, columns: structure.columns.map((column) => (column.kind === "key" ? withheld(column, second) : column)) };
}

/** What is withheld, as links show it to whoever has linked the file: a key that does not agree although all else does. Every record's mask takes in which of its keys that are; `sent` is the same records with nothing withheld. */
export function withWithheldKnown(structure: EqualityStructure, sent: EqualityStructure): EqualityStructure {
  const second = secondRecords(sent);
  const masks = structure.masks.slice();
  keysOf(sent).forEach(({ classes, sizes }, k) => {
    classes.forEach((value, row) => {
      if (value >= 0 && sizes[value]! > 1 && second[row] === 0) masks[row] = mix(masks[row]! ^ mix(k + 1));
    });
  });
  return { ...structure, masks };
}

function keysOf({ columns }: EqualityStructure): EqualityColumn[] {
  return columns.filter(({ kind }) => kind === "key");
}

function secondRecords(structure: EqualityStructure): Uint8Array {
  const keys = keysOf(structure);
  return Uint8Array.from({ length: structure.count }, (_, row) => {
    let present = 0;
    let shared = 0;
    for (const { classes, sizes } of keys) {
      if (classes[row]! < 0) continue;
      present++;
      if (sizes[classes[row]!]! > 1) shared++;
    }
    return isSecondRecord(shared, present) ? 1 : 0;
  });
}

function withheld(column: EqualityColumn, second: Uint8Array): EqualityColumn {
  const sizes = [...column.sizes];
  const classes = column.classes.map((value, row) => {
    if (value < 0 || column.sizes[value] === 1 || second[row] === 1) return value;
    sizes[value]!--;
    return sizes.push(1) - 1;
  });
  return { ...column, classes, sizes: Int32Array.from(sizes) };
}
