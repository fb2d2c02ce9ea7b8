import { type EncodeKernel, encodeKernel } from "./encode-kernel.ts";
import { KernelMemory } from "./kernel-memory.ts";

/** Cells of whole records: start and end of every cell, and each record's number among the lines; the lines that have another number of cells. Good until more is cut. */
export interface CutCells {
  readonly bounds: Int32Array;
  readonly numbers: Uint32Array;
  readonly odd: readonly { readonly number: number; readonly cells: number }[];
}

/** Finds line ends and cells in CSV text without quotes. */
export class CsvKernel {
  readonly #memory = new KernelMemory(8 << 20); // a mebibyte of text, and the end of each line by four bytes a byte
  readonly #kernel: EncodeKernel = encodeKernel(this.#memory.memory);
  readonly #begin: number;

  constructor() {
    this.#memory.begin(this.#kernel.heapBase());
    this.#begin = this.#memory.free;
  }

  /** Where lines end, behind their line ends, and how far the bytes were read: to a quote, to the end of a line of more than `longest` bytes, or to a carriage return that ends them. */
  lineEnds(bytes: Uint8Array, longest: number): { ends: Uint32Array; stop: number } {
    const { memory, at } = this.#take(bytes);
    const [count, ends] = [memory.reserve(4), memory.reserve(bytes.length * 4)];
    const stop = this.#kernel.lineEnds(at, bytes.length, longest, ends, count);
    return { ends: memory.words.slice(ends >> 2, (ends >> 2) + memory.words[count >> 2]!), stop };
  }

  /** Cuts whole records, of valid UTF-8, into so many cells each. `lines`: how many there are, at most. Blank lines are none. */
  cutCells(bytes: Uint8Array, delimiter: string, columns: number, lines: number): CutCells {
    const { memory, at } = this.#take(bytes);
    const [count, bounds, numbers, odd] = [4, (lines + 1) * columns * 8, lines * 4, lines * 8].map((size) => memory.reserve(size)) as [number, number, number, number];
    const records = this.#kernel.cutCells(at, bytes.length, delimiter.charCodeAt(0), columns, lines, bounds, numbers, odd, count);
    if (records < 0) throw new Error("a slice has more records than were cut"); // never: see cutSlices
    return {
      bounds: new Int32Array(memory.bytes.buffer, bounds, records * columns * 2),
      numbers: memory.words.subarray(numbers >> 2, (numbers >> 2) + records),
      odd: Array.from({ length: memory.words[count >> 2]! }, (_, i) => ({ number: memory.words[(odd >> 2) + 2 * i]!, cells: memory.words[(odd >> 2) + 2 * i + 1]! })),
    };
  }

  #take(bytes: Uint8Array): { memory: KernelMemory; at: number } {
    this.#memory.free = this.#begin;
    const at = this.#memory.reserve(bytes.length);
    this.#memory.bytes.set(bytes, at);
    return { memory: this.#memory, at };
  }
}
