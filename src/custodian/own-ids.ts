import { randomBytes } from "node:crypto";

/** Two random numbers that make the hashes of one run its own. */
export type OwnIdSeed = readonly [number, number];

export function ownIdSeed(): OwnIdSeed {
  return [randomBytes(4).readInt32LE(), randomBytes(4).readInt32LE()];
}

/** Writes 64 bits of a seeded hash of an own id, which is a run of bytes, at `at`. */
export function hashOwnId(bytes: Uint8Array, start: number, end: number, seed: OwnIdSeed, out: Int32Array, at: number): void {
  let [low, high] = seed;
  for (let i = start; i < end; i++) {
    low = Math.imul(low ^ bytes[i]!, 0x9e3779b1);
    high = Math.imul(high ^ bytes[i]!, 0x85ebca6b);
    low ^= high >>> 15;
    high ^= low >>> 13;
  }
  out[at] = low;
  out[at + 1] = high;
}

/** Two rows of one own id, in the order in which they came. */
export interface SharedOwnId {
  readonly before: number;
  readonly row: number;
}

interface Part {
  /** Low and high half of each hash. */
  hashes: Int32Array;
  rows: Uint32Array;
  count: number;
}

const PARTS = 256;

/**
 * The own ids so far, to find one that comes twice. Keeps 64 bits of a seeded hash and the row of each, 12 bytes instead of a string: at ten million ids two different ones fall
 * together with a chance of 3 in a million. They are only appended, to lists by the hash's leading bits; a list is searched when it doubles and in the end. One great hash table cost the main thread two cache
 * misses a row and twice the memory.
 */
export class OwnIds {
  readonly #parts: Part[] = Array.from({ length: PARTS }, () => ({ hashes: new Int32Array(512), rows: new Uint32Array(256), count: 0 }));

  /** Adds ids by their hashes, two halves each; returns rows that share one, if that is found already. */
  add(hashes: Int32Array, rows: Uint32Array, count: number): SharedOwnId | undefined {
    let found: SharedOwnId | undefined;
    for (let i = 0; i < count; i++) {
      const low = hashes[i * 2]!;
      const part = this.#parts[low >>> 24]!;
      if (part.count === part.rows.length) {
        found ??= sharedIn(part);
        grow(part);
      }
      part.hashes[part.count * 2] = low;
      part.hashes[part.count * 2 + 1] = hashes[i * 2 + 1]!;
      part.rows[part.count++] = rows[i]!;
    }
    return found;
  }

  /** The first row that has the id of another before it. */
  shared(): SharedOwnId | undefined {
    let first: SharedOwnId | undefined;
    for (const part of this.#parts) {
      const found = sharedIn(part);
      if (found !== undefined && (first === undefined || found.row < first.row)) first = found;
    }
    return first;
  }
}

function grow(part: Part): void {
  const { hashes, rows } = part;
  part.hashes = new Int32Array(hashes.length * 2);
  part.hashes.set(hashes);
  part.rows = new Uint32Array(rows.length * 2);
  part.rows.set(rows);
}

/** By a hash table with open addressing, at most half full, whose slots are numbers of entries; 0 is free. */
function sharedIn({ hashes, rows, count }: Part): SharedOwnId | undefined {
  const last = 2 ** Math.ceil(Math.log2(Math.max(1, count) * 2)) - 1;
  const slots = new Uint32Array(last + 1);
  for (let i = 0; i < count; i++) {
    const low = hashes[i * 2]!;
    const high = hashes[i * 2 + 1]!;
    let slot = (low ^ (high >>> 7)) & last;
    for (let entry = 0; (entry = slots[slot]!) !== 0; slot = (slot + 1) & last) {
      if (hashes[entry * 2 - 2] === low && hashes[entry * 2 - 1] === high) return { before: rows[entry - 1]!, row: rows[i]! };
    }
    slots[slot] = i + 1;
  }
  return undefined;
}
