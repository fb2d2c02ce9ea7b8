import { ID_LENGTH } from "../exchange/record-ids.ts";

const WORDS = ID_LENGTH / 4;

/** Rows by record id, for millions of them: an open table (Knuth, The Art of Computer Programming 3, section 6.4) over the ids as they lie. Ids are random, so that their first digits spread them. */
export class RecordIdIndex {
  readonly #words: Uint32Array;
  /** One more than a row, or 0. */
  readonly #slots: Uint32Array;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** @param ids of all rows, as a hashed file's reader gives them */
  constructor(ids: Buffer) {
    const rows = ids.length / ID_LENGTH;
    this.#words = new Uint32Array(ids.buffer, ids.byteOffset, rows * WORDS);
    this.#slots = new Uint32Array(2 ** Math.max(4, Math.ceil(Math.log2(rows * 2))));
    const mask = this.#slots.length - 1;
    for (let row = 0; row < rows; row++) {
      let slot = hashOf(this.#words[row * WORDS]!, this.#words[row * WORDS + 1]!) & mask;
      while (this.#slots[slot]! > 0) slot = (slot + 1) & mask;
      this.#slots[slot] = row + 1;
    }
  }

  /** The row of an id, or -1. */
  get(bytes: Uint8Array, start: number, end: number): number {
    if (end - start !== ID_LENGTH) return -1;
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    const mask = this.#slots.length - 1;
    let slot = hashOf(this.#view.getUint32(start, true), this.#view.getUint32(start + 4, true)) & mask;
    for (let row = this.#slots[slot]!; row > 0; row = this.#slots[slot]!) {
      if (this.#is(row - 1, start)) return row - 1;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  #is(row: number, start: number): boolean {
    for (let w = 0; w < WORDS; w++) if (this.#words[row * WORDS + w] !== this.#view.getUint32(start + w * 4, true)) return false;
    return true;
  }
}

function hashOf(first: number, second: number): number {
  const hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
