import { SaltlinkError } from "../errors.ts";
import { MOST_PAGES } from "../kernel/link-kernel.ts";

const PAGE = 65536;
const ALIGNMENT = 64;
const LIMIT = MOST_PAGES * PAGE; // bytes

/**
 * The memory that all threads and the kernel share: a stack. What is reserved stays until the mark below it is released, so that a stage gives back all its
 * scratch at once. Offsets are bytes; views are good until the next `reserve`, which may grow the memory.
 */
export class SharedMemory {
  readonly memory = new WebAssembly.Memory({ initial: 16, maximum: MOST_PAGES, shared: true });
  #limit = LIMIT;
  #top = ALIGNMENT * 1024; // the kernel's own constants lie below
  #peak = 0;

  /** @param limit in bytes, of at most 4 GiB */
  constructor(limit = LIMIT) {
    this.limitTo(limit);
  }

  /** Allows no more than so many bytes, of at most 4 GiB. */
  limitTo(bytes: number): void {
    this.#limit = Math.min(bytes, LIMIT);
  }

  /** Bytes that can still be reserved. */
  get free(): number {
    return this.#limit - this.#top;
  }

  reserve(bytes: number): number {
    const at = this.#top;
    const end = at + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    if (end > this.#limit) throw new SaltlinkError("memory", `linking these files needs more than ${Math.floor(this.#limit / 2 ** 20)} MiB of shared memory; give more with --memory (the threads share 4 GiB at most), use fewer --threads, or link fewer records at a time`);
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) {
      try {
        this.memory.grow(missing);
      } catch {
        throw new SaltlinkError("memory", `the machine did not give ${(end / 2 ** 30).toFixed(1)} GiB of memory; close other programs or link fewer records at a time`);
      }
    }
    this.#top = end;
    this.#peak = Math.max(this.#peak, end);
    return at;
  }

  /** Reserves and zeroes. What has never been reserved is zero; the threads that use it take it from the system, all at once, rather than this one alone. */
  reserveZeroed(bytes: number): number {
    const used = this.#peak;
    const at = this.reserve(bytes);
    const dirty = Math.min(this.#top, used) - at;
    if (dirty > 0) this.f64(at, dirty / 8).fill(0); // by words: in memory that threads share, each value is stored by itself
    return at;
  }

  mark(): number {
    return this.#top;
  }

  release(mark: number): void {
    this.#top = mark;
  }

  get peakBytes(): number {
    return this.#peak;
  }

  u8(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length);
  }

  u16(at: number, length: number): Uint16Array {
    return new Uint16Array(this.memory.buffer, at, length);
  }

  u32(at: number, length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, at, length);
  }

  f64(at: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, at, length);
  }

  i64(at: number, length: number): BigInt64Array {
    return new BigInt64Array(this.memory.buffer, at, length);
  }
}
