import { comparisonGroups, stateIndex, usedAtoms } from "../schema/comparison-space.ts";
import { LIMIT_SCALE, distanceBase, wholeLimits } from "../schema/comparison-levels.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { hamming, weightOf } from "../filter-bits.ts";
import { type EncodingPlan, encodedLength } from "../kernel/encoding-plan.ts";
import { createEncoder } from "../kernel/encode-record.ts";
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
  const encode = createEncoder(plan);
  const width = encodedLength(plan);
  const rows = new Uint32Array(sample.length * width);
  sample.forEach(({ atoms }, row) => encode(atoms, rows, row * width));
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

  return new Map(
    comparisonGroups(schema).flatMap((group) =>
      group.fields.map((space) => {
        const whole = order.includes(space.field) ? numbered(order.indexOf(space.field)) : undefined;
        const views = space.views.map((view) => numbered(order.indexOf(`${space.field}.${view}`)));
        const { filter } = space;
        const limits = filter === undefined ? [] : wholeLimits(filter);
        const offset = filter === undefined ? 0 : offsets.get(filter.name)!;
        const weights = Int32Array.from(sample, (_, row) => (filter === undefined ? 0 : weightOf(rows, row * width + offset, filter.bits / 32)));
        // 0 where missing, as values are; a record-level filter, which has none, is empty where its anchor is missing
        const presence = whole !== undefined ? [whole] : views.length > 0 ? views : [weights];
        const known = new Int16Array(64 * (limits.length + 1)).fill(-1); // state by level and agreeing views
        const states = new Uint8Array((sample.length * (sample.length - 1)) / 2);
        let pair = 0;
        for (let a = 1; a < sample.length; a++) {
          for (let b = 0; b < a; b++, pair++) {
            if (presence.every((part) => part[a] === 0 || part[b] === 0)) {
              states[pair] = UNKNOWN;
              continue;
            }
            if (whole !== undefined && whole[a] === whole[b]) {
              states[pair] = space.states.length - 1;
              continue;
            }
            let agrees = 0;
            for (let v = 0; v < views.length; v++) if (views[v]![a] !== 0 && views[v]![a] === views[v]![b]) agrees |= 1 << v;
            let level = 0;
            if (filter !== undefined) {
              const base = distanceBase(filter, weights[a]!, weights[b]!);
              const apart = LIMIT_SCALE * hamming(rows, a * width + offset, b * width + offset, filter.bits / 32);
              while (level < limits.length && apart <= base * limits[level]!) level++;
            }
            const code = level * 64 + agrees;
            if (known[code]! < 0) known[code] = stateIndex(space, false, level, agrees);
            states[pair] = known[code]!;
          }
        }
        return [space.field, states] as const;
      }),
    ),
  );
}
