import { describe, expect, it } from "vitest";
import { openHashedFile } from "../../src/exchange/read-hashed-file.ts";
import { ID_HALVES } from "../../src/exchange/row-group.ts";
import { linkKernel } from "../../src/kernel/link-kernel.ts";
import type * as Candidates from "../../src/linkage/candidates.ts";
import { evidenceOf } from "../../src/linkage/evidence.ts";
import type { OwnPairs } from "../../src/linkage/estimate.ts";
import type * as OwnPairsModule from "../../src/linkage/own-pairs.ts";
import { type RecordSample, sampleRecords } from "../../src/linkage/sample-records.ts";
import { type LinkPool, loadDataset, writeRowLayout } from "../../src/linkage/record-store.ts";
import { SharedMemory } from "../../src/linkage/shared-memory.ts";
import type * as PoolModule from "../../src/pool/pool.ts";
import { usedAtoms } from "../../src/schema/comparison-space.ts";
import { standardSchema } from "../example-schema.ts";
import { hashedFile } from "../hashed-file.ts";
import { temporaryDirectory } from "../temporary.ts";

// threads start from what is built
const built = (name: string): string => new URL(`../../dist/src/${name}.js`, import.meta.url).href;
const { Pool } = (await import(built("pool/pool"))) as typeof PoolModule;
const { findCandidates } = (await import(built("linkage/candidates"))) as typeof Candidates;
const { ownPairs } = (await import(built("linkage/own-pairs"))) as typeof OwnPairsModule;

/** Own pairs of a hashed file, and the content digests of its records. */
async function ownPairsOf(path: string, mostRecords: number, { together }: { together: boolean }): Promise<OwnPairs & { digests: BigInt64Array }> {
  const file = await openHashedFile(path);
  const memory = new SharedMemory();
  const kernel = linkKernel(memory.memory);
  const pool: LinkPool = new Pool("link-task", 2, memory.memory);
  try {
    const loading = { memory, kernel, pool, layout: writeRowLayout(standardSchema, memory) };
    const dataset = await loadDataset(file, loading, () => {});
    const input = { ...loading, schema: standardSchema, evidence: evidenceOf(standardSchema, usedAtoms(standardSchema)), a: dataset, b: dataset, blockCap: 1e6, mostTuples: 1e6, onProgress: () => {} };
    let sample: RecordSample | undefined;
    const take = async (): Promise<RecordSample> => (sample = (await sampleRecords([dataset], loading, mostRecords))[0]!);
    await findCandidates({ ...input, takeSamples: async () => (together ? [await take()] : []) }); // completes the digests
    const digests = memory.i64(dataset.digests, dataset.rows).slice();
    const [own] = await ownPairs(input, sample ?? (await take()));
    expect(sample!.isFilled).toBe(together);
    return { ...own!, digests };
  } finally {
    await pool.close();
    await file.close();
  }
}

/** Records in families: the same keys for six of them, filters of their own; every tenth record is there twice. */
function families(halves: Uint32Array, width: number): void {
  const keys = ID_HALVES + 2 + 4 * 16; // after the null mask and four filters
  for (let row = 0; row < halves.length / width; row++) {
    const at = row * width;
    halves.fill(0, at + ID_HALVES, at + ID_HALVES + 2);
    for (let key = 0; key < 4; key++) halves.set([Math.floor(row / 6) + 1, row % (key + 2) === 0 ? 0x80000000 : 7 * row], at + keys + 2 * key);
    if (row % 10 === 9) halves.copyWithin(at + ID_HALVES, at - width + ID_HALVES, at - 1); // but its stratum
  }
}

describe("pairs within a large file", () => {
  it.each([["parquet", true], ["parquet", false], ["csv", true], ["csv", false]] as const)("are those of the records with the smallest digests (%s; loaded along with the others: %s)", async (form, together) => {
    const folder = temporaryDirectory();
    const [RECORDS, SAMPLE] = [5000, 600];
    const all = hashedFile(folder.at(`all.${form}`), RECORDS, families);
    const whole = await ownPairsOf(folder.at(`all.${form}`), RECORDS, { together });
    const limit = [...whole.digests].sort((x, y) => (x < y ? -1 : x > y ? 1 : 0))[SAMPLE - 1]!;
    const rows = [...whole.digests.keys()].filter((row) => whole.digests[row]! <= limit);
    expect(rows.length).toBeLessThanOrEqual(SAMPLE + 1);
    hashedFile(folder.at(`some.${form}`), rows.length, (halves, width) => rows.forEach((row, i) => halves.set(all.subarray(row * width, row * width + width - 1), i * width)));

    const sampled = await ownPairsOf(folder.at(`all.${form}`), SAMPLE, { together });
    const { digests: _, ...some } = await ownPairsOf(folder.at(`some.${form}`), RECORDS, { together: !together });
    expect(some.observations.reduce((sum, { pairs }) => sum + pairs, 0)).toBeGreaterThan(40);
    expect(sampled).toEqual({ ...some, digests: whole.digests, growth: (RECORDS * (RECORDS - 1)) / (rows.length * (rows.length - 1)) });
    expect(whole.growth).toBe(1);
    expect(whole.allPairs).toBe((RECORDS * (RECORDS - 1)) / 2);
  });
});
