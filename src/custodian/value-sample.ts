/**
 * Repetition of the values of one word column in fixed memory: distinct sampling (Gibbons 2001). Words are PRF outputs, hence uniform: keeping those below a limit keeps a random share of the
 * values, each with the number of its records. The limit halves when the sample is full; up to CAPACITY distinct values the account is exact, and beyond it the order of the records changes nothing.
 *
 * The threads send on only the words below the limit as they know it (`SampledWords`). They wait until there are many of a column, because one column's table fits the cache and all of them do not.
 */
const CAPACITY = 1 << 16;
const WAITING = 1 << 15;

/** How often each column's limit has halved; shared by all threads. One that lags behind costs time, not truth. */
export function createSampleLimits(columns: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(columns * 4));
}

export class ValueSample {
  /** A hash table with open addressing, at most half full; each slot a value and the number of its records, 0 = free. */
  #table = new Float64Array(2048);
  #distinct = 0;
  #limit = 2 ** 32;
  readonly #waiting = new Float64Array(WAITING);
  #waits = 0;
  readonly #limits: Uint32Array;
  readonly #column: number;
  /** Records that have a value. */
  present = 0;

  constructor(limits: Uint32Array, column: number) {
    this.#limits = limits;
    this.#column = column;
  }

  /** Adds values as `SampledWords` gives them. */
  add(values: Float64Array, present: number): void {
    this.present += present;
    for (let at = 0; at < values.length; ) {
      const some = values.subarray(at, at + WAITING - this.#waits);
      this.#waiting.set(some, this.#waits);
      this.#waits += some.length;
      at += some.length;
      if (this.#waits === WAITING) this.#settle();
    }
  }

  #settle(): void {
    for (let i = 0; i < this.#waits; i++) {
      const value = this.#waiting[i]!;
      if (value >= this.#limit * 2 ** 21) continue;
      this.#put(value, 1);
      while (this.#distinct > CAPACITY) {
        this.#limit /= 2;
        this.#limits[this.#column]!++;
        this.#rebuild(this.#table.length);
      }
      if (this.#distinct * 4 > this.#table.length) this.#rebuild(this.#table.length * 2);
    }
    this.#waits = 0;
  }

  #put(value: number, count: number): void {
    const table = this.#table;
    const last = table.length - 2;
    let slot = ((value - Math.floor(value / 2 ** 21) * 2 ** 21) * 2) & last; // not %: on doubles it is a call
    while (table[slot + 1] !== 0 && table[slot] !== value) slot = (slot + 2) & last;
    if (table[slot + 1] === 0) {
      table[slot] = value;
      this.#distinct++;
    }
    table[slot + 1]! += count;
  }

  /** The same values, less those that the limit now leaves out, in a table of this size. */
  #rebuild(size: number): void {
    const before = this.#table;
    this.#table = new Float64Array(size);
    this.#distinct = 0;
    for (let slot = 0; slot < before.length; slot += 2) if (before[slot + 1] !== 0 && before[slot]! < this.#limit * 2 ** 21) this.#put(before[slot]!, before[slot + 1]!);
  }

  /** Number of distinct values, and of records whose value another record has. */
  summary(): { distinct: number; sharing: number } {
    this.#settle();
    const scale = 2 ** 32 / this.#limit;
    let sharing = 0;
    for (let slot = 1; slot < this.#table.length; slot += 2) if (this.#table[slot]! > 1) sharing += this.#table[slot]!;
    return { distinct: Math.round(this.#distinct * scale), sharing: Math.round(sharing * scale) };
  }
}

/** What a slice has for the samples of all columns. */
export interface SliceWords {
  /** Column after column. */
  readonly values: Float64Array;
  /** How many values of each column are in there. */
  readonly counts: Uint32Array;
  /** Records that have the column's word. */
  readonly present: Uint32Array;
}

/** Picks the words that may be in a sample, slice after slice. */
export class SampledWords {
  readonly #limits: Uint32Array;
  readonly #bounds: Float64Array;
  #values = new Float64Array(0);
  #most = 0;
  #counts: Uint32Array;
  #present: Uint32Array;

  constructor(limits: Uint32Array) {
    this.#limits = limits;
    this.#bounds = new Float64Array(limits.length);
    this.#counts = new Uint32Array(limits.length);
    this.#present = new Uint32Array(limits.length);
  }

  /** Begins a slice of so many records, at most. */
  begin(most: number): void {
    this.#limits.forEach((halvings, column) => (this.#bounds[column] = 2 ** (32 - halvings)));
    if (most > this.#most) this.#values = new Float64Array(this.#limits.length * most);
    this.#most = Math.max(most, this.#most);
    this.#counts = new Uint32Array(this.#limits.length);
    this.#present = new Uint32Array(this.#limits.length);
  }

  /** Looks at the words of rows, which stand `offset` halves behind their beginnings. */
  addRows(halves: Uint32Array, width: number, offset: number): void {
    for (let at = offset; at < halves.length; at += width) this.add(halves, at);
  }

  /** Looks at the words of one record, two halves each from `at` on; 0, 0 is missing. */
  add(halves: Uint32Array, at: number): void {
    for (let column = 0; column < this.#limits.length; column++, at += 2) {
      const low = halves[at]!;
      const high = halves[at + 1]!;
      if (low === 0 && high === 0) continue;
      this.#present[column]!++;
      // 53 bits tell 65 thousand values apart
      if (high < this.#bounds[column]!) this.#values[column * this.#most + this.#counts[column]!++] = high * 2 ** 21 + (low >>> 11);
    }
  }

  take(): SliceWords {
    const values = new Float64Array(this.#counts.reduce((sum, count) => sum + count, 0));
    let at = 0;
    this.#counts.forEach((count, column) => {
      values.set(this.#values.subarray(column * this.#most, column * this.#most + count), at);
      at += count;
    });
    return { values, counts: this.#counts, present: this.#present };
  }
}
