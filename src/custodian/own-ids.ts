import { randomBytes } from "node:crypto";

/** Two random numbers that make the hashes of one run its own. */
export type OwnIdSeed = readonly [number, number];

export function ownIdSeed(): OwnIdSeed {
  return [randomBytes(4).readInt32LE(), randomBytes(4).readInt32LE()];
}

/** Writes 64 bits of a seeded hash of an own id at `at`. */
export function hashOwnId(id: string, seed: OwnIdSeed, out: Int32Array, at: number): void {
  let [low, high] = seed;
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x9e3779b1);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    low ^= high >>> 15;
    high ^= low >>> 13;
  }
  out[at] = low;
  out[at + 1] = high;
}

/**
 * The own ids seen so far, to find one that comes twice. Keeps 64 bits of a seeded hash and the row of each, 12 bytes instead of a string: at ten million ids two different ones fall
 * together with a chance of 3 in a million.
 */
export class OwnIds {
  #slots = 1 << 16;
  #count = 0;
  #low = new Int32Array(this.#slots);
  #high = new Int32Array(this.#slots);
  #rows = new Uint32Array(this.#slots); // 0 = free

  /** Adds an id by its hash; returns the row that had it before, if one did. */
  add(low: number, high: number, row: number): number | undefined {
    if (this.#count * 2 >= this.#slots) this.#grow();
    return this.#insert(low, high, row);
  }

  #insert(low: number, high: number, row: number): number | undefined {
    let slot = (low ^ (high >>> 7)) & (this.#slots - 1);
    while (this.#rows[slot] !== 0) {
      if (this.#low[slot] === low && this.#high[slot] === high) return this.#rows[slot];
      slot = (slot + 1) & (this.#slots - 1);
    }
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#rows[slot] = row;
    this.#count++;
    return undefined;
  }

  #grow(): void {
    const [low, high, rows] = [this.#low, this.#high, this.#rows];
    this.#slots *= 2;
    this.#count = 0;
    this.#low = new Int32Array(this.#slots);
    this.#high = new Int32Array(this.#slots);
    this.#rows = new Uint32Array(this.#slots);
    rows.forEach((row, slot) => {
      if (row !== 0) this.#insert(low[slot]!, high[slot]!, row);
    });
  }
}
