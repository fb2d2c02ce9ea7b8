import { readFileSync, writeFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { SaltlinkError } from "../../src/errors.ts";
import { type Header } from "../../src/exchange/header.ts";
import { layoutOf } from "../../src/exchange/layout.ts";
import { openHashedFile } from "../../src/exchange/read-hashed-file.ts";
import { recordIdTexts } from "../../src/exchange/record-ids.ts";
import { halvesPerRow, recordIdOf } from "../../src/exchange/row-group.ts";
import { headerPath } from "../../src/exchange/written-form.ts";
import { standardSchema } from "../example-schema.ts";
import { exampleHeader, forge, hashedFile } from "../hashed-file.ts";
import { temporaryDirectory } from "../temporary.ts";

const layout = layoutOf(standardSchema, [{ name: "region" }]);
const width = halvesPerRow(layout);

describe.each(["x.parquet", "x.csv"])("a hashed file as %s", (name) => {
  it("reads back as it was written", async () => {
    const { at } = temporaryDirectory();
    const halves = hashedFile(at(name), 7);
    const file = await openHashedFile(at(name));
    expect(file.header).toMatchObject(exampleHeader(7));
    expect(recordIdTexts(await file.readRecordIds())).toEqual(Array.from({ length: 7 }, (_, row) => recordIdOf(halves, row * width)));
    for (const [w, column] of layout.words.entries()) {
      const target = new BigInt64Array(7);
      await file.readColumn(column, target);
      expect([...new Uint32Array(target.buffer)]).toEqual(Array.from({ length: 7 }, (_, row) => [...halves.subarray(row * width + 4 + w * 2, row * width + 6 + w * 2)]).flat());
    }
    expect([...(await file.readStratum(0))]).toEqual([0, 1, 2, 3, 0, 1, 2]);
    await file.close();
  });
});

describe.each(["x.parquet", "x.csv"])("a hostile file as %s, its digest put right", (name) => {
  const readAll = async (path: string): Promise<void> => {
    const file = await openHashedFile(path);
    try {
      await file.readRecordIds();
      for (const column of file.layout.words) await file.readColumn(column, new BigInt64Array(file.header.rows));
      for (const [s] of file.header.strata.entries()) await file.readStratum(s);
    } finally {
      await file.close();
    }
  };
  const failure = (path: string): Promise<unknown> => readAll(path).then(() => undefined, (reason: unknown) => reason);
  const refusal = async (path: string): Promise<string> => {
    const error = await failure(path);
    expect(error).toBeInstanceOf(SaltlinkError);
    expect((error as SaltlinkError).exitCode).toBe(9);
    expect((error as SaltlinkError).message).toMatch(/^[^\n]{1,300}$/);
    return (error as SaltlinkError).message;
  };

  it("is forged well enough to pass where nothing is wrong", async () => {
    const { at } = temporaryDirectory();
    hashedFile(at(name), 7);
    forge(at(name), () => {});
    expect(await failure(at(name))).toBeUndefined();
  });

  it.each<[string, (header: Header) => unknown, RegExp]>([
    ["rows beyond all memory", (header) => (header.rows = 1e15), /damaged/],
    ["rows that are not there", (header) => (header.rows = 8), /damaged/],
    ["no bucket bits", (header) => (header.bucketBits = []), /bucketBits does not fit the schema/],
    ["sharing of fewer keys", (header) => header.sharing.pop(), /sharing does not fit the schema/],
    ["no random pairs", (header) => (header.randomPairs = {}), /randomPairs does not fit the schema/],
    ["too few random pairs in a group", (header) => header.randomPairs["place"]!.pop(), /randomPairs does not fit the schema/],
    ["no pairs that share keys, though such are withheld", (header) => delete header.sharedPairs, /sharedPairs does not fit the schema/],
    ["pairs that share a key that is none", (header) => (header.sharedPairs!.pairs[0]![0] = 16), /sharedPairs does not fit the schema/],
    ["counts of no field", (header) => (header.missing = { other: 1 }), /missing does not fit the schema/],
    ["counts without a field", (header) => delete header.unusable["sex"], /unusable does not fit the schema/],
    ["strata of more records than there are", (header) => (header.strata[0]!.values[0]!.records = 9), /strata does not fit the records/],
    ["strata counted otherwise", (header) => (header.strata[0]!.values[0]!.records = 1), /damaged/],
    ["strata that are in no column", (header) => (header.strata[0]!.name = "regios"), /damaged/],
    ["no strata", (header) => (header.strata = []), /damaged/],
    ["a stratum's value twice", (header) => (header.strata[0]!.values[2]!.value = "East"), /strata does not fit the records/],
    ["a stratum's value that is a formula", (header) => (header.strata[0]!.values[0]!.value = "=1+1"), /damaged \(strata/],
    ["a stratum's value that steers the terminal", (header) => (header.strata[0]!.values[0]!.value = "a\u0007b"), /damaged \(strata/],
    ["a label that steers the terminal", (header) => (header.dataset = "\u001b"), /damaged \(dataset\)/],
  ])("is refused with %s", async (_, edit, message) => {
    const { at } = temporaryDirectory();
    hashedFile(at(name), 7);
    forge(at(name), () => {}, (header) => void edit(header));
    expect(await refusal(at(name))).toMatch(message);
  });

  it("is refused with a value in a stratum that its header does not have", async () => {
    const { at } = temporaryDirectory();
    hashedFile(at(name), 7);
    forge(at(name), (file) => file.write("Wast", file.indexOf("West"), "latin1"));
    expect(await refusal(at(name))).toMatch(/damaged/);
  });

  it("is refused with a record id twice or one that is none", async () => {
    const { at } = temporaryDirectory();
    const twice = (halves: Uint32Array, length: number, wide: number): Uint32Array => halves.copyWithin(5 * wide, 0, length);
    hashedFile(at(name), 7, (halves, wide) => twice(halves, 4, wide));
    expect(await refusal(at(name))).toMatch(/two of its records have the same record id/);
    const almost = temporaryDirectory().at(name);
    hashedFile(almost, 7, (halves, wide) => twice(halves, 3, wide));
    expect(await failure(almost)).toBeUndefined();

    const odd = temporaryDirectory().at(name);
    const id = recordIdOf(hashedFile(odd, 7), 0);
    forge(odd, (file) => file.write("../../", file.indexOf(id), "latin1"));
    expect(await refusal(odd)).toMatch(/damaged/);
  });
});

describe("the Parquet form", () => {
  it("is plain Parquet: DuckDB reads it and counts bits in it", async () => {
    const { at } = temporaryDirectory();
    const halves = hashedFile(at("x.parquet"), 6);
    const connection = await (await DuckDBInstance.create()).connect();
    const result = await connection.runAndReadAll(`select record_id, bit_count(forename_w0) as bits, key_surname__address as k, stratum_region as region from '${at("x.parquet")}'`);
    const wordsOf = (row: number): BigInt64Array => new BigInt64Array(halves.slice(row * width, (row + 1) * width - 1).buffer);
    expect(result.getRowObjects().map(({ record_id, bits, k, region }) => [record_id, Number(bits), k, region])).toEqual(
      Array.from({ length: 6 }, (_, row) => [
        recordIdOf(halves, row * width),
        BigInt.asUintN(64, wordsOf(row)[3]!).toString(2).replaceAll("0", "").length,
        wordsOf(row)[2 + layout.words.indexOf("key_surname__address")],
        ["", "East", "Nord-Est, été", "West"][row % 4],
      ]),
    );
  });

  it("has no statistics of single values in its footer and none of its own path", async () => {
    const { at } = temporaryDirectory();
    hashedFile(at("x.parquet"), 6);
    const connection = await (await DuckDBInstance.create()).connect();
    const result = await connection.runAndReadAll(`select distinct stats_min, stats_max, stats_min_value, stats_max_value from parquet_metadata('${at("x.parquet")}')`);
    expect(result.getRows()).toEqual([[null, null, null, null]]);
    expect(readFileSync(at("x.parquet")).includes(at("."))).toBe(false);
  });

  it.each([
    ["nothing", ""],
    ["text", "record_id,x\n1,2\n"],
    ["another program's Parquet", "PAR1 but not ours PAR1"],
    ["a length that lies", Buffer.concat([Buffer.from("PAR1"), Buffer.from([0xff, 0xff, 0xff, 0x7f]), Buffer.from("PAR1")])],
  ])("is not taken for %s", async (_, content) => {
    const { write: put } = temporaryDirectory();
    await expect(openHashedFile(put("y.parquet", content))).rejects.toThrow(/is not a hashed file|damaged|cut short/);
  });
});

describe("the CSV form", () => {
  it("travels with its header, and a changed header is noticed", async () => {
    const { at } = temporaryDirectory();
    hashedFile(at("x.csv"), 4);
    const path = headerPath(at("x.csv"));
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace('"rejected": 0', '"rejected": 1'));
    await expect(openHashedFile(at("x.csv"))).rejects.toThrow(/damaged/);
    writeFileSync(path, text.replace("saltlink-hashed-3", "saltlink-hashed-9"));
    await expect(openHashedFile(at("x.csv"))).rejects.toThrow(/another format/);
  });
});
