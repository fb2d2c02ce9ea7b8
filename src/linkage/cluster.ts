import type { Candidates } from "./candidates.ts";
import type { Links } from "./solve.ts";

/** Records of one person within one file: connected components of the links. Numbered from 1 in the order of the links; 0 = linked to nothing. */
export function clusterLinks({ rowsA, rowsB }: Candidates, links: Links, rows: number): Uint32Array {
  const parent = Uint32Array.from({ length: rows }, (_, row) => row);
  const root = (row: number): number => {
    while (parent[row] !== row) row = parent[row] = parent[parent[row]!]!;
    return row;
  };
  for (const pair of links.pairs) parent[root(rowsB[pair]!)] = root(rowsA[pair]!);
  const numbers = new Map<number, number>();
  const clusters = new Uint32Array(rows);
  for (const pair of links.pairs) {
    const top = root(rowsA[pair]!);
    if (!numbers.has(top)) numbers.set(top, numbers.size + 1);
  }
  for (let row = 0; row < rows; row++) clusters[row] = numbers.get(root(row)) ?? 0;
  return clusters;
}
