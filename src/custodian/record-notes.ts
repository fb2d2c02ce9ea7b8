import type { EncodingPlan } from "../kernel/encoding-plan.ts";
import type { SliceEncoder } from "../kernel/slice-encoder.ts";
import { usedAtoms } from "../schema/comparison-space.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { PROBLEMS } from "./known-cells.ts";
import type { FieldReader } from "./record-atoms.ts";

/** What is told of a slice's records beside their values: null masks, what fields lack, the hashes of the atoms that are counted for random pairs, and the records of the sample. */
export class RecordNotes {
  readonly #encoder: SliceEncoder;
  readonly #fields: number;

  /** `counted`: atoms whose hashes are wanted, by index; `sampleBelow`: records whose rank is below it are sampled. */
  constructor(schema: LinkageSchema, plan: EncodingPlan, readers: readonly FieldReader[], encoder: SliceEncoder, counted: readonly number[], sampleBelow: number) {
    this.#encoder = encoder;
    this.#fields = readers.length;
    const atoms = usedAtoms(schema).length;
    encoder.tell({
      // beside a record-level filter nothing is compared that could lack an atom: what a record lacks would only tell it from others
      showsAtoms: !schema.filters.some(({ fields }) => fields.length > 1),
      // the bits of the null mask: every atom, then every filter
      filters: plan.filters.map(({ anchor, parts }, f) => ({ anchor, texts: parts.map(({ value }) => value), bit: atoms + f })),
      counted,
      sampleBelow,
    });
  }

  /** Begins a slice. */
  begin(): void {
    this.#encoder.tallies(this.#fields).fill(0);
  }

  /** Per field: records of the slice so far without it, and with the problem if one is named. */
  lacking(problem?: "placeholder" | "unusable"): number[] {
    const tallies = this.#encoder.tallies(this.#fields);
    const each = 1 + PROBLEMS.length;
    return Array.from({ length: this.#fields }, (_, field) => tallies[field * each + (problem === undefined ? 0 : 1 + PROBLEMS.indexOf(problem))]!);
  }
}
