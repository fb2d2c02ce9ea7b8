import { isSecondRecord } from "../schema/withheld.ts";
import { hash } from "node:crypto";
import { ID_HALVES } from "../exchange/row-group.ts";
import { readBytes } from "../output/bytes-at.ts";
import type { RowKernel } from "../kernel/row-kernel.ts";
import type { SharedSample } from "./shared-pairs.ts";

/** Of a key column: the values that several records have, in a hash table with open addressing (0 is free) that threads share, and how many records that are. */
export interface SharedColumn {
  readonly values: Uint32Array;
  /** A bit for each slot of a table eight times as large: where it is not set, no value that would lie there is among them. Nearly every value that is looked up is not, and all keys' bits together fit the cache, where their tables do not. */
  readonly maybe: Uint8Array;
  readonly records: number;
}

/** A key of the schema, to be counted over all slices: its columns wait in a file (see shuffled-rows.ts). */
export interface SharedTask {
  readonly descriptor: number;
  readonly keyColumn: readonly { readonly at: number; readonly rows: number }[];
}

export function sharedInColumn(kernel: RowKernel, { descriptor, keyColumn }: SharedTask): SharedColumn {
  const part = new Uint32Array(Math.max(0, ...keyColumn.map(({ rows }) => rows)));
  function* parts(): Generator<Uint32Array> {
    for (const { at, rows } of keyColumn) {
      readBytes(descriptor, new Uint8Array(part.buffer, 0, rows * 4), at);
      yield part.subarray(0, rows);
    }
  }
  return sharedValues(kernel, parts, keyColumn.reduce((sum, { rows }) => sum + rows, 0));
}

/** 64 MB. */
const MOST_ENTRIES = 1 << 24;
/** Entries of a bucket, about: their table fits the processor's first cache. */
const BUCKET = 1024;
const MOST_IN_PART = 1 << 14;

/**
 * Counts one column over the whole file. `parts` reads it, several times over, some entries after the other in any order; `rows` are as many as there are entries, at most; `atOnce`: are held in memory.
 *
 * Entries go into buckets by their leading bits, and bucket after bucket is counted: one table for all missed the cache at every word and took five times as long. Larger files are read several times, so that memory stays what it is.
 */
export function sharedValues({ kernel, memory }: Pick<RowKernel, "kernel" | "memory">, parts: () => Iterable<Uint32Array>, rows: number, atOnce = MOST_ENTRIES): SharedColumn {
  const begin = memory.free;
  const passes = Math.ceil(rows / atOnce);
  const bits = Math.max(1, Math.ceil(Math.log2(Math.max(rows / BUCKET, passes))));
  const found = memory.reserve(4);
  memory.set(found, [0]);
  const shared: Uint32Array[] = [];
  for (let pass = 0; pass < passes; pass++) {
    const [from, to] = [pass, pass + 1].map((share) => Math.floor((share * 2 ** bits) / passes)) as [number, number];
    shared.push(sharedInRange({ kernel, memory }, parts, 32 - bits, from, to - from, found));
  }
  const count = shared.reduce((sum, { length }) => sum + length, 0);
  const slots = kernel.tableSlots(count);
  const [list, table, maybe] = [count * 4, slots * 4, slots].map((bytes) => memory.reserve(bytes)) as [number, number, number];
  let end = list;
  for (const some of shared) {
    memory.set(end, some);
    end += some.byteLength;
  }
  memory.bytes.fill(0, table, maybe + slots);
  kernel.layShared(list, count, table, slots, maybe);
  const values = new Uint32Array(new SharedArrayBuffer(slots * 4));
  values.set(memory.words.subarray(table >> 2, (table >> 2) + slots));
  const bitsOf = new Uint8Array(new SharedArrayBuffer(slots));
  bitsOf.set(memory.bytes.subarray(maybe, maybe + slots));
  const records = memory.words[found >> 2]!;
  memory.free = begin;
  return { values, maybe: bitsOf, records };
}

/** The values that come again among the entries of so many buckets from `first` on; adds up at `found` how many entries have one. */
function sharedInRange({ kernel, memory }: Pick<RowKernel, "kernel" | "memory">, parts: () => Iterable<Uint32Array>, shift: number, first: number, buckets: number, found: number): Uint32Array {
  const begin = memory.free;
  const ends = memory.reserve(buckets * 4);
  memory.bytes.fill(0, ends, ends + buckets * 4);
  const part = memory.reserve(MOST_IN_PART * 4);
  const eachPart = (call: (count: number) => void): void => {
    for (const some of parts()) {
      for (let from = 0; from < some.length; from += MOST_IN_PART) {
        const piece = some.subarray(from, from + MOST_IN_PART);
        memory.set(part, piece);
        call(piece.length);
      }
    }
  };
  eachPart((count) => kernel.countBuckets(part, count, shift, first, ends, buckets));
  let [end, largest] = [0, 0];
  const next = memory.words.subarray(ends >> 2, (ends >> 2) + buckets);
  for (let b = 0; b < buckets; b++) {
    const count = next[b]!;
    largest = Math.max(largest, count);
    next[b] = end;
    end += count;
  }
  const entries = memory.reserve(end * 4);
  eachPart((count) => kernel.fillBuckets(part, count, shift, first, ends, buckets, entries));
  const table = memory.reserve(kernel.tableSlots(largest) * 4);
  const shared = memory.reserve(end * 2); // a value that comes again has two entries at least
  const count = kernel.sharedInBuckets(entries, ends, buckets, table, shared, found);
  memory.free = begin;
  return memory.words.slice(shared >> 2, (shared >> 2) + count);
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
  readonly #rows: RowKernel;
  /** Where the kernel finds them. */
  readonly #columns: number;
  readonly #prf: (message: Uint8Array) => Buffer;

  /** `columns`: of each key; `secret`: the project's sub-key for this. */
  constructor(rows: RowKernel, columns: readonly SharedColumn[], secret: Uint8Array) {
    this.#rows = rows;
    const { memory } = rows;
    this.#columns = memory.list(
      columns.flatMap(({ values, maybe }) => {
        const [table, bits] = [memory.reserve(values.byteLength), memory.reserve(maybe.byteLength)];
        memory.set(table, values);
        memory.bytes.set(maybe, bits);
        return [table, values.length, bits];
      }),
    );
    this.#prf = hmacSha256(secret);
  }

  /** Withholds what the kernel's rows share; `sample` hears of it first. `personAt`: where a row tells whose it is, if it does. */
  withhold(sample: SharedSample, personAt?: number): void {
    const { width, firstKey, keys } = this.#rows.shape;
    const isShared = this.#rows.findShared(this.#columns);
    const halves = this.#rows.halves();
    for (let row = 0, at = keys; row < halves.length; row += width, at += keys + 1) {
      if (personAt !== undefined && halves[row + personAt] !== 0 && presentKeys(halves, row + firstKey, keys) === 0) continue; // another record stands for the person
      const shared = isShared[at]!;
      const isDrawn = sample.draws();
      if (shared === 0) continue;
      const which = isShared.subarray(at - keys, at);
      if (isDrawn) sample.add(halves, row, row + firstKey, which);
      if (!isSecondRecord(shared, presentKeys(halves, row + firstKey, keys))) this.#replace(halves.subarray(row + ID_HALVES, row + firstKey + 2 * keys), which);
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
