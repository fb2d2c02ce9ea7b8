import type { Candidates } from "./candidates.ts";
import type { Model } from "./estimate.ts";
import type { SharedMemory } from "./shared-memory.ts";
import type { LoadedDataset } from "./record-store.ts";

/** How many partners a record may have. */
export type Cardinality = "one-to-one" | "many-to-one" | "many-to-many";

/** Whether a record of A, and one of B, may stand in one link only. */
export function linkedOnce(cardinality: Cardinality): readonly [a: boolean, b: boolean] {
  return [cardinality !== "many-to-many", cardinality === "one-to-one"];
}

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
 * An exact assignment in every connected component of candidates differs from this in 0 to 4 of 5,000 to 24,000 links (public data and invented, with many fields and with few) and was never righter, so there is none.
 *
 * Pairs of one observation are taken together, so that equal evidence has equal probability; which of two tied pairs is taken, only the records' content decides.
 */
export function solve(options: SolveOptions): Links {
  const { candidates, model, a, b, cardinality, threshold } = options;
  const usedA = new Uint8Array(a.rows);
  const usedB = a === b ? usedA : new Uint8Array(b.rows);
  const [onceA, onceB] = linkedOnce(cardinality);
  const contests = new Contests(onceA ? a.rows : 0, onceB ? b.rows : 0);
  // none has more links than there are candidates
  const links = { pairs: new Uint32Array(candidates.count), probabilities: new Float64Array(candidates.count), tied: new Uint8Array(candidates.count) };
  let count = 0;
  let freeA = a.rows;
  let freeB = b.rows;
  const free = new Float64Array(candidates.observations.length);
  let done = false;
  const isOpen = (rowA: number, rowB: number): boolean => (!onceA || usedA[rowA] === 0) && (!onceB || usedB[rowB] === 0);
  const take = (pair: number, rowA: number, rowB: number, probability: number, tied: boolean): void => {
    if (onceA) {
      usedA[rowA] = 1;
      freeA--;
    }
    if (onceB) {
      usedB[rowB] = 1;
      freeB--;
    }
    links.pairs[count] = pair;
    links.probabilities[count] = probability;
    links.tied[count++] = tied ? 1 : 0;
  };
  const { pairs, rowsA, rowsB, starts } = byObservation(candidates);
  for (const observation of heaviestFirst(candidates, model)) {
    const shrink = cardinality === "one-to-one" ? (Math.max(1, freeA) * Math.max(1, freeB)) / (a.rows * b.rows) : 1;
    const probability = givenFree(model.probabilities[observation]!, shrink);
    free[observation] = shrink;
    // with no link in between a later observation can never do better than this one
    done ||= probability < threshold;
    if (done) continue;
    const from = starts[observation]!;
    let end = from;
    for (let i = from; i < starts[observation + 1]!; i++) {
      const [rowA, rowB] = [rowsA[i]!, rowsB[i]!];
      if (!isOpen(rowA, rowB)) continue;
      pairs[end] = pairs[i]!;
      rowsA[end] = rowA;
      rowsB[end++] = rowB;
    }
    contests.count(rowsA.subarray(from, end), rowsB.subarray(from, end));
    const tied: number[] = [];
    for (let i = from; i < end; i++) {
      if (contests.has(rowsA[i]!, rowsB[i]!)) tied.push(pairs[i]!);
      else take(pairs[i]!, rowsA[i]!, rowsB[i]!, probability, false);
    }
    for (const pair of byContent(tied, options)) {
      const [rowA, rowB] = [candidates.rowsA[pair]!, candidates.rowsB[pair]!];
      if (isOpen(rowA, rowB)) take(pair, rowA, rowB, probability, true);
    }
  }
  return { count, free, pairs: links.pairs.slice(0, count), probabilities: links.probabilities.slice(0, count), tied: links.tied.slice(0, count) };
}

/** P(match) of a pair when only a share of its rivals is still free. */
export function givenFree(pairwise: number, free: number): number {
  return pairwise / (pairwise + (1 - pairwise) * free);
}

/** Candidate pairs with their rows, observation after observation: rows are asked for several times, and lie all over memory where a pair's number has to be followed to them. */
function byObservation({ count, rowsA, rowsB, observation, observations }: Candidates): { pairs: Uint32Array; rowsA: Uint32Array; rowsB: Uint32Array; starts: Uint32Array } {
  const starts = new Uint32Array(observations.length + 1);
  for (let i = 0; i < count; i++) starts[observation[i]! + 1]!++;
  for (let o = 0; o < observations.length; o++) starts[o + 1]! += starts[o]!;
  const sorted = { pairs: new Uint32Array(count), rowsA: new Uint32Array(count), rowsB: new Uint32Array(count), starts };
  const next = starts.slice();
  for (let i = 0; i < count; i++) {
    const at = next[observation[i]!]!++;
    sorted.pairs[at] = i;
    sorted.rowsA[at] = rowsA[i]!;
    sorted.rowsB[at] = rowsB[i]!;
  }
  return sorted;
}

/** Observations, the heaviest first; without those that the model cannot explain, which have no weight. */
function heaviestFirst({ observations }: Candidates, { weights, explained }: Model): number[] {
  return Array.from(observations.keys())
    .filter((o) => explained[o] === 1)
    .sort((x, y) => weights[y]! - weights[x]! || x - y);
}

/** Finds records that stand in more than one pair where they may stand in one only. */
class Contests {
  /** Per record the number of its pairs in the list at hand, as far as it matters: 0, 1, 2. */
  readonly #timesA: Uint8Array;
  readonly #timesB: Uint8Array;

  /** Numbers of records on each side; 0 where one may stand in several links. */
  constructor(rowsA: number, rowsB: number) {
    this.#timesA = new Uint8Array(rowsA);
    this.#timesB = new Uint8Array(rowsB);
  }

  /** Looks at a list of pairs. */
  count(rowsA: Uint32Array, rowsB: Uint32Array): void {
    for (const [times, rows] of [[this.#timesA, rowsA], [this.#timesB, rowsB]] as const) {
      if (times.length === 0) continue;
      for (let i = 0; i < rows.length; i++) times[rows[i]!] = 0;
      for (let i = 0; i < rows.length; i++) if (times[rows[i]!]! < 2) times[rows[i]!]!++;
    }
  }

  /** Whether a record of a pair of the list stands in another too. */
  has(rowA: number, rowB: number): boolean {
    return (this.#timesA.length > 0 && this.#timesA[rowA] === 2) || (this.#timesB.length > 0 && this.#timesB[rowB] === 2);
  }
}

/** The pairs in the order of their records' content. */
function byContent(pairs: readonly number[], { candidates, a, b, memory }: SolveOptions): number[] {
  const digestsA = memory.i64(a.digests, a.rows);
  const digestsB = memory.i64(b.digests, b.rows);
  return pairs
    .map((pair) => ({ pair, a: digestsA[candidates.rowsA[pair]!]!, b: digestsB[candidates.rowsB[pair]!]! }))
    .sort((x, y) => (x.a < y.a ? -1 : x.a > y.a ? 1 : x.b < y.b ? -1 : x.b > y.b ? 1 : 0))
    .map(({ pair }) => pair);
}
