import { SaltlinkError } from "../errors.ts";

/** What links are worth against the truth. */
export interface LinkFigures {
  readonly links: number;
  readonly rightLinks: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** The true pairs of two files, or of one, as pairs of rows, each once, for millions of them. Within one file a pair has no direction. */
export class Truth {
  readonly #recordsB: number;
  readonly #self: boolean;
  #codes = new Float64Array(1 << 10);
  #count = 0;
  #unknown = 0;
  /** One more than a pair's code, or 0. */
  #slots = new Float64Array(1 << 12);

  constructor(recordsB: number, self: boolean) {
    this.#recordsB = recordsB;
    this.#self = self;
  }

  /**
   * @param pairs own ids, in the order of the files
   * @param rowsA row of each own id (unique in its file); the same map twice within one file
   * @throws SaltlinkError (input) when no pair is of these files
   */
  static of(pairs: readonly (readonly [string, string])[], rowsA: ReadonlyMap<string, number>, rowsB: ReadonlyMap<string, number>): Truth {
    const truth = new Truth(rowsB.size, rowsA === rowsB);
    for (const [idA, idB] of pairs) truth.add(rowsA.get(idA) ?? -1, rowsB.get(idB) ?? -1);
    truth.check();
    return truth;
  }

  /** Pairs that name an id which no row has: they cannot be found. */
  get unknown(): number {
    return this.#unknown;
  }

  /** All pairs, the unknown included. */
  get total(): number {
    return this.#count + this.#unknown;
  }

  /** @throws SaltlinkError (input) when no pair is of these files */
  check(): void {
    if (this.#count === 0) throw new SaltlinkError("input", "no pair of the truth file is in the lookup files; are its columns id_a and id_b, in the order of the files that were linked, and do the lookups hold the same own ids (row numbers stand there where hash found no column of record ids, or was given --id none)?");
  }

  /** Adds a pair; a row that there is not is -1. */
  add(a: number, b: number): void {
    if (a < 0 || b < 0) {
      this.#unknown++;
      return;
    }
    const code = this.#codeOf(a, b);
    const slot = slotOf(this.#slots, code);
    if (this.#slots[slot]! > 0) return;
    if (this.#count === this.#codes.length) {
      const codes = new Float64Array(this.#count * 2);
      codes.set(this.#codes);
      this.#codes = codes;
    }
    this.#codes[this.#count++] = code;
    this.#slots[slot] = code + 1;
    if (this.#count * 2 < this.#slots.length) return;
    this.#slots = new Float64Array(this.#slots.length * 2);
    for (let i = 0; i < this.#count; i++) this.#slots[slotOf(this.#slots, this.#codes[i]!)] = this.#codes[i]! + 1;
  }

  has(a: number, b: number): boolean {
    return this.#slots[slotOf(this.#slots, this.#codeOf(a, b))]! > 0;
  }

  /** Rows of all pairs, by row of A. */
  rows(): { a: Uint32Array; b: Uint32Array } {
    const codes = this.#codes.slice(0, this.#count).sort();
    return { a: Uint32Array.from(codes, (code) => Math.floor(code / this.#recordsB)), b: Uint32Array.from(codes, (code) => code % this.#recordsB) };
  }

  figures(links: number, rightLinks: number): LinkFigures {
    const precision = links === 0 ? 1 : rightLinks / links;
    const recall = rightLinks / this.total;
    return { links, rightLinks, precision, recall, f1: rightLinks === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
  }

  #codeOf(a: number, b: number): number {
    return this.#self && b < a ? b * this.#recordsB + a : a * this.#recordsB + b;
  }
}

function slotOf(slots: Float64Array, code: number): number {
  const mask = slots.length - 1;
  let slot = (Math.imul(code % 4294967296, 0x9e3779b1) ^ Math.imul(Math.floor(code / 4294967296), 0x85ebca6b)) >>> 0;
  slot = (slot ^ (slot >>> 15)) & mask;
  while (slots[slot]! > 0 && slots[slot] !== code + 1) slot = (slot + 1) & mask;
  return slot;
}
