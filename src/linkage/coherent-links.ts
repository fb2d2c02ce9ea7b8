import type { Links } from "./solve.ts";

/** Pairs that candidate pairs are, and what their records hold. */
interface Pairs {
  readonly rowsA: Uint32Array;
  readonly rowsB: Uint32Array;
  /** A digest of every record's content, for ties. */
  readonly digests: BigInt64Array;
}

/**
 * Duplicates within one file form clusters: if x is y and y is z, then x is z, whatever the pair (x, z) shows by itself. Clusters grow by average linkage (Sokal & Michener 1958): going through the pairs from the best down, two
 * clusters become one where the mean probability of all pairs between them, those that no rule reaches counted as 0, is at least the threshold. Chains of doubtful pairs, which connected components would make one person,
 * fall apart at their weakest place.
 *
 * @param all pairs with their pairwise probabilities
 * @returns the same pairs with probabilities that agree with each other: within a cluster the best that the pair itself, a common neighbour or the union of its clusters gives (the threshold and above); between clusters no more
 * than the mean between them (below it)
 */
export function coherentLinks(all: Links, { rowsA, rowsB, digests }: Pairs, threshold: number): Links {
  const rows = digests.length;
  const nameOf = (x: number, y: number): number => (x < y ? x * rows + y : y * rows + x);
  const own = new Map<number, number>();
  const neighbours = new Map<number, number[]>();
  const append = (x: number, y: number): void => {
    const list = neighbours.get(x);
    if (list === undefined) neighbours.set(x, [y]);
    else list.push(y);
  };
  all.pairs.forEach((pair, i) => {
    const [x, y] = [rowsA[pair]!, rowsB[pair]!];
    own.set(nameOf(x, y), all.probabilities[i]!);
    append(x, y);
    append(y, x);
  });
  const p = (x: number, y: number): number => own.get(nameOf(x, y)) ?? 0;
  const clusters = new Map<number, number[]>();
  const clusterOf = (x: number): number[] => clusters.get(x) ?? [x];
  const between = (one: readonly number[], two: readonly number[]): number => one.reduce((sum, x) => sum + two.reduce((part, y) => part + p(x, y), 0), 0) / (one.length * two.length);

  const united = new Map<number, number>();
  for (const i of byContent(all, { rowsA, rowsB, digests })) {
    if (all.probabilities[i]! < threshold) break;
    const [one, two] = [clusterOf(rowsA[all.pairs[i]!]!), clusterOf(rowsB[all.pairs[i]!]!)];
    if (one === two) continue;
    const mean = between(one, two);
    if (mean < threshold) continue;
    for (const x of one) for (const y of two) if (own.has(nameOf(x, y))) united.set(nameOf(x, y), mean);
    const whole = [...one, ...two];
    for (const x of whole) clusters.set(x, whole);
  }
  const coherent = all.pairs.reduce((into, pair, i) => {
    const [x, y] = [rowsA[pair]!, rowsB[pair]!];
    const [one, two] = [clusterOf(x), clusterOf(y)];
    if (one === two) {
      const through = (neighbours.get(x) ?? []).reduce((best, z) => (clusterOf(z) === one ? Math.max(best, p(x, z) * p(z, y)) : best), 0);
      into[i] = Math.max(all.probabilities[i]!, through, united.get(nameOf(x, y))!);
    } else into[i] = all.probabilities[i]! < threshold ? all.probabilities[i]! : between(one, two);
    return into;
  }, new Float64Array(all.count));
  const order = Array.from(coherent.keys()).sort((i, j) => coherent[j]! - coherent[i]! || i - j);
  return {
    ...all,
    pairs: Uint32Array.from(order, (i) => all.pairs[i]!),
    probabilities: Float64Array.from(order, (i) => coherent[i]!),
    tied: Uint8Array.from(order, (i) => all.tied[i]!),
  };
}

/** Indices of the pairs, the most probable first, and in the order of their records' content where they are equal. */
function byContent({ pairs, probabilities }: Links, { rowsA, rowsB, digests }: Pairs): number[] {
  const key = (i: number): [bigint, bigint] => {
    const [x, y] = [digests[rowsA[pairs[i]!]!]!, digests[rowsB[pairs[i]!]!]!];
    return x < y ? [x, y] : [y, x];
  };
  return Array.from(pairs.keys()).sort((i, j) => {
    if (probabilities[i] !== probabilities[j]) return probabilities[j]! - probabilities[i]!;
    const [[a, b], [c, d]] = [key(i), key(j)];
    return a < c ? -1 : a > c ? 1 : b < d ? -1 : b > d ? 1 : 0;
  });
}
