import type { LoadedDataset } from "./record-store.ts";
import type { SharedMemory } from "./shared-memory.ts";
import type { SubgroupFitter } from "./subgroup-fit.ts";

/** Masks that are told apart on the other side. */
export const MOST_MASKS = 400;
/** Weight of what the other file lacks as a whole, as so many of the group's matches. */
const PRIOR_MATCHES = 20;
const ROUNDS = 50;

/**
 * What a group's matches lack. On the group's own side it is known, mask by mask of missing values. On the other side it is not, and a group that is recorded worse here is recorded worse there: how often each mask occurs there is estimated
 * from the partners that were found and how hard those of a mask are to find (the reasoning of estimate.ts, for masks).
 */
export class SubgroupMissing {
  /** Mask of every record on the group's side. */
  readonly #own: Float64Array;
  /** The other side's masks, the commonest first, and how often each occurs in the whole file. */
  readonly #masks: readonly number[];
  readonly #whole: Float64Array;
  /** For every record of the other side the place of its mask; -1 for rare ones. */
  readonly otherMask: Int16Array;
  readonly #fitter: SubgroupFitter;
  readonly #slices = new Map<number, Int32Array>();

  constructor(own: LoadedDataset, other: LoadedDataset, memory: SharedMemory, fitter: SubgroupFitter) {
    const masksOf = ({ nulls, rows }: LoadedDataset): Float64Array => {
      const halves = memory.u32(nulls, rows * 2);
      return Float64Array.from({ length: rows }, (_, row) => halves[row * 2 + 1]! * 4294967296 + halves[row * 2]!);
    };
    this.#own = masksOf(own);
    const others = masksOf(other);
    const common = [...countsOf(others)].sort((x, y) => y[1] - x[1] || x[0] - y[0]).slice(0, MOST_MASKS);
    const place = new Map(common.map(([mask], i) => [mask, i]));
    this.#masks = common.map(([mask]) => mask);
    this.#whole = new Float64Array(MOST_MASKS);
    common.forEach(([, count], i) => (this.#whole[i] = count / other.rows));
    this.otherMask = Int16Array.from(others, (mask) => place.get(mask) ?? -1);
    this.#fitter = fitter;
  }

  /** @param isMember which records of the own side are of the group */
  group(isMember: (row: number) => boolean): GroupMissing {
    const own = countsOf(this.#own.filter((_, row) => isMember(row)));
    const records = [...own.values()].reduce((sum, count) => sum + count, 0);
    let other = this.#whole;
    return {
      shares: () => {
        const sums = new Float64Array(this.#fitter.slices);
        for (const [mask, count] of own) this.#slicesOf(mask).forEach((slice, i) => slice >= 0 && (sums[slice]! += (count / records) * other[i]!));
        const sum = sums.reduce((total, share) => total + share, 0);
        return sum === 0 ? sums : sums.map((share) => share / sum);
      },
      refine: (found, unreached) => {
        const hidden = new Float64Array(MOST_MASKS);
        for (const [mask, count] of own) this.#slicesOf(mask).forEach((slice, i) => (hidden[i]! += (count / records) * (slice < 0 ? 1 : unreached[slice]!)));
        let matches = found.reduce((sum, count) => sum + count, 0);
        for (let round = 0; round < ROUNDS; round++) {
          const sums = found.map((count, i) => count + matches * other[i]! * hidden[i]!);
          matches = sums.reduce((sum, count) => sum + count, 0);
          other = sums.map((count, i) => (count + PRIOR_MATCHES * this.#whole[i]!) / (matches + PRIOR_MATCHES));
        }
      },
    };
  }

  /** The slice of a pair of a mask with each of the other side's. */
  #slicesOf(mask: number): Int32Array {
    let slices = this.#slices.get(mask);
    if (slices === undefined) this.#slices.set(mask, (slices = Int32Array.from(this.#masks, (other) => this.#fitter.sliceOf(BigInt(mask) | BigInt(other)) ?? -1)));
    return slices;
  }
}

export interface GroupMissing {
  /** The share of each slice among the group's matches. */
  shares(): Float64Array;
  /** Learns from the matches found by mask of the other side, and from P(unreached) by slice. */
  refine(found: Float64Array, unreached: Float64Array): void;
}

function countsOf(masks: Float64Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const mask of masks) counts.set(mask, (counts.get(mask) ?? 0) + 1);
  return counts;
}
