import { readFileSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { parseFile } from "fast-csv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ID_LENGTH } from "../../src/exchange/record-ids.ts";
import { openHashedFile } from "../../src/exchange/read-hashed-file.ts";
import type * as LinkDatasets from "../../src/linkage/link-datasets.ts";
import { countReached } from "../../src/linkage/reached-pairs.ts";
import { RecordIdIndex } from "../../src/report/record-id-index.ts";
import { scanColumns } from "../../src/report/scan-columns.ts";
import { TextIndex } from "../../src/report/text-index.ts";
import { Truth } from "../../src/report/truth.ts";
import { temporaryDirectory } from "../temporary.ts";

// threads start from what is built
const { candidatePairs } = (await import(new URL("../../dist/src/linkage/link-datasets.js", import.meta.url).href)) as typeof LinkDatasets;

describe("columns of millions of rows", () => {
  const scanned = async (path: string, names: readonly string[]): Promise<string[][]> => {
    const rows: string[][] = [];
    await scanColumns(path, names, ({ bytes, starts, ends }) => void rows.push(names.map((_, c) => Buffer.from(bytes.subarray(starts[c], ends[c])).toString())));
    return rows;
  };

  const scannedByLibrary = async (path: string, names: readonly string[]): Promise<string[][]> => {
    const rows: string[][] = [];
    for await (const row of parseFile(path, { headers: true, ignoreEmpty: true })) rows.push(names.map((name) => (row as Record<string, string>)[name] ?? ""));
    return rows;
  };

  it("are read as the CSV library reads them", async () => {
    const { write } = temporaryDirectory();
    const cell = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom("", "é", 'a "b"', "x,y", "two\nlines", "two\r\nlines"));
    const quoted = (text: string, always: boolean): string => (always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell, fc.boolean()), { maxLength: 12 }), fc.constantFrom("\n", "\r\n"), fc.boolean(), fc.boolean(), fc.boolean(), async (rows, lineBreak, mark, open, quotedHeadings) => {
        const lines = [["id_a", "other", "id_b"].map((name) => quoted(name, quotedHeadings)).join(","), ...rows.map(([a, b, c, always]) => [a, b, c].map((text) => quoted(text, always)).join(","))];
        const path = write("some.csv", `${mark ? "\ufeff" : ""}${lines.join(lineBreak)}${open ? "" : lineBreak}`);
        // blanks at a row's end are kept or not by where the row stands in the library's own pieces, and rows of nothing else count as none
        const told = (found: readonly (readonly string[])[]): string[][] => found.map((row) => row.map((text) => text.trim())).filter((row) => row.some((text) => text !== ""));
        expect(told(await scanned(path, ["id_b", "id_a"]))).toEqual(told(await scannedByLibrary(path, ["id_b", "id_a"])));
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it("are found across the pieces in which a file is read, and rows may lack cells", async () => {
    const { write } = temporaryDirectory();
    const rows = Array.from({ length: 400_000 }, (_, i) => [`${i}`, i % 1000 === 0 ? `"${i}\n,"` : `own ${i}`]);
    const path = write("many.csv", `record_id,own_id\n${rows.map((row) => row.join(",")).join("\n")}\nlast`);
    const found = await scanned(path, ["own_id", "record_id"]);
    expect(found).toHaveLength(400_001);
    expect([found[0], found[1], found[399_999], found[400_000]]).toEqual([["0\n,", "0"], ["own 1", "1"], ["own 399999", "399999"], ["", "last"]]);
  });

  it("are asked for by name, and what is no CSV is refused", async () => {
    const { write } = temporaryDirectory();
    await expect(scanned(write("a.csv", "id_a,x\n1,2\n"), ["id_a", "id_b"])).rejects.toThrow(/a\.csv has no column id_b; it needs id_a and id_b/);
    await expect(scanned(write("b.csv", ""), ["id_a"])).rejects.toThrow(/b\.csv is empty/);
    await expect(scanned(write("c.csv", 'id_a\n"open\n'), ["id_a"])).rejects.toThrow(/c\.csv is not a readable CSV file/);
    await expect(scanned(write("d.csv", 'id_a\n"a"b\n'), ["id_a"])).rejects.toThrow(/d\.csv is not a readable CSV file/);
    await expect(scanned("nowhere.csv", ["id_a"])).rejects.toThrow(/cannot read nowhere\.csv/);
  });
});

describe("what is known of texts and pairs", () => {
  it("is what maps and sets know", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.nat(1000)), { maxLength: 200 }), fc.array(fc.string({ maxLength: 3 })), (entries, others) => {
        const index = new TextIndex(1);
        const map = new Map<string, number>();
        for (const [text, row] of entries) {
          const bytes = Buffer.from(`..${text}.`);
          index.set(bytes, 2, bytes.length - 1, row);
          map.set(text, row);
        }
        for (const text of [...map.keys(), ...others]) expect(index.get(Buffer.from(text), 0, Buffer.byteLength(text))).toBe(map.get(text) ?? -1);
      }),
      { seed: 2 },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 3000 }), fc.boolean(), (pairs, self) => {
        const truth = new Truth(31, self);
        const nameOf = (a: number, b: number): string => (self && b < a ? `${b} ${a}` : `${a} ${b}`);
        for (const [a, b] of pairs) truth.add(a, b);
        const set = new Set(pairs.map(([a, b]) => nameOf(a, b)));
        expect(truth.total).toBe(set.size);
        for (let a = 0; a < 31; a++) for (let b = 0; b < 31; b++) expect(truth.has(a, b)).toBe(set.has(nameOf(a, b)));
        const rows = truth.rows();
        expect(new Set(Array.from(rows.a, (a, i) => nameOf(a, rows.b[i]!)))).toEqual(set);
      }),
      { seed: 3, numRuns: 20 },
    );
  });

  it("holds for record ids, wherever they stand", () => {
    const ids = Array.from({ length: 300 }, (_, i) => Math.imul(i + 1, 0x9e3779b1).toString(16).padStart(9, "0").slice(-8).padEnd(ID_LENGTH, `${i % 10}`));
    const index = new RecordIdIndex(Buffer.from(ids.join("")));
    ids.forEach((id, row) => expect(index.get(Buffer.from(`x${id},`), 1, 1 + ID_LENGTH)).toBe(row));
    expect(index.get(Buffer.from("f".repeat(ID_LENGTH)), 0, ID_LENGTH)).toBe(-1);
    expect(index.get(Buffer.from("f"), 0, 1)).toBe(-1);
  });
});

describe("pairs that blocking reached", () => {
  const { at } = temporaryDirectory();
  const saltlink = (...argv: string[]): void => void execFileSync(process.execPath, ["dist/bin/saltlink.js", ...argv], { stdio: "ignore" });
  saltlink("keygen", "--project", "reached", "--out", at("salt"));
  saltlink("synth", "--records", "1500", "--overlap", "0.6", "--errors", "high", "--seed", "5", "--out", at("people"));

  // some people twice
  for (const name of ["census", "tax"]) {
    const text = readFileSync(at(`people/${name}.csv`), "utf8");
    writeFileSync(at(`people/${name}.csv`), `${text}${text.split("\n").slice(1, 301).map((row) => `again-${row}\n`).join("")}`);
  }

  it.each([["plain"], ["standard"], ["strict"], ["standard", "--duplicates"]])("are those among the candidates, profile %s %s", async (profile, ...more) => {
    const schema = at(`${profile}.json`);
    saltlink("schema", "init", at("people/census.csv"), at("people/tax.csv"), "--profile", profile, "--out", schema, "--force", ...more);
    for (const name of ["census", "tax"]) saltlink("hash", at(`people/${name}.csv`), "--schema", schema, "--salt", at("salt"), "--out", at(`${profile}-${name}.parquet`), "--accept-frequency-risk", "--force");
    const [a, b] = await Promise.all(["census", "tax"].map((name) => openHashedFile(at(`${profile}-${name}.parquet`))));
    for (const other of [b!, a!]) {
      const candidates = await candidatePairs({ a: a!, ...(other === a ? {} : { b: other }), threads: 1, blockCap: 1e9, onProgress: () => undefined });
      const some = Array.from({ length: 5000 }, (_, i) => [(i * 7919) % a!.header.rows, (i * 104729) % other.header.rows] as const).filter(([x, y]) => other !== a || x < y);
      const pairs = [...some, ...Array.from(candidates.rowsA, (x, i) => [x, candidates.rowsB[i]!] as const)];
      const known = new Set(Array.from(candidates.rowsA, (x, i) => `${x} ${candidates.rowsB[i]}`));
      const expected = pairs.filter(([x, y]) => known.has(`${x} ${y}`)).length;
      if (other !== a) expect(candidates.count).toBeGreaterThan(500);
      expect(await countReached(a!, other, { a: Uint32Array.from(pairs, ([x]) => x), b: Uint32Array.from(pairs, ([, y]) => y) })).toBe(expected);
    }
    await a!.close();
    await b!.close();
  });
});
