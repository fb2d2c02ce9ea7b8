import type { LinkKernel } from "../kernel/link-kernel.ts";
import type { Candidates } from "./candidates.ts";
import type { Model } from "./estimate.ts";
import type { SharedMemory } from "./shared-memory.ts";
import { type LoadedDataset, peopleIn } from "./record-store.ts";

/** How many partners a record may have. */
export type Cardinality = "one-to-one" | "many-to-one" | "many-to-many";

/** Whether a record of A, and one of B, may stand in one link only. */
export function linkedOnce(cardinality: Cardinality): readonly [a: boolean, b: boolean] {
  return [cardinality !== "many-to-many", cardinality === "one-to-one"];
}

const INDEX = 4;

export interface Links {
  readonly count: number;
  /** Index of each link's pair among the candidates, best first. */
  readonly pairs: Uint32Array;
  /** P(match) under the chosen cardinality. */
  readonly probabilities: Float64Array;
  /** 1 where a pair of the same weight stood against the link and content decided. */
  readonly tied: Uint8Array;
  /** Per observation: the share of the non-matches that were left when its turn came: those that withholding leaves, and one to one those of two records that are both free. */
  readonly free: Float64Array;
}

export interface SolveOptions {
  readonly candidates: Candidates;
  readonly model: Model;
  readonly a: LoadedDataset;
  readonly b: LoadedDataset;
  readonly memory: SharedMemory;
  readonly kernel: LinkKernel;
  readonly cardinality: Cardinality;
  /** Least P(match) of a link. */
  readonly threshold: number;
}

/**
 * Picks the links among the candidate pairs, best weight first.
 *
 * One to one, the odds of a pair count only rivals that are still without a partner: a non-match needs two records that both lack their own match, and when most are linked few of those
 * are left, so the prior for non-matches shrinks by (free in A x free in B) / (nA x nB). The pairwise posterior knows nothing of this and stops far too early.
 * An exact assignment in every connected component of candidates differs from this in 0 to 4 of 5,000 to 24,000 links (public data and invented, with many fields and with few) and was never righter, so there is none.
 *
 * Pairs of one observation are taken together, so that equal evidence has equal probability; which of two tied pairs is taken, only the records' content decides.
 */
export function solve(options: SolveOptions): Links {
  const { candidates, model, a, b, memory, kernel, cardinality, threshold } = options;
  const [peopleA, peopleB] = [peopleIn(a), peopleIn(b)];
  const mark = memory.mark();
  const [onceA, onceB] = linkedOnce(cardinality);
  const groups = groupsOf(options);
  const usedA = onceA ? memory.reserveZeroed(a.rows) : 0;
  const usedB = !onceB ? 0 : a === b ? usedA : memory.reserveZeroed(b.rows);
  const [timesA, timesB] = [onceA ? memory.reserve(a.rows) : 0, onceB ? memory.reserve(b.rows) : 0];
  const contested = memory.reserve((groups.largest + 1) * INDEX);
  // none has more links than there are candidates
  const pairs = memory.reserve(candidates.count * INDEX);
  const probabilities = new Float64Array(candidates.count);
  const tied = new Uint8Array(candidates.count);
  const [isUsedA, isUsedB] = [memory.u8(usedA, onceA ? a.rows : 0), memory.u8(usedB, onceB ? b.rows : 0)];
  let count = 0;
  const free = new Float64Array(candidates.observations.length);
  let done = false;
  for (const observation of bestFirst(candidates, model, cardinality)) {
    const unlinked = cardinality === "one-to-one" ? (Math.max(1, peopleA - count) * Math.max(1, peopleB - count)) / (peopleA * peopleB) : 1;
    const shrink = Math.min(model.kept[observation]!, unlinked);
    const probability = givenFree(model.probabilities[observation]!, shrink);
    free[observation] = shrink;
    // with no link in between a later observation can never do better than this one
    done ||= probability < threshold;
    if (done) continue;
    const first = count;
    const from = groups.starts[observation]! * INDEX;
    count += kernel.takePairs(groups.pairs + from, groups.rowsA + from, groups.rowsB + from, groups.starts[observation + 1]! - groups.starts[observation]!, usedA, usedB, timesA, timesB, pairs + count * INDEX, contested);
    const [others] = memory.u32(contested, 1) as unknown as [number];
    if (others > 0) {
      const links = memory.u32(pairs, candidates.count);
      for (const pair of byContent(memory.u32(contested + INDEX, others), options)) {
        const [rowA, rowB] = [candidates.rowsA[pair]!, candidates.rowsB[pair]!];
        if ((onceA && isUsedA[rowA] === 1) || (onceB && isUsedB[rowB] === 1)) continue;
        if (onceA) isUsedA[rowA] = 1;
        if (onceB) isUsedB[rowB] = 1;
        tied[count] = 1;
        links[count++] = pair;
      }
    }
    probabilities.fill(probability, first, count);
  }
  const links = { count, free, pairs: memory.u32(pairs, count).slice(), probabilities: probabilities.slice(0, count), tied: tied.slice(0, count) };
  memory.release(mark);
  return links;
}

/** P(match) of a pair when only a share of its rivals is still free. */
export function givenFree(pairwise: number, free: number): number {
  return pairwise / (pairwise + (1 - pairwise) * free);
}

/** Candidate pairs with their rows in shared memory, observation after observation: rows are asked for several times, and lie all over memory where a pair's number has to be followed to them. */
function groupsOf({ candidates, memory, kernel }: SolveOptions): { pairs: number; rowsA: number; rowsB: number; starts: Uint32Array; largest: number } {
  const { count, observation, observations } = candidates;
  const starts = new Uint32Array(observations.length + 1);
  observations.forEach(({ pairs }, o) => (starts[o + 1] = starts[o]! + pairs));
  const column = (): number => memory.reserve(count * INDEX);
  const grouped = { pairs: column(), rowsA: column(), rowsB: column() };
  const mark = memory.mark();
  const copied = (values: Uint32Array): number => {
    const at = memory.reserve(values.length * INDEX);
    memory.u32(at, values.length).set(values);
    return at;
  };
  kernel.groupPairs(copied(observation), copied(candidates.rowsA), copied(candidates.rowsB), count, copied(starts), grouped.pairs, grouped.rowsA, grouped.rowsB);
  memory.release(mark);
  return { ...grouped, starts, largest: observations.reduce((most, { pairs }) => Math.max(most, pairs), 0) };
}

/** Observations, the likeliest first: one to one by weight, since hardly a rival is left to any when it matters; without those that the model cannot explain, which have no weight. */
function bestFirst({ observations }: Candidates, { weights: alone, kept, explained }: Model, cardinality: Cardinality): number[] {
  const weights = cardinality === "one-to-one" ? alone : alone.map((weight, o) => weight - Math.log2(kept[o]!));
  return Array.from(observations.keys())
    .filter((o) => explained[o] === 1)
    .sort((x, y) => weights[y]! - weights[x]! || x - y);
}

/** The pairs in the order of their records' content. */
function byContent(pairs: Uint32Array, { candidates, a, b, memory }: SolveOptions): number[] {
  const digestsA = memory.i64(a.digests, a.rows);
  const digestsB = memory.i64(b.digests, b.rows);
  return Array.from(pairs, (pair) => ({ pair, a: digestsA[candidates.rowsA[pair]!]!, b: digestsB[candidates.rowsB[pair]!]! }))
    .sort((x, y) => (x.a < y.a ? -1 : x.a > y.a ? 1 : x.b < y.b ? -1 : x.b > y.b ? 1 : 0))
    .map(({ pair }) => pair);
}
