/** Rows by texts, for millions of them: an open table (Knuth, The Art of Computer Programming 3, section 6.4) over bytes that lie one after the other. */
export class TextIndex {
  #texts: Buffer;
  #starts: Uint32Array;
  #rows: Uint32Array;
  #count = 0;
  /** Two for each slot: one more than the number of a text, or 0; and its hash, so that others need not be fetched to be told apart. */
  #slots: Uint32Array;

  /** @param expected texts; more make it grow */
  constructor(expected: number) {
    const room = Math.max(16, expected);
    this.#texts = Buffer.allocUnsafeSlow(room * 16);
    this.#starts = new Uint32Array(room + 1);
    this.#rows = new Uint32Array(room);
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(room * 4)));
  }

  /** Gives a text its row, a new one if it has one already. */
  set(bytes: Uint8Array, start: number, end: number, row: number): void {
    const hash = hashOf(bytes, start, end);
    const slot = this.#slotOf(bytes, start, end, hash);
    if (this.#slots[slot]! > 0) {
      this.#rows[this.#slots[slot]! - 1] = row;
      return;
    }
    const number = this.#count++;
    const at = this.#starts[number]!;
    if (this.#texts.length < at + end - start) this.#texts = enlarged(this.#texts, Buffer.allocUnsafeSlow(2 * (at + end - start)));
    for (let i = start; i < end; i++) this.#texts[at + i - start] = bytes[i]!;
    if (this.#rows.length === number) {
      this.#rows = enlarged(this.#rows, new Uint32Array(2 * number));
      this.#starts = enlarged(this.#starts, new Uint32Array(2 * number + 1));
    }
    this.#starts[number + 1] = at + end - start;
    this.#rows[number] = row;
    this.#slots[slot] = number + 1;
    this.#slots[slot + 1] = hash;
    if (this.#count * 4 > this.#slots.length) this.#spread();
  }

  /** The row of a text, or -1. */
  get(bytes: Uint8Array, start: number, end: number): number {
    const number = this.#slots[this.#slotOf(bytes, start, end, hashOf(bytes, start, end))]!;
    return number === 0 ? -1 : this.#rows[number - 1]!;
  }

  /** Where a text is, or would be. */
  #slotOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = (hash << 1) & mask;
    for (let number = this.#slots[slot]!; number > 0; number = this.#slots[slot]!) {
      if (this.#slots[slot + 1] === hash && this.#is(number - 1, bytes, start, end)) break;
      slot = (slot + 2) & mask;
    }
    return slot;
  }

  #is(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    let at = this.#starts[number]!;
    if (this.#starts[number + 1]! - at !== end - start) return false;
    for (let i = start; i < end; i++) if (this.#texts[at++] !== bytes[i]) return false;
    return true;
  }

  #spread(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    const mask = this.#slots.length - 1;
    for (let old = 0; old < before.length; old += 2) {
      if (before[old] === 0) continue;
      let slot = (before[old + 1]! << 1) & mask;
      while (this.#slots[slot]! > 0) slot = (slot + 2) & mask;
      this.#slots[slot] = before[old]!;
      this.#slots[slot + 1] = before[old + 1]!;
    }
  }
}

/** FNV-1a, and a last stir so that the lowest bits depend on all. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function enlarged<T extends Uint8Array | Uint32Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
