/**
 * Repetition of the values of one word column in fixed memory: distinct sampling (Gibbons 2001). Words are PRF outputs, hence uniform: keeping those below a limit keeps a random share of the
 * values, each with all its records. The limit halves when the sample is full; up to CAPACITY records the account is exact.
 */
const CAPACITY = 1 << 16;

export class ValueSample {
  #values = new Float64Array(1024);
  #count = 0;
  #limit = 2 ** 32;
  /** Records that have a value. */
  present = 0;

  /** Adds the word with these halves; 0, 0 is missing. */
  add(low: number, high: number): void {
    if (low === 0 && high === 0) return;
    this.present++;
    if (high >= this.#limit) return;
    if (this.#count === this.#values.length) this.#grow();
    if (high >= this.#limit) return;
    // 53 bits tell 65 thousand values apart
    this.#values[this.#count++] = high * 2 ** 21 + (low >>> 11);
  }

  #grow(): void {
    if (this.#values.length < CAPACITY) {
      const larger = new Float64Array(this.#values.length * 4);
      larger.set(this.#values);
      this.#values = larger;
      return;
    }
    this.#limit /= 2;
    const kept = this.#values.subarray(0, this.#count).filter((value) => value < this.#limit * 2 ** 21);
    this.#values.set(kept);
    this.#count = kept.length;
  }

  /** Number of distinct values, and of records whose value another record has. */
  summary(): { distinct: number; sharing: number } {
    const sorted = this.#values.slice(0, this.#count).sort();
    const scale = 2 ** 32 / this.#limit;
    let distinct = 0;
    let sharing = 0;
    for (let first = 0, end; first < sorted.length; first = end) {
      end = first + 1;
      while (end < sorted.length && sorted[end] === sorted[first]) end++;
      distinct++;
      if (end - first > 1) sharing += end - first;
    }
    return { distinct: Math.round(distinct * scale), sharing: Math.round(sharing * scale) };
  }
}
