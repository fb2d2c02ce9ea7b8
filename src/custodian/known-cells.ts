import { isAscii } from "node:buffer";
import { CONTENT, HASHES, MISSING_HIGH, MISSING_LOW, PROBLEM, SliceEncoder } from "../kernel/slice-encoder.ts";
import type { EncodingPlan } from "../kernel/encoding-plan.ts";
import type { CellBytes } from "./csv/cell-bytes.ts";
import type { FieldAtoms, FieldReader } from "./record-atoms.ts";
import { mixed } from "./text-hash.ts";

/** Bounds that keep memory flat on files of noise: cells and bytes of a field, and bytes of all. */
const MOST_KEPT = 1 << 17;
const FIELD_BYTES = 10 << 20;
const KEPT_BYTES = 60 << 20;

export const PROBLEMS = [undefined, "placeholder", "unusable"] as const;

/** An encoder of slices whose groups are fields. */
export function fieldEncoder(plan: EncodingPlan, readers: readonly FieldReader[]): SliceEncoder {
  return new SliceEncoder(plan, readers.map(({ indexes, columns, repetitive }) => ({ values: indexes, columns, keptCells: repetitive ? MOST_KEPT : 0 })), Math.min(FIELD_BYTES, Math.floor(KEPT_BYTES / readers.length)));
}

/** Reads the fields of a slice's records, batch after batch: cells that the encoder does not know become strings, are normalized, and are kept. */
export class CellReader {
  readonly #readers: readonly FieldReader[];
  readonly #encoder: SliceEncoder;
  readonly #texts: string[] = [];
  readonly #notes: readonly Int32Array[];
  #isAscii = false;
  #cells: CellBytes | undefined;
  /** The fields whose room is full. */
  #full: number[] = [];

  constructor(readers: readonly FieldReader[], encoder: SliceEncoder) {
    this.#readers = readers;
    this.#encoder = encoder;
    this.#notes = readers.map(({ indexes }) => new Int32Array(HASHES + indexes.length));
  }

  load(cells: CellBytes): void {
    this.#cells = cells;
    this.#isAscii = isAscii(cells.bytes);
  }

  /** Reads a batch of records, at least one; returns where it ends, at the latest at `to`. `firstBounds`: where their cells' bounds begin. */
  read(firstBounds: Uint32Array, from: number, to: number): number {
    for (const field of this.#full) this.#encoder.forget(field);
    this.#full = [];
    this.#encoder.begin(from);
    let end = to;
    for (let f = 0; f < this.#readers.length; f++) {
      for (let i = from; (i = this.#encoder.find(f, i, end)) < end; i++) {
        if (this.#keep(f, firstBounds[i]!, i)) continue;
        this.#full.push(f);
        end = i;
      }
    }
    return end;
  }

  #keep(f: number, first: number, record: number): boolean {
    const reader = this.#readers[f]!;
    for (const column of reader.columns) this.#texts[column] = this.text(first, column);
    const atoms = reader.atomsOf(reader.textOf(this.#texts));
    takeNotes(reader, atoms, this.#notes[f]!);
    return this.#encoder.keep(f, record, atoms.values, this.#notes[f]!);
  }

  /** The text of a cell of the record whose bounds begin at `first`. */
  text(first: number, column: number): string {
    const { bytes, bounds } = this.#cells!;
    const start = bounds[first + column * 2]!;
    const end = bounds[first + column * 2 + 1]!;
    if (!this.#isAscii) for (let i = start; i < end; i++) if (bytes[i]! > 127) return bytes.toString("utf8", start, end);
    return bytes.toString("latin1", start, end);
  }
}

function takeNotes({ indexes }: FieldReader, { hashes, problem }: FieldAtoms, notes: Int32Array): void {
  notes.fill(0, 0, HASHES);
  notes[PROBLEM] = PROBLEMS.indexOf(problem);
  for (let i = 0; i < indexes.length; i++) {
    const atom = indexes[i]!;
    if (hashes[i] === 0) notes[atom < 32 ? MISSING_LOW : MISSING_HIGH]! |= 1 << (atom & 31);
    notes[CONTENT] = mixed(notes[CONTENT]! ^ hashes[i]!);
    notes[HASHES + i] = hashes[i]!;
  }
}
