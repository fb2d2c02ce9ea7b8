import type { EqualityStructure } from "./equality-structure.ts";
import { BLOCK, type SampledFilter, correlate, fingerprints, highest, standardized } from "./similarity-fingerprint.ts";

/** A sample: person i of the register is record i of the file; an attack knows that of its seeds only. In random order. */
export interface Sample<Filter extends SampledFilter = SampledFilter> {
  readonly count: number;
  readonly filters: readonly Filter[];
  /** Rows of the sampled people in the structures of both sides. */
  readonly seenRows: Int32Array;
  readonly registerRows: Int32Array;
}

/** Products of two similarities that an attack may take: they decide how many people of the sample are attacked. */
export const LANDMARK_WORK = 2e10;

/**
 * The landmark attack: the attacker knows some people's records (seeds). He describes each record of the file by its similarities to the seeds' records, each person of his register by the person's
 * similarities to the seed persons, and names each record after the person whose description correlates best. The salt plays no part.
 *
 * The register is the sample itself: every victim is in it (worst case). Per column (the worst is returned), and on all columns at once with the keys they share with the seeds as one more.
 */
export function landmarkAttack(sample: Sample, seen: EqualityStructure, register: EqualityStructure, seedCounts: readonly number[], work: number): { of: string; named: number; judged: number }[] {
  const most = Math.max(...seedCounts, 0);
  const shares = seen.columns.some(({ kind }) => kind !== "filter");
  const products = (sample.filters.length + (shares ? 1 : 0)) * (sample.count - most) * seedCounts.reduce((sum, count) => sum + count, 0);
  const victims = Math.min(sample.count - most, Math.ceil(work / Math.max(1, products)));
  if (most === 0 || victims < 1) return [];
  const seeds = Array.from({ length: most }, (_, s) => sample.count - 1 - s);
  const attacked = Array.from({ length: victims }, (_, i) => i);
  const everyone = Array.from({ length: sample.count - most }, (_, i) => i);
  const columns = [
    ...sample.filters.map((filter) => ({ records: fingerprints(filter, "seen", attacked, seeds), people: fingerprints(filter, "own", everyone, seeds) })),
    ...(shares ? [{ records: agreements(seen, sample.seenRows, attacked, seeds), people: agreements(register, sample.registerRows, everyone, seeds) }] : []),
  ];
  const block = (): Float32Array[] => Array.from({ length: BLOCK }, () => new Float32Array(everyone.length));
  const scores = block();
  const all = block();
  return seedCounts.flatMap((count) => {
    const standard = columns.map(({ records, people }) => ({ records: standardized(records, most, count), people: standardized(people, most, count), named: 0 }));
    let namedByAll = 0;
    for (let first = 0; first < victims; first += BLOCK) {
      const rows = Math.min(BLOCK, victims - first);
      for (const total of all) total.fill(0);
      for (const column of standard) {
        correlate(column.records, first, column.people, count, scores);
        for (let b = 0; b < rows; b++) {
          if (highest(scores[b]!) === first + b) column.named++;
          for (let person = 0; person < everyone.length; person++) all[b]![person]! += scores[b]![person]!;
        }
      }
      for (let b = 0; b < rows; b++) if (highest(all[b]!) === first + b) namedByAll++;
    }
    return [
      { of: `${count} known, one column`, named: Math.max(...standard.map(({ named }) => named)), judged: victims },
      { of: `${count} known, all columns`, named: namedByAll, judged: victims },
    ];
  });
}

/** How many keys and tokens each shares with each seed. */
function agreements({ columns }: EqualityStructure, structureRows: Int32Array, rows: readonly number[], seeds: readonly number[]): Float32Array {
  const out = new Float32Array(rows.length * seeds.length);
  for (const { classes, kind } of columns) {
    if (kind === "filter") continue;
    const ofSeeds = seeds.map((seed) => classes[structureRows[seed]!]!);
    rows.forEach((row, r) => {
      const value = classes[structureRows[row]!]!;
      if (value >= 0) for (let s = 0; s < seeds.length; s++) if (ofSeeds[s] === value) out[r * seeds.length + s]! += 1;
    });
  }
  return out;
}
