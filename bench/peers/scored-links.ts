import { readFileSync } from "node:fs";
import type { LinkFigures, Truth } from "../../src/report/truth.ts";

/** A pair of rows and how sure a peer is of it. */
export type ScoredPair = readonly [rowA: number, rowB: number, score: number];

/** Reads a peer's `a,b,score`. */
export function readScoredPairs(path: string): ScoredPair[] {
  const [, ...lines] = readFileSync(path, "latin1").trim().split(/\r?\n/);
  return lines.map((line) => line.split(",").map(Number) as [number, number, number]);
}

/** From the best down, rows in order where scores tie. */
const byScore = (pairs: readonly ScoredPair[]): ScoredPair[] => [...pairs].sort((x, y) => y[2] - x[2] || x[0] - y[0] || x[1] - y[1]);

/** One-to-one, best first: a pair is a link if neither record has one yet. Its links above any threshold are those that it would have made of the pairs above it. */
export function oneToOne(pairs: readonly ScoredPair[]): ScoredPair[] {
  const [takenA, takenB] = [new Set<number>(), new Set<number>()];
  return byScore(pairs).filter(([a, b]) => {
    if (takenA.has(a) || takenB.has(b)) return false;
    takenA.add(a);
    takenB.add(b);
    return true;
  });
}

/** Within one file: all pairs of a connected component, each with the threshold up to which its records are connected. */
export function connected(pairs: readonly ScoredPair[]): ScoredPair[] {
  const componentOf = new Map<number, number[]>();
  return byScore(pairs).flatMap(([a, b, score]) => {
    const [left, right] = [componentOf.get(a) ?? [a], componentOf.get(b) ?? [b]];
    if (left === right) return [];
    const joined = left.flatMap((x) => right.map((y): ScoredPair => [x, y, score]));
    const component = [...left, ...right];
    for (const row of component) componentOf.set(row, component);
    return joined;
  });
}

export interface PeerFigures extends LinkFigures {
  /** At the threshold that gives the highest F1, which only the truth can tell. */
  readonly best: LinkFigures & { readonly threshold: number };
}

/** What links are worth from a threshold upwards, and at best. */
export function judge(links: readonly ScoredPair[], threshold: number, truth: Truth): PeerFigures {
  const sorted = byScore(links);
  let right = 0;
  let [chosen, best] = [truth.figures(0, 0), { ...truth.figures(0, 0), threshold: Infinity }];
  sorted.forEach(([a, b, score], i) => {
    if (truth.has(a, b)) right++;
    if (sorted[i + 1]?.[2] === score) return; // a threshold takes all of a score or none
    const figures = truth.figures(i + 1, right);
    if (score >= threshold) chosen = figures;
    if (figures.f1 > best.f1) best = { ...figures, threshold: score };
  });
  return { ...chosen, best };
}
