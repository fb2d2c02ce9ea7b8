import { createHmac } from "node:crypto";
import { ID_HALVES } from "../exchange/row-group.ts";
import type { SharedPairs } from "./shared-pairs.ts";

/** The key words of a slice's records, column after column, in memory that threads share: 31 bits of each (two words that agree in them count as one), 0 where it is missing. */
export interface SliceKeys {
  readonly entries: Uint32Array<SharedArrayBuffer>;
  readonly rows: number;
}

/** Of a key column: the values that several records have, in a hash table with open addressing (0 is free), and how many records that are. */
export interface SharedColumn {
  readonly values: Uint32Array;
  readonly records: number;
}

/** A key of the schema, to be counted over all slices. */
export interface SharedTask {
  readonly key: number;
  readonly slices: readonly SliceKeys[];
}

/** Takes the key words out of rows; their keys begin at `first`. */
export function sliceKeys(halves: Uint32Array, rows: number, width: number, first: number, keys: number): SliceKeys {
  const entries = new Uint32Array(new SharedArrayBuffer(rows * keys * 4));
  for (let row = 0; row < rows; row++) {
    for (let k = 0, from = row * width + first, to = row; k < keys; k++, from += 2, to += rows) entries[to] = entryOf(halves[from]!, halves[from + 1]!);
  }
  return { entries, rows };
}

/**
 * Counts one column over the whole file. A thread does it, key by key: sets of all keys that grew slice by slice on the main thread took more memory, missed the cache at every word, and were the longest part of `hash`.
 */
export function sharedValues({ key, slices }: SharedTask): SharedColumn {
  const seen = emptyTable(slices.reduce((sum, { rows }) => sum + rows, 0));
  const shared: number[] = [];
  let records = 0;
  for (const { entries, rows } of slices) {
    for (let at = key * rows; at < (key + 1) * rows; at++) {
      const entry = entries[at]!;
      if (entry === 0) continue;
      const slot = slotOf(seen, entry);
      if (seen[slot] === 0) seen[slot] = entry;
      else {
        if ((seen[slot]! & AGAIN) === 0) {
          seen[slot]! |= AGAIN;
          shared.push(entry);
          records++;
        }
        records++;
      }
    }
  }
  const values = emptyTable(shared.length);
  for (const entry of shared) values[slotOf(values, entry)] = entry;
  return { values, records };
}

/** The bit of an entry that is not the word's: in a table, that the value came again. */
const AGAIN = 1;

function entryOf(low: number, high: number): number {
  return low === 0 && high === 0 ? 0 : Math.max(2, (low & ~AGAIN) >>> 0);
}

function emptyTable(values: number): Uint32Array {
  return new Uint32Array(2 ** Math.ceil(Math.log2(1.5 * values + 2)));
}

/** Where an entry is in a table, or would be. */
function slotOf(table: Uint32Array, entry: number): number {
  const last = table.length - 1;
  let slot = Math.imul(entry, 0x9e3779b1) >>> Math.clz32(last);
  for (let found = 0; (found = table[slot]!) !== 0 && (found & ~AGAIN) >>> 0 !== entry; ) slot = (slot + 1) & last;
  return slot;
}

/**
 * Withholds the values of keys that several records of the file have: another word stands in their place. What equal values would tell (who belongs together, how many are alike: the structure attack) then
 * is not in the file, and the word looks like any other, so that it does not tell either that something was withheld. A match is still found where another of its keys is its own.
 *
 * The word is a pseudorandom function of all that the record's columns hold: another for each record, and the same when the record is hashed again, or else two deliveries of one file would tell by what changes which words stand in for others.
 *
 * A record of which at least half the keys are shared is taken for some person's second record, and keeps them: else duplicates would find no partner in another file.
 */
export class KeyWithholder {
  readonly #columns: readonly SharedColumn[];
  readonly #width: number;
  readonly #first: number;
  readonly #secret: Uint8Array;

  /** `columns`: of each key; `width`: halves per row; `first`: where its keys begin; `secret`: the project's sub-key for this. */
  constructor(columns: readonly SharedColumn[], width: number, first: number, secret: Uint8Array) {
    this.#columns = columns;
    this.#width = width;
    this.#first = first;
    this.#secret = secret;
  }

  /** Withholds what the records share; `pairs` hears of it first. */
  withhold(halves: Uint32Array, rows: number, pairs: SharedPairs): void {
    const keys = this.#columns.length;
    const present = new Uint8Array(rows);
    const isShared = new Uint8Array(rows * keys);
    this.#columns.forEach(({ values }, k) => {
      for (let row = 0, at = this.#first + 2 * k; row < rows; row++, at += this.#width) {
        const entry = entryOf(halves[at]!, halves[at + 1]!);
        if (entry === 0) continue;
        present[row]!++;
        if (values[slotOf(values, entry)] !== 0) isShared[row * keys + k] = 1;
      }
    });
    for (let row = 0; row < rows; row++) {
      const ofRow = isShared.subarray(row * keys, (row + 1) * keys);
      const from = row * this.#width;
      pairs.add(halves, from, from + this.#first, ofRow);
      const shared = ofRow.reduce((sum, is) => sum + is, 0);
      if (shared > 0 && !isSecondRecord(shared, present[row]!)) this.#replace(halves.subarray(from + ID_HALVES, from + this.#first + 2 * keys), ofRow);
    }
  }

  /** `columns`: a row from its null mask to its last key. Every four keys have a block of the function: HMAC-SHA256 of the row, then of that and the block's number. */
  #replace(columns: Uint32Array, isShared: Uint8Array): void {
    const content = this.#prf(new Uint8Array(columns.buffer, columns.byteOffset, columns.byteLength));
    const firstKey = columns.length - 2 * isShared.length;
    let block = new DataView(content.buffer);
    let blockOf = -1;
    isShared.forEach((is, k) => {
      if (is === 0) return;
      if (blockOf !== k >> 2) block = new DataView(this.#prf(content, Uint8Array.of((blockOf = k >> 2))).buffer);
      const [low, high] = [0, 4].map((at) => block.getUint32(8 * (k & 3) + at, true)) as [number, number];
      columns[firstKey + 2 * k] = low === 0 && high === 0 ? 1 : low;
      columns[firstKey + 2 * k + 1] = high;
    });
  }

  #prf(...messages: readonly Uint8Array[]): Uint8Array {
    const hmac = createHmac("sha256", this.#secret);
    for (const message of messages) hmac.update(message);
    return Uint8Array.from(hmac.digest());
  }
}

const LEAST_SHARED = 3;

/** Whether a record with so many of its keys shared is taken for some person's second. */
export function isSecondRecord(shared: number, present: number): boolean {
  return shared >= LEAST_SHARED && shared * 2 >= present;
}
