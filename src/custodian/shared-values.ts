import { hash } from "node:crypto";
import { ID_HALVES } from "../exchange/row-group.ts";
import { readBytes } from "../output/bytes-at.ts";
import type { SharedSample } from "./shared-pairs.ts";

/** Of a key column: the values that several records have, in a hash table with open addressing (0 is free) that threads share, and how many records that are. */
export interface SharedColumn {
  readonly values: Uint32Array;
  /** A bit for each slot of a table eight times as large: where it is not set, no value that would lie there is among them. Nearly every value that is looked up is not, and all keys' bits together fit the cache, where their tables do not. */
  readonly maybe: Uint32Array;
  readonly records: number;
}

/** A key of the schema, to be counted over all slices: its columns wait in a file (see shuffled-rows.ts). */
export interface SharedTask {
  readonly descriptor: number;
  readonly keyColumn: readonly { readonly at: number; readonly rows: number }[];
}

export function sharedInColumn({ descriptor, keyColumn }: SharedTask): SharedColumn {
  const part = new Uint32Array(Math.max(0, ...keyColumn.map(({ rows }) => rows)));
  function* parts(): Generator<Uint32Array> {
    for (const { at, rows } of keyColumn) {
      readBytes(descriptor, new Uint8Array(part.buffer, 0, rows * 4), at);
      yield part.subarray(0, rows);
    }
  }
  return sharedValues(parts, keyColumn.reduce((sum, { rows }) => sum + rows, 0));
}

/** Takes the key words out of rows, whose keys begin at `first`: column after column 31 bits of each (two words that agree in them count as one), 0 where it is missing. */
export function sliceKeys(halves: Uint32Array, rows: number, width: number, first: number, keys: number): Uint32Array {
  const entries = new Uint32Array(rows * keys);
  for (let row = 0; row < rows; row++) {
    for (let k = 0, from = row * width + first, to = row; k < keys; k++, from += 2, to += rows) entries[to] = entryOf(halves[from]!, halves[from + 1]!);
  }
  return entries;
}

/** 64 MB. */
const MOST_ENTRIES = 1 << 24;
/** Entries of a bucket, about: their table fits the processor's first cache. */
const BUCKET = 1024;

/**
 * Counts one column over the whole file. `parts` reads it, several times over, some entries after the other in any order; `rows` are as many as there are entries, at most; `atOnce`: are held in memory.
 *
 * Entries go into buckets by their leading bits, and bucket after bucket is counted: one table for all missed the cache at every word and took five times as long. Larger files are read several times, so that memory stays what it is.
 */
export function sharedValues(parts: () => Iterable<Uint32Array>, rows: number, atOnce = MOST_ENTRIES): SharedColumn {
  const passes = Math.ceil(rows / atOnce);
  const bits = Math.max(1, Math.ceil(Math.log2(Math.max(rows / BUCKET, passes))));
  const shared: number[] = [];
  let records = 0;
  for (let pass = 0; pass < passes; pass++) {
    const [from, to] = [pass, pass + 1].map((share) => Math.floor((share * 2 ** bits) / passes)) as [number, number];
    const { entries, ends } = inBuckets(parts, 32 - bits, from, to);
    for (let b = 0; b < ends.length; b++) records += sharedIn(entries.subarray(b === 0 ? 0 : ends[b - 1]!, ends[b]), shared);
  }
  const values = new Uint32Array(new SharedArrayBuffer(4 * tableSize(shared.length)));
  const maybe = new Uint32Array(new SharedArrayBuffer(Math.max(4, values.length)));
  for (const entry of shared) {
    values[slotOf(values, entry)] = entry;
    const bit = bitOf(maybe, entry);
    maybe[bit >>> 5]! |= 1 << (bit & 31);
  }
  return { values, maybe, records };
}

/** The entries of buckets `from` to `to`, bucket after bucket, and where each bucket ends. */
function inBuckets(parts: () => Iterable<Uint32Array>, shift: number, from: number, to: number): { entries: Uint32Array; ends: Uint32Array } {
  const next = new Uint32Array(to - from);
  for (const part of parts()) countBuckets(part, shift, from, next);
  let end = 0;
  for (let b = 0; b < next.length; b++) next[b] = (end += next[b]!) - next[b]!;
  const entries = new Uint32Array(end);
  for (const part of parts()) fillBuckets(part, shift, from, next, entries);
  return { entries, ends: next };
}

// entries of other passes, and missing ones, are left out; functions of their own, because each is compiled once
function countBuckets(part: Uint32Array, shift: number, from: number, counts: Uint32Array): void {
  const buckets = counts.length;
  for (let i = 0; i < part.length; i++) {
    const entry = part[i]!;
    const bucket = (entry >>> shift) - from;
    if (entry !== 0 && bucket >= 0 && bucket < buckets) counts[bucket]!++;
  }
}

function fillBuckets(part: Uint32Array, shift: number, from: number, next: Uint32Array, entries: Uint32Array): void {
  const buckets = next.length;
  for (let i = 0; i < part.length; i++) {
    const entry = part[i]!;
    const bucket = (entry >>> shift) - from;
    if (entry !== 0 && bucket >= 0 && bucket < buckets) entries[next[bucket]!++] = entry;
  }
}

let table = new Uint32Array(0);

/** Adds the values that come again in a bucket to `shared`; returns how many entries have one. */
function sharedIn(bucket: Uint32Array, shared: number[]): number {
  const size = tableSize(bucket.length);
  if (table.length < size) table = new Uint32Array(size);
  const seen = table.subarray(0, size).fill(0);
  let records = 0;
  for (let i = 0; i < bucket.length; i++) {
    const entry = bucket[i]!;
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
  return records;
}

/** The bit of an entry that is not the word's: in a table, that the value came again. */
const AGAIN = 1;

function entryOf(low: number, high: number): number {
  return low === 0 && high === 0 ? 0 : Math.max(2, (low & ~AGAIN) >>> 0);
}

function tableSize(values: number): number {
  return 2 ** Math.ceil(Math.log2(1.5 * values + 2));
}

/** Where an entry is in a table, or would be. */
function slotOf(table: Uint32Array, entry: number): number {
  const last = table.length - 1;
  let slot = Math.imul(entry, 0x9e3779b1) >>> Math.clz32(last);
  for (let found = 0; (found = table[slot]!) !== 0 && (found & ~AGAIN) >>> 0 !== entry; ) slot = (slot + 1) & last;
  return slot;
}

/** Which bit of so many words is an entry's. */
function bitOf(maybe: Uint32Array, entry: number): number {
  return Math.imul(entry, 0x9e3779b1) >>> (Math.clz32(maybe.length) - 4); // length is a power of two: its bits are 32 times as many
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
  readonly #prf: (message: Uint8Array) => Buffer;

  /** `columns`: of each key; `width`: halves per row; `first`: where its keys begin; `secret`: the project's sub-key for this. */
  constructor(columns: readonly SharedColumn[], width: number, first: number, secret: Uint8Array) {
    this.#columns = columns;
    this.#width = width;
    this.#first = first;
    this.#prf = hmacSha256(secret);
  }

  /** Withholds what the records share; `sample` hears of it first. */
  withhold(halves: Uint32Array, rows: number, sample: SharedSample): void {
    const keys = this.#columns.length;
    const isShared = new Uint8Array(keys);
    for (let row = 0, from = 0; row < rows; row++, from += this.#width) {
      const shared = lookUp(this.#columns, halves, from + this.#first, isShared);
      sample.add(halves, from, from + this.#first, isShared);
      if (shared > 0 && !isSecondRecord(shared, presentKeys(halves, from + this.#first, keys))) this.#replace(halves.subarray(from + ID_HALVES, from + this.#first + 2 * keys), isShared);
    }
  }

  /** `columns`: a row from its null mask to its last key. Every four keys have a block of the function: HMAC-SHA256 of the row, then of that and the block's number. */
  #replace(columns: Uint32Array, isShared: Uint8Array): void {
    const content = new Uint8Array(33);
    content.set(this.#prf(new Uint8Array(columns.buffer, columns.byteOffset, columns.byteLength)));
    const firstKey = columns.length - 2 * isShared.length;
    let block: Buffer = Buffer.alloc(0);
    for (let k = 0; k < isShared.length; k++) {
      if (isShared[k] === 0) continue;
      if (content[32] !== k >> 2 || block.length === 0) {
        content[32] = k >> 2;
        block = this.#prf(content);
      }
      const low = block.readUInt32LE(8 * (k & 3));
      const high = block.readUInt32LE(8 * (k & 3) + 4);
      columns[firstKey + 2 * k] = low === 0 && high === 0 ? 1 : low;
      columns[firstKey + 2 * k + 1] = high;
    }
  }
}

/** Says of each key of a row, the first at `first`, whether others share it; returns how many of them others do. */
function lookUp(columns: readonly SharedColumn[], halves: Uint32Array, first: number, isShared: Uint8Array): number {
  let shared = 0;
  for (let k = 0, at = first; k < columns.length; k++, at += 2) {
    isShared[k] = 0;
    const { maybe, values } = columns[k]!;
    const entry = entryOf(halves[at]!, halves[at + 1]!);
    const bit = bitOf(maybe, entry);
    if (((maybe[bit >>> 5]! >>> (bit & 31)) & 1) === 0 || entry === 0 || values[slotOf(values, entry)] === 0) continue;
    isShared[k] = 1;
    shared++;
  }
  return shared;
}

function presentKeys(halves: Uint32Array, first: number, keys: number): number {
  let present = 0;
  for (let at = first; at < first + 2 * keys; at += 2) if (halves[at] !== 0 || halves[at + 1] !== 0) present++;
  return present;
}

/** HMAC-SHA256 (RFC 2104) under a key of at most 64 bytes. The two hashes at one call each take a third of what an object of `createHmac` does for so short a message. */
function hmacSha256(key: Uint8Array): (message: Uint8Array) => Buffer {
  const padded = (byte: number): Uint8Array => Uint8Array.from({ length: 64 }, (_, i) => (key[i] ?? 0) ^ byte);
  let inner = padded(0x36);
  const outer = Uint8Array.of(...padded(0x5c), ...new Uint8Array(32));
  return (message) => {
    const size = 64 + message.length;
    if (inner.length < size) {
      const larger = new Uint8Array(size);
      larger.set(inner.subarray(0, 64));
      inner = larger;
    }
    inner.set(message, 64);
    outer.set(hash("sha256", inner.subarray(0, size), "buffer"), 64);
    return hash("sha256", outer, "buffer");
  };
}

const LEAST_SHARED = 3;

/** Whether a record with so many of its keys shared is taken for some person's second. */
export function isSecondRecord(shared: number, present: number): boolean {
  return shared >= LEAST_SHARED && shared * 2 >= present;
}
