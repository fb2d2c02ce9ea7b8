/** The kernel reads and writes up to 16 bytes at a time, so that it goes beyond an end. */
export const SLACK = 16;

const PAGE = 65536;
/** 4 GB. */
const MOST_PAGES = 65536;

/** A kernel's memory, of which more and more is reserved. `bytes` and `words` are all of it, and other views after each `reserve`. */
export class KernelMemory {
  readonly memory: WebAssembly.Memory;
  bytes: Uint8Array;
  words: Uint32Array;
  /** What is beyond is not reserved. */
  free = 0;

  /** `size`: bytes that will be enough, most likely. What is not written to takes no room, but to V8 all of a memory is new when it is made and when it grows, and it collects garbage for so much: it is no larger than that, and grows seldom. */
  constructor(size: number) {
    this.memory = new WebAssembly.Memory({ initial: Math.ceil(size / PAGE) });
    this.bytes = new Uint8Array(this.memory.buffer);
    this.words = new Uint32Array(this.memory.buffer);
  }

  /** `base`: the first byte that the host may use. */
  begin(base: number): void {
    this.free = (base + 15) & ~15;
  }

  /** So many bytes at a multiple of 16; zeros, but where a caller has put `free` back. */
  reserve(size: number): number {
    const at = this.free;
    this.free += (size + SLACK + 15) & ~15;
    const short = this.free - this.memory.buffer.byteLength;
    if (short > 0) {
      const pages = this.memory.buffer.byteLength / PAGE;
      this.memory.grow(Math.max(Math.ceil(short / PAGE), Math.min(pages, MOST_PAGES - pages)));
      this.bytes = new Uint8Array(this.memory.buffer);
      this.words = new Uint32Array(this.memory.buffer);
    }
    return at;
  }

  set(at: number, words: ArrayLike<number>): void {
    this.words.set(words, at >> 2);
  }

  /** Reserves words and writes them. */
  list(words: readonly number[]): number {
    const at = this.reserve(words.length * 4);
    this.set(at, words);
    return at;
  }
}
