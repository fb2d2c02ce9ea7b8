import type { LoadedDataset } from "./record-store.ts";
import type { SharedMemory } from "./shared-memory.ts";

const MOST_MASKS = 400;

/** Shares of the commonest combinations of missing values among random pairs, each side drawn from its own file. */
export function missingShares(a: LoadedDataset, b: LoadedDataset, memory: SharedMemory): Map<bigint, number> {
  const maskCounts = ({ nulls, rows }: LoadedDataset): [bigint, number][] => {
    const halves = memory.u32(nulls, rows * 2);
    const counts = new Map<number, number>();
    let whole = 0; // most records lack nothing
    for (let row = 0; row < rows; row++) {
      const mask = halves[row * 2 + 1]! * 4294967296 + halves[row * 2]!;
      if (mask === 0) whole++;
      else counts.set(mask, (counts.get(mask) ?? 0) + 1);
    }
    if (whole > 0) counts.set(0, whole);
    return [...counts].map(([mask, n]): [bigint, number] => [BigInt(mask), n / rows]).sort((x, y) => y[1] - x[1] || (x[0] < y[0] ? -1 : 1)).slice(0, MOST_MASKS);
  };
  const ofA = maskCounts(a);
  const ofB = a === b ? ofA : maskCounts(b);
  const shares = new Map<bigint, number>();
  for (const [maskA, shareA] of ofA) {
    for (const [maskB, shareB] of ofB) {
      const share = shareA * shareB;
      if (share > 1e-7) shares.set(maskA | maskB, (shares.get(maskA | maskB) ?? 0) + share);
    }
  }
  const common = [...shares].sort((x, y) => y[1] - x[1] || (x[0] < y[0] ? -1 : 1)).slice(0, MOST_MASKS);
  const sum = common.reduce((total, [, share]) => total + share, 0);
  return new Map(common.map(([mask, share]) => [mask, share / sum]));
}
