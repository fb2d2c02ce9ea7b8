import { randomFillSync } from "node:crypto";
import { type EncodeKernel, encodeKernel } from "./encode-kernel.ts";
import { KernelMemory } from "./kernel-memory.ts";

/** Encoded rows: halves of each, how many words it has behind its record id, and where among its halves how many keys begin. */
export interface RowShape {
  readonly width: number;
  readonly words: number;
  readonly firstKey: number;
  readonly keys: number;
}

/** Halves of a record id's text in a Parquet page. */
const ID_HALVES = 9;
/** Rows that are laid out together: their columns fit the processor's second cache. */
const TOGETHER = 1024;
const DRAWS = 1 << 13;

/** Encoded rows in memory of the kernel, which says what they share, puts them in random order and lays them out by columns. */
export class RowKernel {
  readonly memory = new KernelMemory(16 << 20);
  readonly kernel: EncodeKernel = encodeKernel(this.memory.memory);
  readonly shape: RowShape;
  #count = 0;
  #most = 0;
  /** Of at most `#most` rows: the rows, their order, which of their keys are shared. */
  #lists = { rows: 0, order: 0, isShared: 0 };
  #scratch: { readonly draws: number; readonly ids: number; readonly pages: number } | undefined;

  constructor(shape: RowShape) {
    this.memory.begin(this.kernel.heapBase());
    this.shape = shape;
  }

  /** Makes room for so many rows, in the order in which they will be written there. */
  begin(count: number): void {
    this.#count = count;
    if (count > this.#most) {
      const most = Math.ceil(count * 1.05);
      const [rows, order, isShared] = [this.shape.width * 4, 4, this.shape.keys + 1].map((bytes) => this.memory.reserve(most * bytes)) as [number, number, number];
      this.#lists = { rows, order, isShared };
      this.#most = most;
    }
    const order = this.memory.words.subarray(this.#lists.order >> 2, (this.#lists.order >> 2) + count);
    for (let row = 0; row < count; row++) order[row] = row;
  }

  /** The rows. Good until memory is reserved. */
  halves(): Uint32Array {
    const from = this.#lists.rows >> 2;
    return this.memory.words.subarray(from, from + this.#count * this.shape.width);
  }

  /** Which keys of each row others share, a byte each, and behind these how many. `columns`: of each key where its table lies, its slots, and where its bits lie. Good like the rows. */
  findShared(columns: number): Uint8Array {
    const { rows, isShared } = this.#lists;
    const { width, firstKey, keys } = this.shape;
    this.kernel.findShared(columns, keys, rows + firstKey * 4, this.#count, width * 4, isShared);
    return this.memory.bytes.subarray(isShared, isShared + this.#count * (keys + 1));
  }

  /** Puts the rows in random order, from the system's CSPRNG. */
  shuffle(): void {
    const { draws } = this.#reserveScratch();
    for (let last = this.#count - 1; last > 0; ) {
      const bytes = Math.min(DRAWS, last) * 4; // a few are rejected, and drawn in the next turn
      randomFillSync(this.memory.bytes, draws, bytes);
      last = this.kernel.shuffle(this.#lists.order, last, draws, draws + bytes);
    }
  }

  /** Lays the rows out in their order: the texts of their ids, and each word's column, one behind the other. */
  lay(ids: Uint32Array, pages: Uint32Array): void {
    const { ids: idsAt, pages: pagesAt } = this.#reserveScratch();
    const { width, words } = this.shape;
    for (let first = 0; first < this.#count; first += TOGETHER) {
      const count = Math.min(TOGETHER, this.#count - first);
      this.kernel.layRows(this.#lists.rows, width * 4, this.#lists.order + first * 4, count, words, idsAt, pagesAt, TOGETHER * 8);
      ids.set(this.memory.words.subarray(idsAt >> 2, (idsAt >> 2) + count * ID_HALVES), first * ID_HALVES);
      for (let word = 0, from = pagesAt >> 2; word < words; word++, from += TOGETHER * 2) pages.set(this.memory.words.subarray(from, from + count * 2), (word * this.#count + first) * 2);
    }
  }

  /** The order of the rows, by number. Good like the rows. */
  order(): Uint32Array {
    return this.memory.words.subarray(this.#lists.order >> 2, (this.#lists.order >> 2) + this.#count);
  }

  #reserveScratch(): { readonly draws: number; readonly ids: number; readonly pages: number } {
    return (this.#scratch ??= { draws: this.memory.reserve(DRAWS * 4), ids: this.memory.reserve(TOGETHER * ID_HALVES * 4), pages: this.memory.reserve(TOGETHER * this.shape.words * 8) });
  }
}
