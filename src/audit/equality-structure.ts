import { PERSON } from "../exchange/layout.ts";
import { ID_HALVES } from "../exchange/row-group.ts";
import { seedOf } from "../random.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";

/**
 * What equal values alone tell of a set of records: per column which records have the same value, and what each record lacks. It is the same for every salt, so an attacker computes it for a
 * register of his own by hashing the register under any salt, and for the attacked file by looking at it. An anchored filter counts as a value: equal filters mean equal text and equal anchor.
 */
export interface EqualityStructure {
  /** Number of records. */
  readonly count: number;
  /** Filters, keys and tokens, and all strata as one. */
  readonly columns: readonly EqualityColumn[];
  /** Bucketed keys: whole values on the attacker's side, several values to a bucket in a file. */
  readonly buckets: readonly EqualityColumn[];
  /** A hash of each record's mask of missing values and of its strata: every file shows both as they are. */
  readonly masks: Uint32Array;
  /** A hash of each record's strata alone; 0 in files without. */
  readonly strata: Uint32Array;
}

export interface EqualityColumn {
  readonly name: string;
  readonly kind: "filter" | "key" | "token" | "bucket" | "person" | "stratum";
  /** Class of each record, -1 where the value is missing. */
  readonly classes: Int32Array;
  /** Records in each class. */
  readonly sizes: Int32Array;
}

/** Two halves of 64 bits per record; 0, 0 is missing. */
export interface Words {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

export function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** Numbers the distinct words from 0, in the order of their first record. Linear, in an open-addressed table of rows. */
export function classesOf({ low, high }: Words): { classes: Int32Array; sizes: Int32Array } {
  const count = low.length;
  const slots = 2 ** Math.ceil(Math.log2(count * 1.5 + 2));
  const table = new Int32Array(slots).fill(-1);
  const classes = new Int32Array(count).fill(-1);
  const sizes = new Int32Array(count);
  let distinct = 0;
  for (let row = 0; row < count; row++) {
    const l = low[row]!;
    const h = high[row]!;
    if (l === 0 && h === 0) continue;
    let slot = mix(l ^ Math.imul(h, 0x9e3779b1)) & (slots - 1);
    let other = table[slot]!;
    while (other >= 0 && (low[other] !== l || high[other] !== h)) {
      slot = (slot + 1) & (slots - 1);
      other = table[slot]!;
    }
    if (other < 0) {
      table[slot] = row;
      classes[row] = distinct++;
    } else classes[row] = classes[other]!;
    sizes[classes[row]!]!++;
  }
  return { classes, sizes: sizes.slice(0, distinct) };
}

/** Adds a word to the digest of a filter's words. All zeros stay zero, so that a missing filter stays missing. */
export function addToDigest({ low, high }: Words, row: number, wordLow: number, wordHigh: number): void {
  const a = Math.imul(low[row]! ^ wordLow, 0x9e3779b1);
  const b = Math.imul(high[row]! ^ wordHigh, 0x85ebca6b);
  low[row] = a ^ (b >>> 15);
  high[row] = b ^ (a >>> 13);
}

/** A column of a schema and where its words lie in a row of the hashed file, as halves. */
export interface ColumnPlace {
  readonly name: string;
  readonly kind: EqualityColumn["kind"];
  readonly at: number;
  readonly words: number;
}

/** The columns in file order; the mask of missing values comes before them, at ID_HALVES. */
export function columnPlaces({ filters, keys, buckets, tokens, duplicates }: LinkageSchema): ColumnPlace[] {
  const columns = [
    ...filters.map(({ name, bits }) => ({ name, kind: "filter" as const, words: bits / 64 })),
    ...keys.map(({ parts }) => ({ name: parts.join(" + "), kind: "key" as const, words: 1 })),
    ...buckets.map(({ parts }) => ({ name: parts.join(" + "), kind: "bucket" as const, words: 1 })),
    ...tokens.map((token) => ({ name: token, kind: "token" as const, words: 1 })),
    ...(duplicates === true ? [{ name: PERSON, kind: "person" as const, words: 1 }] : []),
  ];
  let at = ID_HALVES + 2;
  return columns.map((column) => ({ ...column, at: (at += column.words * 2) - column.words * 2 }));
}

/** Collects the structure of rows that come in blocks, in the layout of the hashed file (see exchange/write-hashed-file.ts). */
export class StructureBuilder {
  readonly places: readonly ColumnPlace[];
  readonly width: number;
  #count = 0;
  #masks: Uint32Array;
  #strata: Uint32Array;
  #words: Words[];

  constructor(schema: LinkageSchema, expectedRows: number) {
    this.places = columnPlaces(schema);
    this.width = this.places.reduce((width, { words }) => width + words * 2, ID_HALVES + 2);
    this.#masks = new Uint32Array(expectedRows);
    this.#strata = new Uint32Array(expectedRows);
    this.#words = this.places.map(() => ({ low: new Uint32Array(expectedRows), high: new Uint32Array(expectedRows) }));
  }

  /** `stride`: halves from row to row; `strata`: a hash of each row's strata, where it has some. */
  add(halves: Uint32Array, rows: number, stride = this.width, strata?: Uint32Array): void {
    this.#makeRoom(this.#count + rows);
    for (let row = 0, start = 0; row < rows; row++, start += stride) {
      const target = this.#count + row;
      this.#masks[target] = maskHash(halves[start + ID_HALVES]!, halves[start + ID_HALVES + 1]!, strata?.[row]);
      this.#strata[target] = strata?.[row] ?? 0;
      for (let c = 0; c < this.places.length; c++) {
        const { at, words } = this.places[c]!;
        const column = this.#words[c]!;
        if (words === 1) {
          column.low[target] = halves[start + at]!;
          column.high[target] = halves[start + at + 1]!;
        } else for (let w = 0; w < words; w++) addToDigest(column, target, halves[start + at + w * 2]!, halves[start + at + w * 2 + 1]!);
      }
    }
    this.#count += rows;
  }

  #makeRoom(rows: number): void {
    if (rows <= this.#masks.length) return;
    const larger = (array: Uint32Array): Uint32Array => {
      const grown = new Uint32Array(Math.ceil(rows * 1.25));
      grown.set(array);
      return grown;
    };
    this.#masks = larger(this.#masks);
    this.#strata = larger(this.#strata);
    this.#words = this.#words.map(({ low, high }) => ({ low: larger(low), high: larger(high) }));
  }

  finish(): EqualityStructure {
    const count = this.#count;
    const columns = this.places.map(({ name, kind }, c) => {
      const { low, high } = this.#words[c]!;
      const classes = classesOf({ low: low.subarray(0, count), high: high.subarray(0, count) });
      this.#words[c] = { low: new Uint32Array(0), high: new Uint32Array(0) };
      return { name, kind, ...classes };
    });
    return structureFrom(columns, this.#masks.slice(0, count), this.#strata.slice(0, count));
  }
}

/** `columns`: buckets among them. */
export function structureFrom(columns: readonly EqualityColumn[], masks: Uint32Array, strata: Uint32Array): EqualityStructure {
  const stratum = strata.some((hash) => hash !== 0) ? [{ name: "strata", kind: "stratum" as const, ...classesOf({ low: strata, high: new Uint32Array(strata.length).fill(1) }) }] : [];
  return { count: masks.length, columns: [...columns.filter(({ kind }) => kind !== "bucket"), ...stratum], buckets: columns.filter(({ kind }) => kind === "bucket"), masks, strata };
}

export function maskHash(low: number, high: number, strata = 0): number {
  return mix(low ^ mix(high + 0x51ed270b) ^ strata) >>> 0;
}

/** A hash of records' strata, values in clear: what an attacker reads in a file and looks up in his register. `values`: by stratum and code, code 0 being missing. */
export function strataHashes(rows: number, values: readonly (readonly string[])[], codeOf: (row: number, stratum: number) => number): Uint32Array {
  const hashes = new Uint32Array(rows);
  values.forEach((ofStratum, s) => {
    const hashOf = ofStratum.map((value) => seedOf(`${s} ${value}`));
    for (let row = 0; row < rows; row++) hashes[row] = mix(Math.imul(hashes[row]!, 0x9e3779b1) + hashOf[codeOf(row, s)]!);
  });
  return hashes;
}

/** The structure of some of the records: classes keep their numbers, sizes are those among the records kept. */
export function restrict(structure: EqualityStructure, rows: Int32Array): EqualityStructure {
  const of = (column: EqualityColumn): EqualityColumn => {
    const classes = new Int32Array(rows.length);
    const sizes = new Int32Array(column.sizes.length);
    for (let i = 0; i < rows.length; i++) {
      const value = (classes[i] = column.classes[rows[i]!]!);
      if (value >= 0) sizes[value]!++;
    }
    return { ...column, classes, sizes };
  };
  return { count: rows.length, columns: structure.columns.map(of), buckets: structure.buckets.map(of), masks: Uint32Array.from(rows, (row) => structure.masks[row]!), strata: Uint32Array.from(rows, (row) => structure.strata[row]!) };
}

/** Records of each class that has more than one: those of class c are `rows[starts[c]]` to `rows[starts[c + 1] - 1]`. */
interface Members {
  readonly starts: Int32Array;
  readonly rows: Int32Array;
}

export function membersOf({ classes, sizes }: EqualityColumn): Members {
  const starts = new Int32Array(sizes.length + 1);
  for (let c = 0; c < sizes.length; c++) starts[c + 1] = starts[c]! + (sizes[c]! > 1 ? sizes[c]! : 0);
  const rows = new Int32Array(starts[sizes.length]!);
  const filled = new Int32Array(sizes.length);
  for (let row = 0; row < classes.length; row++) {
    const value = classes[row]!;
    if (value >= 0 && sizes[value]! > 1) rows[starts[value]! + filled[value]!++] = row;
  }
  return { starts, rows };
}

/**
 * Adds what buckets tell together: two records that agree on two or more bucketed keys agree on the values, save for chance, once the combinations are many times more than the records.
 * `sets` names the combinations by bucket number.
 */
export function withBucketSets(structure: EqualityStructure, sets: readonly (readonly number[])[]): EqualityStructure {
  const added = sets.map((set): EqualityColumn => {
    let joint = structure.buckets[set[0]!]!;
    for (const next of set.slice(1)) {
      const { classes } = structure.buckets[next]!;
      const low = joint.classes.map((value, row) => (value < 0 || classes[row]! < 0 ? 0 : value + 1));
      const high = joint.classes.map((value, row) => (value < 0 || classes[row]! < 0 ? 0 : classes[row]! + 1));
      joint = { name: "", kind: "bucket", ...classesOf({ low: new Uint32Array(low.buffer), high: new Uint32Array(high.buffer) }) };
    }
    return { ...joint, name: set.map((bucket) => structure.buckets[bucket]!.name).join(" and "), kind: "bucket" };
  });
  return { ...structure, columns: [...structure.columns, ...added] };
}

const CHANCE = 16;

/** Combinations of buckets that few records can share by chance. */
export function tellingSets({ buckets, count }: EqualityStructure): number[][] {
  return buckets
    .reduce<number[][]>((sets, _, bucket) => [...sets, ...sets.map((set) => [...set, bucket])], [[]])
    .filter((set) => set.length > 1 && set.reduce((product, bucket) => product * buckets[bucket]!.sizes.length, 1) >= CHANCE * count);
}
