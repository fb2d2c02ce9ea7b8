import { randomFillSync } from "node:crypto";
import type { SharedPairs } from "./shared-pairs.ts";

/**
 * Which values of a key column several records have, exactly but for chance (two words that agree in 31 bits count as one): a set in four to eight bytes per value.
 */
class SharedValues {
  /** Open addressing; an entry is 31 bits of the word and, in the last, whether it came again. 0 is free. */
  #entries = new Uint32Array(1024);
  #values = 0;

  add(low: number, high: number): void {
    if (low === 0 && high === 0) return;
    if (this.#values * 4 > this.#entries.length * 3) this.#grow();
    const slot = this.#slotOf(entryOf(low));
    if (this.#entries[slot] === 0) {
      this.#entries[slot] = entryOf(low);
      this.#values++;
    } else this.#entries[slot]! |= 1;
  }

  has(low: number, high: number): boolean {
    return (low !== 0 || high !== 0) && (this.#entries[this.#slotOf(entryOf(low))]! & 1) === 1;
  }

  #slotOf(entry: number): number {
    const last = this.#entries.length - 1;
    let slot = Math.imul(entry, 0x9e3779b1) >>> Math.clz32(last);
    while (this.#entries[slot] !== 0 && withoutMark(this.#entries[slot]!) !== entry) slot = (slot + 1) & last;
    return slot;
  }

  #grow(): void {
    const before = this.#entries;
    this.#entries = new Uint32Array(before.length * 2);
    for (const entry of before) if (entry !== 0) this.#entries[this.#slotOf(withoutMark(entry))] = entry;
  }
}

function entryOf(low: number): number {
  return Math.max(2, withoutMark(low));
}

function withoutMark(entry: number): number {
  return (entry & ~1) >>> 0;
}

/**
 * Withholds the values of keys that several records of the file have: a random word stands in their place. What equal values would tell (who belongs together, how many are alike: the structure attack) then
 * is not in the file, and a random word looks like any other, so that it does not tell either that something was withheld. A match is still found where another of its keys is its own.
 *
 * A record of which at least half the keys are shared is taken for some person's second record, and keeps them: else duplicates would find no partner in another file.
 */
export class KeyWithholder {
  readonly #columns: readonly SharedValues[];
  #random = new Uint32Array(0);
  #drawn = 0;

  readonly #width: number;
  readonly #first: number;

  /** `width`: halves per row; `first`: where its keys begin. */
  constructor(keys: number, width: number, first: number) {
    this.#columns = Array.from({ length: keys }, () => new SharedValues());
    this.#width = width;
    this.#first = first;
  }

  /** Counts the keys of records; column after column, because one column's set may fit the cache. */
  add(halves: Uint32Array, rows: number): void {
    this.#columns.forEach((column, k) => {
      for (let row = 0, at = this.#first + 2 * k; row < rows; row++, at += this.#width) column.add(halves[at]!, halves[at + 1]!);
    });
  }

  /** Withholds what the records share, once all of the file are counted; `pairs` hears of it first. */
  withhold(halves: Uint32Array, rows: number, pairs: SharedPairs): void {
    const keys = this.#columns.length;
    const present = new Uint8Array(rows);
    const isShared = new Uint8Array(rows * keys);
    this.#columns.forEach((column, k) => {
      for (let row = 0, at = this.#first + 2 * k; row < rows; row++, at += this.#width) {
        if (halves[at] === 0 && halves[at + 1] === 0) continue;
        present[row]!++;
        if (column.has(halves[at]!, halves[at + 1]!)) isShared[row * keys + k] = 1;
      }
    });
    for (let row = 0; row < rows; row++) {
      const ofRow = isShared.subarray(row * keys, (row + 1) * keys);
      const first = row * this.#width + this.#first;
      pairs.add(halves, row * this.#width, first, ofRow);
      const shared = ofRow.reduce((sum, is) => sum + is, 0);
      if (isSecondRecord(shared, present[row]!)) continue;
      ofRow.forEach((is, k) => {
        if (is === 0) return;
        halves[first + 2 * k] = Math.max(1, this.#draw());
        halves[first + 2 * k + 1] = this.#draw();
      });
    }
  }

  #draw(): number {
    if (this.#drawn === this.#random.length) {
      this.#random = randomFillSync(new Uint32Array(4096));
      this.#drawn = 0;
    }
    return this.#random[this.#drawn++]!;
  }
}

const LEAST_SHARED = 3;

/** Whether a record with so many of its keys shared is taken for some person's second. */
export function isSecondRecord(shared: number, present: number): boolean {
  return shared >= LEAST_SHARED && shared * 2 >= present;
}
