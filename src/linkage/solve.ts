import type { Candidates } from "./candidates.ts";
import type { Model } from "./estimate.ts";
import type { SharedMemory } from "./shared-memory.ts";
import type { LoadedDataset } from "./record-store.ts";

/** How many partners a record may have. */
export type Cardinality = "one-to-one" | "many-to-one" | "many-to-many";

export interface Links {
  readonly count: number;
  /** Index of each link's pair among the candidates, best first. */
  readonly pairs: Uint32Array;
  /** P(match) under the chosen cardinality. */
  readonly probabilities: Float64Array;
  /** 1 where a pair of the same weight stood against the link and content decided. */
  readonly tied: Uint8Array;
  /** Per observation: the share of all pairs whose records were both free when its turn came; 1 unless matches are one to one. */
  readonly free: Float64Array;
}

export interface SolveOptions {
  readonly candidates: Candidates;
  readonly model: Model;
  readonly a: LoadedDataset;
  readonly b: LoadedDataset;
  readonly memory: SharedMemory;
  readonly cardinality: Cardinality;
  /** Least P(match) of a link. */
  readonly threshold: number;
}

/**
 * Picks the links among the candidate pairs, best weight first.
 *
 * One to one, the odds of a pair count only rivals that are still without a partner: a non-match needs two records that both lack their own match, and when most are linked few of those
 * are left, so the prior for non-matches shrinks by (free in A x free in B) / (nA x nB). The pairwise posterior knows nothing of this and stops far too early.
 * Pairs of one observation are taken together, so that equal evidence has equal probability; which of two tied pairs is taken, only the records' content decides.
 */
export function solve(options: SolveOptions): Links {
  const { candidates, model, a, b, cardinality, threshold } = options;
  const groups = pairsByWeight(candidates, model);
  const usedA = new Uint8Array(a.rows);
  const usedB = a === b ? usedA : new Uint8Array(b.rows);
  const links: { pair: number; probability: number; tied: boolean }[] = [];
  let freeA = a.rows;
  let freeB = b.rows;
  const free = new Float64Array(candidates.observations.length);
  let done = false;
  for (const { observation, pairs } of groups) {
    const pairwise = model.probabilities[observation]!;
    const shrink = cardinality === "one-to-one" ? (Math.max(1, freeA) * Math.max(1, freeB)) / (a.rows * b.rows) : 1;
    const probability = givenFree(pairwise, shrink);
    free[observation] = shrink;
    // with no link in between a later observation can never do better than this one
    done ||= probability < threshold;
    if (done) continue;
    const open = pairs.filter((pair) => (cardinality === "many-to-many" || usedA[candidates.rowsA[pair]!] === 0) && (cardinality !== "one-to-one" || usedB[candidates.rowsB[pair]!] === 0));
    if (cardinality === "many-to-many") {
      for (const pair of open) links.push({ pair, probability, tied: false });
      continue;
    }
    const contested = contests(open, candidates, cardinality);
    for (const pair of contested.size === 0 ? open : byContent(open, options)) {
      const rowA = candidates.rowsA[pair]!;
      const rowB = candidates.rowsB[pair]!;
      if (usedA[rowA] === 1 || (cardinality === "one-to-one" && usedB[rowB] === 1)) continue;
      usedA[rowA] = 1;
      freeA--;
      if (cardinality === "one-to-one") {
        usedB[rowB] = 1;
        freeB--;
      }
      links.push({ pair, probability, tied: contested.has(rowA) || contested.has(-1 - rowB) });
    }
  }
  return {
    count: links.length,
    free,
    pairs: Uint32Array.from(links, ({ pair }) => pair),
    probabilities: Float64Array.from(links, ({ probability }) => probability),
    tied: Uint8Array.from(links, ({ tied }) => (tied ? 1 : 0)),
  };
}

/** P(match) of a pair when only a share of its rivals is still free. */
export function givenFree(pairwise: number, free: number): number {
  return pairwise / (pairwise + (1 - pairwise) * free);
}

/** Candidate pairs by observation, the heaviest observation first; without those that the model cannot explain, which have no weight. */
function pairsByWeight({ count, observation, observations }: Candidates, { weights, explained }: Model): { observation: number; pairs: Uint32Array }[] {
  const starts = new Uint32Array(observations.length + 1);
  for (let i = 0; i < count; i++) starts[observation[i]! + 1]!++;
  for (let o = 0; o < observations.length; o++) starts[o + 1]! += starts[o]!;
  const sorted = new Uint32Array(count);
  const at = starts.slice();
  for (let i = 0; i < count; i++) sorted[at[observation[i]!]!++] = i;
  return observations
    .flatMap((_, o) => (explained[o] === 1 ? [{ observation: o, pairs: sorted.subarray(starts[o], starts[o + 1]) }] : []))
    .sort((x, y) => weights[y.observation]! - weights[x.observation]! || x.observation - y.observation);
}

/** Records that stand in more than one of the pairs: rows of A, and rows of B as -1 - row. */
function contests(pairs: Uint32Array, { rowsA, rowsB }: Candidates, cardinality: Cardinality): Set<number> {
  const seen = new Set<number>();
  const contested = new Set<number>();
  for (const pair of pairs) {
    for (const record of cardinality === "one-to-one" ? [rowsA[pair]!, -1 - rowsB[pair]!] : [rowsA[pair]!]) {
      if (seen.has(record)) contested.add(record);
      else seen.add(record);
    }
  }
  return contested;
}

/** The pairs in the order of their records' content. */
function byContent(pairs: Uint32Array, { candidates, a, b, memory }: SolveOptions): number[] {
  const digestsA = memory.i64(a.digests, a.rows);
  const digestsB = memory.i64(b.digests, b.rows);
  return Array.from(pairs)
    .map((pair) => ({ pair, a: digestsA[candidates.rowsA[pair]!]!, b: digestsB[candidates.rowsB[pair]!]! }))
    .sort((x, y) => (x.a < y.a ? -1 : x.a > y.a ? 1 : x.b < y.b ? -1 : x.b > y.b ? 1 : 0))
    .map(({ pair }) => pair);
}
