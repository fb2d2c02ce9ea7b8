import { Cmac } from "./cmac.ts";
import { type EncodeKernel, encodeKernel } from "./encode-kernel.ts";
import type { EncodingPlan } from "./encoding-plan.ts";
import { KernelMemory, SLACK } from "./kernel-memory.ts";
import { type Program, VALUE, layProgram } from "./lay-program.ts";

/** Values that come from the same cells: a field's. */
export interface ValueGroup {
  /** By index; every value in one group. */
  readonly values: readonly number[];
  readonly columns: readonly number[];
  /** Cells that are kept with what they come to, at most; 0 where they hardly come again: then only those of the record before are known, for households. */
  readonly keptCells: number;
}

/** Cells as they lie in a slice: its bytes, and the start and end of each. */
interface LyingCells {
  readonly bytes: Uint8Array;
  readonly bounds: Int32Array;
}

const FIELD = 20;
const SLOT = 8;
const FIRST_SLOTS = 1 << 10;

/** Bits as two halves. */
function maskOf(bits: readonly number[]): [low: number, high: number] {
  const half = (which: number): number => bits.reduce((mask, bit) => (bit >> 5 === which ? mask | (1 << (bit & 31)) : mask), 0);
  return [half(0), half(1)];
}

const SEPARATOR = 0x1f;
/** For slices and their rows, the program and its scratch; and for the table of a group's kept cells as it grows. */
const SLICE_BYTES = 8 << 20;
const TABLE_BYTES = 4 << 20;
/** For what a batch's records alone have. */
const PASSING_BYTES = 1 << 20;

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** What notes say first, for records to be told of (see assembly/notes.ts): values of the group that are missing (two halves), a problem by number, a hash of them all; then come the hashes of each, 0 where it is missing. */
export const MISSING_LOW = 0;
export const MISSING_HIGH = 1;
export const PROBLEM = 2;
export const CONTENT = 3;
export const HASHES = 4;

/** What is to be told of records by their notes, whose groups are fields. */
export interface Told {
  /** Whether the null mask has a bit for each value. */
  readonly showsAtoms: boolean;
  /** Of each filter the values of its anchor and its texts, and its own bit. */
  readonly filters: readonly { readonly anchor: readonly number[]; readonly texts: readonly number[]; readonly bit: number }[];
  /** Values whose hashes are wanted. */
  readonly counted: readonly number[];
  /** Records are sampled whose rank, a hash of all their values as a share of 1, is below it. */
  readonly sampleBelow: number;
}

const TALLIES = 16; // bytes for each field

/** A run of memory that is filled from its beginning and emptied as a whole. */
interface Room {
  start: number;
  at: number;
  end: number;
}

/**
 * Encodes slices of records whose values come from cells. The host says what new cells come to; the kernel finds cells that it knows by their bytes, and encodes whole batches: a call, a string or an object for each cell of each
 * record took longer than the hashing.
 *
 * Use: `load` a slice; `begin` a batch; per group `find` the next record with new cells and `keep` what they come to, until there are none; `encode` the batch.
 */
export class SliceEncoder {
  readonly #kernel: EncodeKernel;
  readonly #memory: KernelMemory;
  readonly #groups: readonly ValueGroup[];
  readonly #program: Program;
  /** How far notes on each group lie from its address, in bytes: behind its values. */
  readonly #noteOffsets: readonly number[];
  /** Of each value, by index, the bytes of the longest with its separator; and how many records are encoded together therefore. */
  readonly #longest: Uint32Array;
  #together = 0;
  #told = { at: 0, tallies: 0, counted: 0, columns: 0 };
  readonly #slice: number;
  readonly #fields: number;
  /** Of each group the table of its kept cells: larger ones than it needs would miss the cache. */
  readonly #tables: { at: number; slots: number }[];
  readonly #entries: Int32Array;
  /** What is kept of each group until it is forgotten, and what is kept for one batch. */
  readonly #kept: readonly Room[];
  readonly #passing: Room = { start: 0, at: 0, end: 0 };
  /** Bytes, bounds, first bounds of the records, addresses, places, rows, distances, hashes of cells, keys, counted hashes, sample, signs: each in room for the largest slice so far. */
  readonly #lists = Array.from({ length: 12 }, () => ({ start: 0, end: 0 }));
  #bounds: Int32Array = new Int32Array(0);
  #firstBounds: Uint32Array = new Uint32Array(0);
  #first = 0;
  #width = 0;
  #records = 0;

  /** `room`: bytes for what is kept of each group. */
  constructor(plan: EncodingPlan, groups: readonly ValueGroup[], room: number) {
    const cmac = new Cmac(plan.key);
    this.#memory = new KernelMemory(SLICE_BYTES + groups.filter(({ keptCells }) => keptCells > 0).length * (room + TABLE_BYTES));
    this.#kernel = encodeKernel(this.#memory.memory, (at, bytes) => cmac.encrypt(this.#memory.bytes.subarray(at, at + bytes)));
    this.#memory.begin(this.#kernel.heapBase());
    this.#groups = groups;
    this.#program = layProgram(plan, groups.map(({ values }) => values), cmac, this.#memory);
    this.#longest = new Uint32Array(1 + Math.max(-1, ...groups.flatMap(({ values }) => values)));
    this.#noteOffsets = groups.map(({ values }) => values.length * VALUE);
    this.#fields = this.#memory.reserve(groups.length * FIELD);
    this.#tables = groups.map(({ keptCells }) => (keptCells === 0 ? { at: 0, slots: 0 } : { at: this.#memory.reserve(FIRST_SLOTS * SLOT), slots: FIRST_SLOTS }));
    groups.forEach(({ columns }, g) => {
      const { at, slots } = this.#tables[g]!;
      this.#memory.set(this.#fields + g * FIELD, [g, this.#memory.list(columns), columns.length, at, slots - 1]);
    });
    this.#entries = new Int32Array(groups.length);
    this.#slice = this.#memory.reserve(20);
    this.#kept = groups.map(({ keptCells }) => this.#enlarge({ start: 0, at: 0, end: 0 }, keptCells === 0 ? 0 : room));
    this.#enlarge(this.#passing, PASSING_BYTES);
  }

  /** Takes a slice in. `firstBounds`: where the bounds of each record's cells begin; `places`: where each goes among the rows; `width`: of a row, in halves. */
  load(cells: LyingCells, firstBounds: Uint32Array, places: Uint32Array, width: number): void {
    this.#records = firstBounds.length;
    this.#width = width;
    this.#bounds = cells.bounds;
    this.#firstBounds = firstBounds;
    const sizes = [cells.bytes.length, cells.bounds.byteLength, firstBounds.byteLength, this.#records * this.#groups.length * 4, places.byteLength, this.#records * width * 4, this.#records * 2, this.#records * 8, 0, this.#records * this.#told.counted * 4, this.#records * 8];
    sizes.forEach((size, i) => this.#makeRoom(i, size));
    const [bytes, bounds, first, addresses, placesAt] = this.#lists.map(({ start }) => start) as [number, number, number, number, number];
    this.#memory.bytes.set(cells.bytes, bytes);
    this.#memory.set(bounds, cells.bounds);
    this.#memory.set(first, firstBounds);
    this.#memory.set(placesAt, places);
    this.#memory.set(this.#slice, [bytes, bounds, first, addresses, this.#groups.length]);
  }

  /** Begins a batch with this record of the slice: what was kept for the last batch only is forgotten. */
  begin(first: number): void {
    this.#first = first;
    this.#passing.at = this.#passing.start;
  }

  /** The next record of the batch from `from` on, at first that which it begins with, whose cells of the group are new; `to` when there is none. */
  find(group: number, from: number, to: number): number {
    const [field, { start: hashes }] = [this.#fields + group * FIELD, this.#lists[7]!];
    if (from === this.#first) this.#kernel.hashBatch(this.#slice, field, from, to, hashes);
    return this.#kernel.findCells(this.#slice, field, this.#first, from, to, hashes);
  }

  /** Keeps what a record's cells of the group come to: their values, and numbers that the host wants back. False when there is no room: then the batch ends before this record, and the group is to be forgotten before the next. For the first of a batch there always is room. */
  keep(group: number, record: number, values: readonly (string | undefined)[], notes: ArrayLike<number>): boolean {
    const { columns, keptCells, values: indexes } = this.#groups[group]!;
    const room = keptCells > 0 ? this.#kept[group]! : this.#passing;
    const noteOffset = this.#noteOffsets[group]!;
    let size = noteOffset + notes.length * 4 + 4 * SLACK;
    for (const value of values) size += value === undefined ? 0 : value.length * 3 + 1;
    if (keptCells > 0) {
      if (this.#entries[group]! >= keptCells) {
        if (record > this.#first) return false;
        this.forget(group); // nothing of this batch is kept yet
      }
      const first = this.#firstBounds[record]!;
      for (const column of columns) size += 4 + this.#bounds[first + column * 2 + 1]! - this.#bounds[first + column * 2]!;
    }
    if (room.at + size > room.end) {
      if (record > this.#first) return false;
      this.#enlarge(room, 2 * Math.max(size, room.end - room.start));
    }
    const address = room.at;
    let at = (address + noteOffset) >> 2;
    for (let n = 0; n < notes.length; n++) this.#memory.words[at++] = notes[n]!;
    let end = at << 2;
    for (let v = 0; v < values.length; v++) {
      const start = end;
      end = this.#write(values[v], start, address + v * VALUE);
      if (end - start > this.#longest[indexes[v]!]!) {
        this.#longest[indexes[v]!] = end - start;
        this.#together = 0;
      }
    }
    end = (end + 3) & ~3;
    if (keptCells > 0) {
      if (++this.#entries[group]! * 2 > this.#tables[group]!.slots) this.#enlargeTable(group);
      end = (this.#kernel.keepCells(this.#slice, this.#fields + group * FIELD, record, end, address) + 3) & ~3;
    }
    room.at = end;
    this.#memory.words[(this.#lists[3]!.start >> 2) + record * this.#groups.length + group] = address;
    return true;
  }

  /** Writes a value's UTF-8 form with a separator at `at` and where it lies at `descriptor`; returns the end. */
  #write(value: string | undefined, at: number, descriptor: number): number {
    const bytes = this.#memory.bytes;
    let length = 0;
    if (value !== undefined) {
      let code = 0;
      while (length < value.length && (code = value.charCodeAt(length)) < 128) bytes[at + length++] = code;
      if (length < value.length) length = utf8.encodeInto(value, bytes.subarray(at)).written;
      bytes[at + length++] = SEPARATOR;
    }
    this.#memory.words[descriptor >> 2] = at;
    this.#memory.words[(descriptor >> 2) + 1] = length;
    return at + length;
  }

  #makeRoom(list: number, size: number): number {
    const room = this.#lists[list]!;
    if (room.start + size > room.end) Object.assign(room, { start: this.#memory.reserve(size), end: this.#memory.free - SLACK });
    return room.start;
  }

  #enlarge(room: Room, size: number): Room {
    room.start = room.at = this.#memory.reserve(size);
    room.end = room.start + size;
    return room;
  }

  /** Lays out what `note` is to tell. */
  tell({ showsAtoms, filters, counted, sampleBelow }: Told): void {
    const memory = this.#memory;
    const offsets = this.#noteOffsets;
    const groupOf = (value: number): number => this.#groups.findIndex(({ values }) => values.includes(value));
    const masks = memory.list(filters.flatMap(({ anchor, texts, bit }) => [maskOf(anchor), maskOf(texts), maskOf([bit])].flat()));
    const hashes = memory.list(counted.flatMap((value) => [groupOf(value) * 4, offsets[groupOf(value)]! + (HASHES + this.#groups[groupOf(value)]!.values.indexOf(value)) * 4]));
    const tallies = memory.reserve(offsets.length * TALLIES);
    const limit = new Uint32Array(Float64Array.of(sampleBelow * 2 ** 32).buffer);
    this.#told = { at: memory.list([offsets.length, memory.list(offsets), Number(showsAtoms), masks, filters.length, hashes, counted.length, tallies, ...limit]), tallies, counted: counted.length, columns: memory.reserve(counted.length * 4) };
  }

  /** Nothing is told of the slice's records from `from` on: they count for nothing in `signs`. */
  leaveOut(from: number): void {
    const first = this.#lists[9]!.start >> 2;
    for (let column = 0; column < this.#told.counted; column++) this.#memory.words.fill(0, first + column * this.#records + from, first + (column + 1) * this.#records);
  }

  /** What was counted of each of so many fields: records that lack it, then records with each problem. Good until something is kept or loaded. */
  tallies(fields: number): Uint32Array {
    return this.#memory.words.subarray(this.#told.tallies >> 2, (this.#told.tallies + fields * TALLIES) >> 2);
  }

  /** Tells of records of the batch: their null masks, `offset` halves into their rows, and what `tallies` and `counted` have. Returns those of the sample. */
  note(from: number, to: number, offset: number): { record: number; rank: number }[] {
    const [, , , addresses, places, rows] = this.#lists as [unknown, unknown, unknown, Room, Room, Room];
    const sampled = this.#lists[10]!.start;
    const end = this.#kernel.noteRecords(this.#told.at, addresses.start, from, to, places.start, rows.start + offset * 4, this.#width * 4, this.#lists[9]!.start, this.#records * 4, sampled);
    return Array.from({ length: (end - sampled) / 8 }, (_, i) => ({ record: this.#memory.words[(sampled >> 2) + 2 * i]!, rank: this.#memory.words[(sampled >> 2) + 2 * i + 1]! / 2 ** 32 }));
  }

  /** What the slice's records, when all of them are told of, add to a sketch by a compound of the wanted hashes (see assembly/notes.ts). Good until something is kept or loaded. */
  signs(compound: readonly number[], seed: number): Int32Array {
    const signs = this.#makeRoom(11, this.#records * 4);
    this.#memory.set(this.#told.columns, compound.map((atom) => this.#lists[9]!.start + atom * this.#records * 4));
    this.#kernel.signsOf(this.#told.columns, compound.length, seed, this.#records, signs);
    return new Int32Array(this.#memory.bytes.buffer, signs, this.#records);
  }

  /** The values of a record of the batch, by index. */
  values(record: number): (string | undefined)[] {
    const { words } = this.#memory;
    const values: (string | undefined)[] = [];
    this.#groups.forEach((group, g) => {
      const address = words[(this.#lists[3]!.start >> 2) + record * this.#groups.length + g]! >> 2;
      group.values.forEach((index, v) => (values[index] = this.#read(words[address + 2 * v]!, words[address + 2 * v + 1]!)));
    });
    return values;
  }

  #read(at: number, length: number): string | undefined {
    return length === 0 ? undefined : text.decode(this.#memory.bytes.subarray(at, at + length - 1));
  }

  /** Encodes records of the batch, each `offset` halves into its row. */
  encode(from: number, to: number, offset: number): void {
    const [, , , addresses, places, rows] = this.#lists as [unknown, unknown, unknown, Room, Room, Room];
    if (this.#together === 0) this.#together = this.#program.together(this.#longest);
    for (; from < to; from += this.#together) this.#kernel.encodeRecords(this.#program.at, addresses.start + from * this.#groups.length * 4, Math.min(to - from, this.#together), places.start + from * 4, rows.start + offset * 4, this.#width * 4);
  }

  /** The rows of the slice, when all of it is encoded. Good until the next is loaded. */
  rows(): Uint32Array {
    const { start } = this.#lists[5]!;
    return this.#memory.words.subarray(start >> 2, (start >> 2) + this.#records * this.#width);
  }

  /** So many keys of the slice's rows, which begin `offset` halves into each: column after column 31 bits of each (two words that agree in them count as one), 0 where it is missing. Good until the next slice is loaded. */
  keys(offset: number, keys: number): Uint32Array {
    const at = this.#makeRoom(8, this.#records * keys * 4);
    this.#kernel.takeKeys(this.#lists[5]!.start + offset * 4, this.#records, this.#width * 4, keys, at);
    return this.#memory.words.subarray(at >> 2, (at >> 2) + this.#records * keys);
  }

  /** Writes the Hamming distances between a filter of a row, which begins `offset` halves into it, and that of each row before it. Rows are numbered as `rows` has them. */
  distances(row: number, offset: number, bits: number, out: Uint16Array): void {
    const [rows, apart] = [this.#lists[5]!, this.#lists[6]!];
    this.#kernel.distancesTo(rows.start + (row * this.#width + offset) * 4, rows.start + offset * 4, this.#width * 4, row, bits / 64, apart.start);
    out.set(new Uint16Array(this.#memory.bytes.buffer, apart.start, row));
  }

  #enlargeTable(group: number): void {
    const slots = this.#tables[group]!.slots * 2;
    const at = this.#memory.reserve(slots * SLOT);
    this.#kernel.moveTable(this.#fields + group * FIELD, at, slots - 1);
    this.#tables[group] = { at, slots };
  }

  /** Forgets what was kept of a group. */
  forget(group: number): void {
    const { at, slots } = this.#tables[group]!;
    this.#memory.bytes.fill(0, at, at + slots * SLOT);
    this.#kept[group]!.at = this.#kept[group]!.start;
    this.#entries[group] = 0;
  }
}
