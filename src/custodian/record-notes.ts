import type { EncodingPlan } from "../kernel/encoding-plan.ts";
import { type SliceEncoder, noteOffset } from "../kernel/slice-encoder.ts";
import { usedAtoms } from "../schema/comparison-space.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { CONTENT, HASHES, MISSING_HIGH, MISSING_LOW, PROBLEM, PROBLEMS } from "./known-cells.ts";
import type { FieldReader } from "./record-atoms.ts";
import { mixed } from "./text-hash.ts";
import type { RecordCounter } from "./value-statistics.ts";

interface Mask {
  readonly low: number;
  readonly high: number;
}

/** Bits of a null mask, as two halves. */
function maskOf(bits: readonly number[]): Mask {
  const half = (which: number): number => bits.reduce((mask, bit) => (bit >> 5 === which ? mask | (1 << (bit & 31)) : mask), 0);
  return { low: half(0), high: half(1) };
}

/**
 * What is told of records beside their values: null masks, what fields lack, and what is counted for random pairs. Loop by loop in functions of their own: a long function with many loops is compiled anew for each of them, and that
 * took longer than hashing fifty thousand records.
 */
export class RecordNotes {
  /** Of the slice so far, by field: records without it, and with each of PROBLEMS. */
  missing: number[] = [];
  problems: number[][] = [];
  readonly #schema: LinkageSchema;
  readonly #encoder: SliceEncoder;
  readonly #counter: RecordCounter;
  readonly #showsAtoms: boolean;
  readonly #filters: readonly { readonly anchor: Mask; readonly texts: Mask; readonly bit: Mask }[];
  readonly #firstNotes: Int32Array;
  readonly #countedFields: Int32Array;
  readonly #countedNotes: Int32Array;
  readonly #hashes: Int32Array;
  #contents = new Int32Array(0);

  constructor(schema: LinkageSchema, plan: EncodingPlan, readers: readonly FieldReader[], encoder: SliceEncoder, counter: RecordCounter) {
    this.#schema = schema;
    this.#encoder = encoder;
    this.#counter = counter;
    // beside a record-level filter nothing is compared that could lack an atom: what a record lacks would only tell it from others
    this.#showsAtoms = !schema.filters.some(({ fields }) => fields.length > 1);
    // a filter is missing with any part of its anchor or with all of its texts; the bits of the null mask: every atom, then every filter
    this.#filters = plan.filters.map(({ anchor, parts }, f) => ({ anchor: maskOf(anchor), texts: maskOf(parts.map(({ value }) => value)), bit: maskOf([usedAtoms(schema).length + f]) }));
    this.#firstNotes = Int32Array.from(readers, ({ indexes }) => noteOffset(indexes.length));
    this.#countedFields = Int32Array.from(counter.atoms, (atom) => readers.findIndex(({ indexes }) => indexes.includes(atom)));
    this.#countedNotes = Int32Array.from(counter.atoms, (atom, c) => this.#firstNotes[this.#countedFields[c]!]! + HASHES + readers[this.#countedFields[c]!]!.indexes.indexOf(atom));
    this.#hashes = new Int32Array(counter.atoms.length);
  }

  /** Begins a slice. */
  begin(): void {
    this.missing = this.#schema.fields.map(() => 0);
    this.problems = this.#schema.fields.map(() => PROBLEMS.map(() => 0));
  }

  /** Writes the null masks of a batch's records into their rows, `offset` halves behind their beginnings, and counts what they lack. */
  write(from: number, to: number, places: Uint32Array, width: number, offset: number): void {
    const { words, addresses } = this.#encoder.notes();
    const out = this.#encoder.rows();
    const fields = this.#firstNotes.length;
    if (this.#contents.length < to - from) this.#contents = new Int32Array(to - from);
    for (let i = from; i < to; i++) {
      let low = 0;
      let high = 0;
      let content = 0x12345;
      for (let f = 0; f < fields; f++) {
        const note = (addresses[i * fields + f]! >> 2) + this.#firstNotes[f]!;
        const lacks = words[note + MISSING_LOW]! | words[note + MISSING_HIGH]!;
        low |= words[note + MISSING_LOW]!;
        high |= words[note + MISSING_HIGH]!;
        content = mixed(content ^ words[note + CONTENT]!);
        const problem = words[note + PROBLEM]!;
        // an impossible date has parts but is no date: the field counts as missing
        if (problem !== 0 || lacks !== 0) this.missing[f]!++;
        if (problem !== 0) this.problems[f]![problem]!++;
      }
      this.#contents[i - from] = content;
      this.#writeMask(low, high, out, places[i]! * width + offset);
    }
  }

  #writeMask(low: number, high: number, out: Uint32Array, at: number): void {
    let nullsLow = this.#showsAtoms ? low : 0;
    let nullsHigh = this.#showsAtoms ? high : 0;
    for (let f = 0; f < this.#filters.length; f++) {
      const { anchor, texts, bit } = this.#filters[f]!;
      if (((low & anchor.low) | (high & anchor.high)) === 0 && ((~low & texts.low) | (~high & texts.high)) !== 0) continue;
      nullsLow |= bit.low;
      nullsHigh |= bit.high;
    }
    out[at] = nullsLow;
    out[at + 1] = nullsHigh;
  }

  /** Counts a batch's records, whose masks are written; returns those of the sample. */
  count(from: number, to: number): { record: number; rank: number }[] {
    const sampled: { record: number; rank: number }[] = [];
    const { words, addresses } = this.#encoder.notes();
    const fields = this.#firstNotes.length;
    for (let i = from; i < to; i++) {
      for (let c = 0; c < this.#hashes.length; c++) this.#hashes[c] = words[(addresses[i * fields + this.#countedFields[c]!]! >> 2) + this.#countedNotes[c]!]!;
      const rank = this.#counter.add(this.#hashes, this.#contents[i - from]!);
      if (rank !== undefined) sampled.push({ record: i, rank });
    }
    return sampled;
  }
}
