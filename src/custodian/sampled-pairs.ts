import { type FieldSpace, comparisonGroups, stateIndex, usedAtoms } from "../schema/comparison-space.ts";
import { LIMIT_SCALE, distanceBase, relativeToWeights, wholeLimits } from "../schema/comparison-levels.ts";
import type { FilterDefinition, LinkageSchema } from "../schema/linkage-schema.ts";
import { weightOf } from "../filter-bits.ts";
import { type EncodingPlan, encodedLength } from "../kernel/encoding-plan.ts";
import { encodeTogether } from "../kernel/encode-record.ts";
import type { AtomValues } from "./encoding.ts";

export interface SampledRecord {
  readonly rank: number;
  readonly atoms: AtomValues;
}

/** States of all pairs of sampled records, one byte each; UNKNOWN where the field is missing in either. */
export type PairStates = ReadonlyMap<string, Uint8Array>;
export const UNKNOWN = 255;

/** Compares all pairs of sampled records. */
export function comparePairs(schema: LinkageSchema, plan: EncodingPlan, sample: readonly SampledRecord[]): PairStates {
  const order = usedAtoms(schema);
  const encoded = encodeTogether(plan, sample.map(({ atoms }) => atoms));
  const rows = encoded.rows();
  const width = encodedLength(plan);
  let at = 0;
  const offsets = new Map(schema.filters.map(({ name, bits }) => [name, (at += bits / 32) - bits / 32]));
  /** Values as numbers, 0 = missing. */
  const numbered = (atom: number): Int32Array => {
    const numbers = new Map<string, number>();
    return Int32Array.from(sample, ({ atoms }) => {
      const value = atoms[atom];
      if (value === undefined) return 0;
      if (!numbers.has(value)) numbers.set(value, numbers.size + 1);
      return numbers.get(value)!;
    });
  };
  const levelsOf = (filter: FilterDefinition): FilterLevels => {
    const offset = offsets.get(filter.name)!;
    const weights = Int32Array.from(sample, (_, row) => weightOf(rows, row * width + offset, filter.bits / 32));
    return new FilterLevels(filter, weights, (row, out) => encoded.distances(row, offset, filter.bits, out));
  };
  return new Map(
    comparisonGroups(schema).flatMap(({ fields }) =>
      fields.map((space) => {
        const whole = order.includes(space.field) ? numbered(order.indexOf(space.field)) : undefined;
        const views = space.views.map((view) => numbered(order.indexOf(`${space.field}.${view}`)));
        return [space.field, statesOf(space, sample.length, whole, views, space.filter && levelsOf(space.filter))] as const;
      }),
    ),
  );
}

/** Within how many limits the filters of sampled records are. */
class FilterLevels {
  readonly weights: Int32Array;
  readonly #filter: FilterDefinition;
  readonly #limits: readonly number[];
  /** Whatever is farther apart is within no limit: nothing that distances are relative to is more than twice the bits, nor more than the bits where the filter is hardened. */
  readonly #farthest: number;
  readonly #distances: (record: number, out: Uint16Array) => void;
  readonly #apart: Uint16Array;

  constructor(filter: FilterDefinition, weights: Int32Array, distances: (record: number, out: Uint16Array) => void) {
    this.weights = weights;
    this.#filter = filter;
    this.#limits = wholeLimits(filter);
    this.#farthest = (filter.bits * (relativeToWeights(filter) ? 2 : 1) * this.#limits[0]!) / LIMIT_SCALE;
    this.#distances = distances;
    this.#apart = new Uint16Array(weights.length);
  }

  /** Writes the level of a record and each before it, `LEVEL` times, into `codes`. */
  write(record: number, codes: Uint16Array): void {
    this.#distances(record, this.#apart);
    const apart = this.#apart;
    const farthest = this.#farthest;
    codes.fill(0, 0, record);
    for (let other = 0; other < record; other++) if (apart[other]! <= farthest) codes[other] = this.#level(record, other) * LEVEL;
  }

  #level(record: number, other: number): number {
    const base = distanceBase(this.#filter, this.weights[record]!, this.weights[other]!);
    const apart = LIMIT_SCALE * this.#apart[other]!;
    let level = 0;
    while (level < this.#limits.length && apart <= base * this.#limits[level]!) level++;
    return level;
  }
}

/** Beside a level, which views agree, as bits. */
const LEVEL = 64;

/** The states of a field, for all pairs. `whole`, `views`: its values and views by number, 0 where missing. Loop by loop in functions of their own: each is compiled once. */
function statesOf(space: FieldSpace, records: number, whole: Int32Array | undefined, views: readonly Int32Array[], filter: FilterLevels | undefined): Uint8Array {
  // a record-level filter, which has neither values nor views, is empty where its anchor is missing
  const parts = whole !== undefined ? [whole] : views.length > 0 ? views : [filter!.weights];
  const present = Uint8Array.from({ length: records }, (_, record) => parts.reduce((mask, part, p) => mask | (part[record] === 0 ? 0 : 1 << p), 0));
  // views imply each other, so that some codes never come up
  const stateOfCode = Uint8Array.from({ length: LEVEL * 5 }, (_, code) => Math.max(0, stateIndex(space, false, Math.floor(code / LEVEL), code % LEVEL)));
  const states = new Uint8Array((records * (records - 1)) / 2);
  const codes = new Uint16Array(records);
  for (let record = 1, first = 0; record < records; first += record++) {
    if (filter === undefined) codes.fill(0, 0, record);
    else filter.write(record, codes);
    views.forEach((view, v) => addAgreement(view, record, 1 << v, codes));
    writeStates(codes, stateOfCode, present, record, states, first);
    if (whole !== undefined) addEquals(whole, record, space.states.length - 1, states, first);
  }
  return states;
}

function addAgreement(view: Int32Array, record: number, bit: number, codes: Uint16Array): void {
  const value = view[record]!;
  if (value !== 0) for (let other = 0; other < record; other++) if (view[other] === value) codes[other]! |= bit;
}

function writeStates(codes: Uint16Array, stateOfCode: Uint8Array, present: Uint8Array, record: number, states: Uint8Array, first: number): void {
  const own = present[record]!;
  for (let other = 0; other < record; other++) states[first + other] = (own & present[other]!) === 0 ? UNKNOWN : stateOfCode[codes[other]!]!;
}

function addEquals(whole: Int32Array, record: number, equal: number, states: Uint8Array, first: number): void {
  const value = whole[record]!;
  if (value !== 0) for (let other = 0; other < record; other++) if (whole[other] === value) states[first + other] = equal;
}
