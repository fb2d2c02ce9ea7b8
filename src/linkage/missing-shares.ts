import type { LoadedDataset, Loading } from "./record-store.ts";

const MOST_MASKS = 400;

/** Shares of the commonest combinations of missing values among random pairs, each side drawn from its own file. */
export function missingShares(a: LoadedDataset, b: LoadedDataset, loading: Pick<Loading, "memory" | "kernel">): Map<bigint, number> {
  const sharesOf = (dataset: LoadedDataset): [bigint, number][] =>
    maskCounts(dataset, loading)
      .map(([mask, n]): [bigint, number] => [mask, n / dataset.rows])
      .sort((x, y) => y[1] - x[1] || (x[0] < y[0] ? -1 : 1))
      .slice(0, MOST_MASKS);
  const ofA = sharesOf(a);
  const ofB = a === b ? ofA : sharesOf(b);
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

/** The different null masks of a file, and how many records have each. */
function maskCounts({ nulls, rows }: LoadedDataset, { memory, kernel }: Pick<Loading, "memory" | "kernel">): [bigint, number][] {
  const mark = memory.mark();
  for (let log2Slots = 10; ; log2Slots += 2) {
    const slots = 2 ** log2Slots;
    const table = memory.reserveZeroed(16 * slots);
    const isRoom = kernel.countMasks(nulls, rows, table, log2Slots) >= 0;
    const words = memory.i64(table, 2 * slots);
    memory.release(mark);
    if (!isRoom) continue;
    const counts: [bigint, number][] = [];
    for (let slot = 0; slot < slots; slot++) {
      const count = words[2 * slot + 1]!;
      if (count > 0n) counts.push([words[2 * slot]!, Number(count)]);
    }
    return counts;
  }
}
