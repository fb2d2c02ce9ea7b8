import { describe, expect, it } from "vitest";
import { openHashedFile } from "../../src/exchange/read-hashed-file.ts";
import { ID_HALVES } from "../../src/exchange/row-group.ts";
import type * as LinkDatasets from "../../src/linkage/link-datasets.ts";
import { hashedFile } from "../hashed-file.ts";
import { temporaryDirectory } from "../temporary.ts";

// threads start from what is built
const { linkDatasets } = (await import(new URL("../../dist/src/linkage/link-datasets.js", import.meta.url).href)) as typeof LinkDatasets;

const RECORDS = 50;

describe("record ids of files that are linked", () => {
  const { at } = temporaryDirectory();

  /** Links two files, of one of which the last record's id has the first `halves` of the first record's; how many links there are, each of records that the files have. */
  const linked = async (name: string, halves: number, side: 0 | 1 = 1): Promise<number> => {
    const paths = [at(`${halves}.${side}.a.${name}`), at(`${halves}.${side}.b.${name}`)] as const;
    for (const path of paths) {
      hashedFile(path, RECORDS, (rows, width) => {
        if (path === paths[side]) rows.copyWithin((RECORDS - 1) * width, 0, halves);
        for (let row = 0; row < RECORDS; row++) rows.fill(0, row * width + ID_HALVES, row * width + ID_HALVES + 2); // nothing is missing
      });
    }
    const [a, b] = [await openHashedFile(paths[0]), await openHashedFile(paths[1])];
    try {
      const known = await Promise.all([a, b].map(async (file) => (await file.readRecordIds()).toString("latin1").match(/.{32}/g)!));
      const onLinks = async ({ recordIds, memory }: LinkDatasets.FoundLinks): Promise<void> => {
        recordIds.forEach((packed, f) => expect(Array.from({ length: RECORDS }, (_, row) => Buffer.from(memory.u8(packed + row * 16, 16)).toString("hex"))).toEqual(known[f]));
      };
      return (await linkDatasets({ a, b, threads: 1, blockCap: 1e6, cardinality: "one-to-one", threshold: 0.5, onProgress: () => {}, onLinks })).links.count;
    } finally {
      for (const file of [a, b]) await file.close();
    }
  };

  it.each(["parquet", "csv"])("may begin alike, but none is there twice (%s)", async (name) => {
    for (const side of [0, 1] as const) expect(await linked(name, ID_HALVES / 2, side)).toBeGreaterThan(0);
    await expect(linked(name, ID_HALVES)).rejects.toThrow("two of its records have the same record id");
  });
});
