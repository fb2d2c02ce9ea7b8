import { describe, expect, it } from "vitest";
import { openHashedFile } from "../../src/exchange/read-hashed-file.ts";
import { ID_HALVES } from "../../src/exchange/row-group.ts";
import type * as LinkDatasets from "../../src/linkage/link-datasets.ts";
import type { CandidateOptions } from "../../src/linkage/candidates.ts";
import { type KernelCall, callKernel, linkKernel } from "../../src/kernel/link-kernel.ts";
import { mergeTuples } from "../../src/linkage/merge-tuples.ts";
import { forecastMemory, planMemory } from "../../src/linkage/memory-plan.ts";
import { rowStride } from "../../src/linkage/record-store.ts";
import { SharedMemory } from "../../src/linkage/shared-memory.ts";
import { standardSchema } from "../example-schema.ts";
import { hashedFile } from "../hashed-file.ts";
import { temporaryDirectory } from "../temporary.ts";

// threads start from what is built
const { linkDatasets } = (await import(new URL("../../dist/src/linkage/link-datasets.js", import.meta.url).href)) as typeof LinkDatasets;

const RECORDS = 12_000;

describe("memory that threads share", () => {
  it("is zero where that is asked for, whether it was in use before or not", () => {
    const memory = new SharedMemory();
    const mark = memory.mark();
    memory.u8(memory.reserve(1000), 1000).fill(1);
    memory.release(mark);
    const [some, all] = [memory.reserveZeroed(100), memory.reserveZeroed(5000)];
    expect([...memory.u8(some, 100), ...memory.u8(all, 5000)].every((byte) => byte === 0)).toBe(true);
    memory.release(mark);
    memory.u8(memory.reserve(1000), 1000).fill(1);
    expect(memory.u8(memory.reserveZeroed(5000), 5000).every((byte) => byte === 0)).toBe(true);
  });
});

describe("the memory a run may take", () => {
  const sizes = { rowsA: RECORDS, rowsB: RECORDS, own: [RECORDS, RECORDS], stride: rowStride(standardSchema), threads: 1, whole: false };

  /** The smallest budget that is accepted, to a mebibyte. */
  const least = (): number => {
    for (let budget = 2 ** 20; ; budget += 2 ** 20) {
      try {
        planMemory(sizes, budget);
        return budget;
      } catch {
        // too little
      }
    }
  };

  it("is refused before the run where it is too little", () => {
    expect(() => planMemory(sizes, least() - 2 ** 20)).toThrow(/takes at least \d+ MiB of memory and --memory gives \d+ MiB/);
  });

  it("grows with records and threads", () => {
    const twice = { ...sizes, rowsA: 200 * RECORDS, rowsB: 200 * RECORDS };
    expect(() => planMemory(twice, least())).toThrow("takes at least");
    expect(planMemory({ ...sizes, threads: 2 }, 2 ** 30).shared).toBeLessThan(planMemory(sizes, 2 ** 30).shared);
  });

  it("counts pairs within a file, where they take more than those across", () => {
    const uneven = { ...sizes, rowsA: 10, rowsB: 100_000 };
    expect(forecastMemory({ ...uneven, own: [10, 100_000] }, 0)).toBeGreaterThan(forecastMemory({ ...uneven, own: [] }, 0));
  });

  it("changes nothing in the outcome, though buckets are then compared a segment at a time", async () => {
    const folder = temporaryDirectory();
    const files = [];
    for (const name of ["a", "b"]) {
      hashedFile(folder.at(`${name}.parquet`), RECORDS, (halves, width) => {
        for (let row = 0; row < RECORDS; row++) halves.fill(0, row * width + ID_HALVES, row * width + ID_HALVES + 2); // nothing is missing
      });
      files.push(await openHashedFile(folder.at(`${name}.parquet`)));
    }
    const [a, b] = files;
    const run = async (memory?: number) => {
      const { candidates, links, peakBytes } = await linkDatasets({ a: a!, b: b!, threads: 1, blockCap: 1e6, cardinality: "one-to-one", threshold: 0.5, onProgress: () => {}, ...(memory === undefined ? {} : { memory }) });
      return { rowsA: candidates.rowsA, rowsB: candidates.rowsB, observations: candidates.observations, observation: candidates.observation, pairs: links.pairs, peakBytes };
    };
    const { peakBytes, ...roomy } = await run();
    const { peakBytes: tightPeak, ...tight } = await run(least());
    for (const file of files) await file.close();
    expect(roomy.pairs).toHaveLength(RECORDS);
    expect(tight).toEqual(roomy);
    expect(tightPeak).toBeLessThan(peakBytes);
  });

  it("decides how many ranges of a small, dense file are merged at a time", async () => {
    const TUPLES = 200_000;
    const merged = async (bytes: number) => {
      const memory = new SharedMemory(bytes);
      const kernel = linkKernel(memory.memory);
      const pool = { threads: 8, run: (call: KernelCall) => Promise.resolve(callKernel(kernel, call)) };
      const options = { a: { rows: RECORDS }, evidence: { levelShift: 0 }, memory, pool, onProgress: () => {} } as unknown as CandidateOptions;
      const a = Uint32Array.from({ length: TUPLES }, (_, i) => Math.floor((i * RECORDS) / TUPLES));
      const b = Uint32Array.from({ length: TUPLES }, (_, i) => (i * 7) % RECORDS);
      const ends = Uint32Array.from([4096, 8192, RECORDS], (row) => a.filter((of) => of < row).length);
      const { count, rowsA, rowsB } = await mergeTuples(options, [{ bits: 1n, chunks: [{ a, b, ends }] }], undefined);
      return { count, rowsA: memory.u32(rowsA, count).slice(), rowsB: memory.u32(rowsB, count).slice() };
    };
    const roomy = await merged(64 << 20);
    expect(roomy.count).toBe(TUPLES);
    expect(await merged(7 << 20)).toEqual(roomy); // room for two lanes of three
  });
});
