import type { StoringEncoder } from "../kernel/encode-record.ts";
import type { CellBytes } from "./csv/cell-bytes.ts";
import type { Normalized } from "./normalize/normalized.ts";
import type { FieldAtoms, FieldReader } from "./record-atoms.ts";
import { mixed } from "./text-hash.ts";

/** Cells that are kept for a field; the bound keeps memory flat on files of noise. */
const MOST_ENTRIES = 1 << 16;
const ENTRY_WORDS = 1 << 20;
const HEAD = 4;
const PROBLEMS = [undefined, "placeholder", "unusable"] as const;

/**
 * Reads one field of record after record from the cells' bytes. What cells come to is kept, with its values in the encoder's memory: a few thousand names, dates and sexes cover most records, and for those neither a
 * string is made nor a value written. Of a field with as many values as records only the last is kept, for households.
 */
class FieldCells {
  readonly indexes: readonly number[];
  /** Where the values of the field lie, if they are kept. */
  address = 0;
  problem: Normalized["problem"];
  readonly #reader: FieldReader;
  readonly #group: number;
  readonly #encoder: StoringEncoder;
  readonly #width: number;
  readonly #texts: string[] = [];
  readonly #key = new Uint8Array(4096);

  // Kept cells: a hash table with open addressing. Its slots say where entries begin, in words; 0 = free. An entry is the key's hash, its length, the problem (by number), the address, the hashes of the atoms and
  // the key: all in one place, for the lookup is as slow as the memory that it touches.
  readonly #slots: Int32Array;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  #entries = 0;
  #end = 4;

  constructor(reader: FieldReader, group: number, encoder: StoringEncoder) {
    this.indexes = reader.indexes;
    this.#reader = reader;
    this.#group = group;
    this.#encoder = encoder;
    this.#width = reader.indexes.length;
    const most = reader.repetitive ? MOST_ENTRIES : 1;
    this.#slots = new Int32Array(most * 2);
    this.#words = new Int32Array(reader.repetitive ? ENTRY_WORDS : 2048);
    this.#bytes = new Uint8Array(this.#words.buffer);
  }

  clear(): void {
    this.#slots.fill(0);
    this.#entries = 0;
    this.#end = 4;
  }

  /** Reads the cells whose bounds begin at `first` and writes their hashes. False: the encoder has no room for them, or they are too long for it. */
  read({ bytes, bounds }: CellBytes, first: number, hashes: Int32Array): boolean {
    const { columns } = this.#reader;
    const key = this.#key;
    let length = 0;
    let hash = 0x811c9dc5;
    let all = 0;
    for (let c = 0; c < columns.length; c++) {
      const at = first + columns[c]! * 2;
      const end = bounds[at + 1]!;
      const cell = end - bounds[at]!;
      if (length + cell + 2 > key.length) return false;
      // lengths in front, so that two rows of cells never look alike
      key[length++] = cell & 255;
      key[length++] = cell >> 8;
      hash = Math.imul(hash ^ cell, 0x01000193);
      for (let i = bounds[at]!; i < end; i++) {
        const byte = bytes[i]!;
        key[length++] = byte;
        hash = Math.imul(hash ^ byte, 0x01000193);
        all |= byte;
      }
    }
    hash = mixed(hash);
    let entry = this.#find(length, hash);
    if (entry === 0) {
      for (const column of columns) this.#texts[column] = bytes.toString(all < 128 ? "latin1" : "utf8", bounds[first + column * 2], bounds[first + column * 2 + 1]);
      const atoms = this.#reader.atomsOf(this.#reader.textOf(this.#texts));
      if (!this.#reader.repetitive) this.clear();
      let address = 0;
      if (!this.#reader.repetitive) {
        if (!this.#encoder.place(this.#group, atoms.values)) return false;
      } else if (this.#entries === MOST_ENTRIES || this.#end + HEAD + this.#width + length / 4 + 1 > this.#words.length || (address = this.#encoder.store(atoms.values)) === 0) return false;
      entry = this.#insert(length, hash, address, atoms);
    }
    const words = this.#words;
    this.problem = PROBLEMS[words[entry + 2]!];
    this.address = words[entry + 3]!;
    for (let i = 0, from = entry + HEAD; i < this.#width; i++) hashes[this.indexes[i]!] = words[from + i]!;
    return true;
  }

  #find(length: number, hash: number): number {
    const slots = this.#slots;
    const words = this.#words;
    const last = slots.length - 1;
    let slot = hash & last;
    for (let entry = 0; (entry = slots[slot]!) !== 0; slot = (slot + 1) & last) {
      if (words[entry] !== hash || words[entry + 1] !== length) continue;
      const start = (entry + HEAD + this.#width) * 4;
      let i = 0;
      while (i < length && this.#bytes[start + i] === this.#key[i]) i++;
      if (i === length) return entry;
    }
    return 0;
  }

  #insert(length: number, hash: number, address: number, { hashes, problem }: FieldAtoms): number {
    const last = this.#slots.length - 1;
    let slot = hash & last;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & last;
    const entry = this.#end;
    this.#slots[slot] = entry;
    this.#entries++;
    this.#words[entry] = hash;
    this.#words[entry + 1] = length;
    this.#words[entry + 2] = PROBLEMS.indexOf(problem);
    this.#words[entry + 3] = address;
    for (let i = 0; i < this.#width; i++) this.#words[entry + HEAD + i] = hashes[i]!;
    const start = (entry + HEAD + this.#width) * 4;
    for (let i = 0; i < length; i++) this.#bytes[start + i] = this.#key[i]!;
    this.#end = entry + HEAD + this.#width + Math.ceil(length / 4);
    return entry;
  }
}

/** Reads records from their cells' bytes. */
export class KnownCells {
  /** Hash of each atom of the last record read, 0 where it is missing. */
  readonly hashes: Int32Array;
  /** Where the values of its fields lie. */
  readonly addresses: Uint32Array;
  readonly problems: Normalized["problem"][];
  readonly #fields: FieldCells[];
  readonly #encoder: StoringEncoder;

  /** `encoder`: its groups are the fields. */
  constructor(readers: readonly FieldReader[], atoms: number, encoder: StoringEncoder) {
    this.hashes = new Int32Array(atoms);
    this.addresses = new Uint32Array(readers.length);
    this.problems = readers.map(() => undefined);
    this.#fields = readers.map((reader, field) => new FieldCells(reader, field, encoder));
    this.#encoder = encoder;
  }

  /** Reads a record whose cells' bounds begin at `first`. False: it holds something too long to be kept. */
  read(cells: CellBytes, first: number): boolean {
    if (this.#readAll(cells, first)) return true;
    this.#clear();
    if (this.#readAll(cells, first)) return true;
    this.#clear(); // what is encoded otherwise overwrites what is in place
    return false;
  }

  #clear(): void {
    this.#encoder.clear();
    for (const field of this.#fields) field.clear();
  }

  #readAll(cells: CellBytes, first: number): boolean {
    for (let f = 0; f < this.#fields.length; f++) {
      const field = this.#fields[f]!;
      if (!field.read(cells, first, this.hashes)) return false;
      this.addresses[f] = field.address;
      this.problems[f] = field.problem;
    }
    return true;
  }
}
