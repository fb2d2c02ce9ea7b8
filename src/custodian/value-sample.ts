/**
 * Repetition of the values of one word column in fixed memory: distinct sampling (Gibbons 2001). Words are PRF outputs, hence uniform: keeping those below a limit keeps a random share of the
 * values, each with the number of its records. The limit halves when the sample is full; up to CAPACITY distinct values the account is exact, and beyond it the order of the records changes nothing.
 */
const CAPACITY = 1 << 16;

export class ValueSample {
  /** A hash table with open addressing, at most half full; a slot whose count is 0 is free. */
  #values = new Float64Array(1024);
  #counts = new Uint32Array(1024);
  #distinct = 0;
  #limit = 2 ** 32;
  /** Records that have a value. */
  present = 0;

  /** Adds the word with these halves; 0, 0 is missing. */
  add(low: number, high: number): void {
    if (low === 0 && high === 0) return;
    this.present++;
    if (high >= this.#limit) return;
    // 53 bits tell 65 thousand values apart
    this.#put(high * 2 ** 21 + (low >>> 11), 1);
    while (this.#distinct > CAPACITY) {
      this.#limit /= 2;
      this.#rebuild(this.#values.length);
    }
    if (this.#distinct * 2 > this.#values.length) this.#rebuild(this.#values.length * 2);
  }

  #put(value: number, count: number): void {
    const last = this.#values.length - 1;
    let slot = (value % 2 ** 21) & last;
    while (this.#counts[slot] !== 0 && this.#values[slot] !== value) slot = (slot + 1) & last;
    if (this.#counts[slot] === 0) {
      this.#values[slot] = value;
      this.#distinct++;
    }
    this.#counts[slot]! += count;
  }

  /** The same values, less those that the limit now leaves out, in a table of this size. */
  #rebuild(size: number): void {
    const values = this.#values;
    const counts = this.#counts;
    this.#values = new Float64Array(size);
    this.#counts = new Uint32Array(size);
    this.#distinct = 0;
    for (let slot = 0; slot < values.length; slot++) if (counts[slot] !== 0 && values[slot]! < this.#limit * 2 ** 21) this.#put(values[slot]!, counts[slot]!);
  }

  /** Number of distinct values, and of records whose value another record has. */
  summary(): { distinct: number; sharing: number } {
    const scale = 2 ** 32 / this.#limit;
    let sharing = 0;
    for (const count of this.#counts) if (count > 1) sharing += count;
    return { distinct: Math.round(this.#distinct * scale), sharing: Math.round(sharing * scale) };
  }
}
