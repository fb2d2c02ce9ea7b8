import { hamming, weightOf } from "../filter-bits.ts";

/** The filters of one column for people 0..n-1 of a sample, as the file shows them and as the attacker computes them. */
export interface SampledFilter {
  readonly name: string;
  readonly bits: number;
  readonly hashes: number;
  readonly diffusion: number;
  /** Filters of the attacked file, `bits / 32` halves each; all zero where missing. */
  readonly seen: Uint32Array;
  /** The same people's filters under the attacker's own salt, before diffusion: the expected similarity of two diffused filters follows from these without their noise. */
  readonly own: Uint32Array;
}

/**
 * Fingerprints of filters `rows`: their similarities to the filters `seeds`, NaN where one of the two is missing; one row of `seeds.length` each. Of two diffused filters (ELD; Armknecht, Heng & Schnell
 * 2023) that differ in a share d of their bits before diffusion, a share (1 - (1 - 2d)^t) / 2 differs after it: the attacker transforms his own similarities accordingly.
 */
export function fingerprints({ bits, diffusion, seen, own }: SampledFilter, side: "seen" | "own", rows: readonly number[], seeds: readonly number[]): Float32Array {
  const filters = side === "seen" ? seen : own;
  const halves = bits / 32;
  const out = new Float32Array(rows.length * seeds.length);
  const seedWeights = seeds.map((seed) => weightOf(filters, seed * halves, halves));
  rows.forEach((row, r) => {
    const weight = weightOf(filters, row * halves, halves);
    for (let s = 0; s < seeds.length; s++) {
      const seed = seeds[s]! * halves;
      const at = r * seeds.length + s;
      const apart = hamming(filters, row * halves, seed, halves);
      if (weight === 0 || seedWeights[s] === 0) out[at] = Number.NaN;
      else if (diffusion === 0) out[at] = 1 - apart / (weight + seedWeights[s]!); // Dice
      else out[at] = side === "seen" ? 1 - (2 * apart) / bits : Math.max(0, 1 - (2 * apart) / bits) ** diffusion;
    }
  });
  return out;
}

/** The first `count` of each fingerprint's `seeds` similarities, centred and of length one, so that a dot product is a correlation; what is missing counts as average. */
export function standardized(similarity: Float32Array, seeds: number, count: number): Float32Array {
  const rows = similarity.length / seeds;
  const out = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    let present = 0;
    for (let s = 0; s < count; s++) {
      const value = similarity[row * seeds + s]!;
      if (Number.isNaN(value)) continue;
      sum += value;
      present++;
    }
    let squares = 0;
    for (let s = 0; s < count; s++) {
      const value = similarity[row * seeds + s]!;
      const centred = Number.isNaN(value) ? 0 : value - sum / present;
      out[row * count + s] = centred;
      squares += centred * centred;
    }
    if (squares > 1e-9) for (let s = 0; s < count; s++) out[row * count + s]! /= Math.sqrt(squares);
    else out.fill(0, row * count, (row + 1) * count);
  }
  return out;
}

/** Fingerprints are compared four at a time: each of the others is then read once for the four. */
export const BLOCK = 4;

/** Correlations of BLOCK standardized fingerprints, those from row `at` of `records` on, with each of `people`; one row of scores each. Rows past the end of `records` score 0. */
export function correlate(records: Float32Array, at: number, people: Float32Array, count: number, scores: readonly Float32Array[]): void {
  const block = records.subarray(at * count, (at + BLOCK) * count);
  const a = block.subarray(0, count);
  const rest = new Float32Array(BLOCK * count);
  rest.set(block);
  const b = rest.subarray(count, 2 * count);
  const c = rest.subarray(2 * count, 3 * count);
  const d = rest.subarray(3 * count);
  const [scoresA, scoresB, scoresC, scoresD] = scores as [Float32Array, Float32Array, Float32Array, Float32Array];
  for (let person = 0, from = 0; from < people.length; person++, from += count) {
    let [x, y, z, w] = [0, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const value = people[from + i]!;
      x += a[i]! * value;
      y += b[i]! * value;
      z += c[i]! * value;
      w += d[i]! * value;
    }
    scoresA[person] = x;
    scoresB[person] = y;
    scoresC[person] = z;
    scoresD[person] = w;
  }
}

/** The one highest score above zero, or -1. */
export function highest(scores: Float32Array): number {
  let at = -1;
  let most = 0;
  let tie = false;
  for (let i = 0; i < scores.length; i++) {
    if (scores[i]! > most) {
      most = scores[i]!;
      at = i;
      tie = false;
    } else if (scores[i] === most) tie = true;
  }
  return tie ? -1 : at;
}
