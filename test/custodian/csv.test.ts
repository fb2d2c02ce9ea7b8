import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { parseString } from "fast-csv";
import { describe, expect, it } from "vitest";
import { CsvKernel } from "../../src/kernel/csv-kernel.ts";
import { readCellBytes } from "../../src/custodian/csv/cell-bytes.ts";
import { openCsv } from "../../src/custodian/csv/open.ts";
import { parseCsv, parseRecords } from "../../src/custodian/csv/parse.ts";
import { readRecords } from "../../src/custodian/csv/read-records.ts";
import { type Delimiter, type Slice, cutSlices } from "../../src/custodian/csv/slices.ts";
import { SaltlinkError } from "../../src/errors.ts";
import { temporaryDirectory } from "../temporary.ts";

async function* inChunks(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function slices(text: string, chunk: number, slice: number, delimiter?: Delimiter): Promise<Slice[]> {
  const result: Slice[] = [];
  for await (const piece of cutSlices(inChunks(text, chunk), "people.csv", slice, delimiter)) result.push(piece);
  return result;
}

async function contentOf(path: string, encoding: "utf-8" | "windows-1252" | "utf-16le" = "utf-8"): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of openCsv(path, encoding)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("cutting CSV into slices", () => {
  const text = 'a,b\r\n1,"x ""q"" \r\ny"\r\n\r\n2,O"Neill\r3,z\n4,"e"';

  it.each([1, 2, 3, 7, 1000])("finds the same records whatever the chunks (%i bytes)", async (chunk) => {
    const found = await slices(text, chunk, 10);
    expect(found.map(({ bytes, firstRow, records }) => [bytes.toString(), firstRow, records])).toEqual([
      ["a,b\r\n", 1, 1],
      ['1,"x ""q"" \r\ny"\r\n', 2, 1],
      ['\r\n2,O"Neill\r', 3, 2],
      ['3,z\n4,"e"', 5, 2],
    ]);
  });

  it("loses and adds nothing, and agrees with the parser on every record", async () => {
    const cell = fc.oneof(fc.string({ unit: fc.constantFrom(..."ab é,'"), maxLength: 5 }).map((s) => `"${s.replaceAll('"', '""')}"`), fc.string({ unit: fc.constantFrom(..."xyzé 0"), maxLength: 5 }), fc.constant('"li\r\nne"'), fc.constant('"q""q"'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 12 }), fc.constantFrom("\n", "\r\n", "\r"), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 60 }), async (records, end, chunk, size) => {
        const whole = `h1,h2,h3${end}${records.map((cells) => cells.join(",")).join(end)}${end}`;
        const found = await slices(whole, chunk, size);
        expect(Buffer.concat(found.map(({ bytes }) => bytes)).toString()).toBe(whole);
        for (const { bytes, records: count } of found) expect(parseCsv(bytes.toString(), ",")?.length).toBe(count);
        expect(found.reduce((sum, slice) => sum + slice.records, 0)).toBe(records.length + 1);
      }),
      { seed: 11, numRuns: 100 },
    );
  });

  it.each([",", ";"] as const)("and the parser agree on every text (%s)", async (delimiter) => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom(...',;"\n\r ab'), maxLength: 25 }), fc.integer({ min: 1, max: 9 }), async (text, chunk) => {
        let records: Slice[];
        try {
          records = await slices(text, chunk, 1, delimiter);
        } catch (error) {
          expect(error).toBeInstanceOf(SaltlinkError); // a quote that is never closed
          return;
        }
        expect(parseRecords(text, delimiter)).toEqual(records.map(({ bytes }) => parseRecords(bytes.toString(), delimiter)).map(([record, ...more]) => (expect(more).toEqual([]), record)));
        const larger = await slices(text, chunk, 8, delimiter);
        expect(larger.map(({ bytes, records: count }) => parseRecords(bytes.toString(), delimiter).length - count)).toEqual(larger.map(() => 0));
      }),
      { seed: 5, numRuns: 3000 },
    );
  });

  it("takes time in proportion to the records, however short", async () => {
    const text = `id,name\n${"\n".repeat(250_000)}`;
    const started = performance.now();
    expect(await slices(text, 1 << 20, 1)).toHaveLength(250_001);
    expect(readRecords(Buffer.from(`1,"Ann"x\n${text}`), ",")).toHaveLength(250_002);
    expect(performance.now() - started).toBeLessThan(20_000); // a hang, not a benchmark
  });

  it("names the row of a quote that is never closed, soon and without its text", async () => {
    const open = `id,name\n1,ok\n2,"secretname\n${"3,fine\n".repeat(2_000_000)}`;
    const started = performance.now();
    await expect(slices(open, 1 << 20, 1 << 18)).rejects.toThrow(/^people\.csv row 3: a quote is opened and never closed/);
    await expect(slices(open, 1 << 20, 1 << 18)).rejects.not.toThrow(/secretname/);
    expect(performance.now() - started).toBeLessThan(20_000); // a hang, not a benchmark
  });

  it("refuses a record longer than any person's", async () => {
    await expect(slices(`id,name\n1,${"x".repeat(100_000)}\n`, 4096, 1 << 18)).rejects.toThrow(/row 2: longer than 64 KiB/);
  });

  it("goes by the delimiter of the header", async () => {
    const found = await slices('a;b\n"1;""";2\n3;4\n', 5, 1);
    expect(found.map(({ bytes }) => bytes.toString())).toEqual(["a;b\n", '"1;""";2\n', "3;4\n"]);
    expect((await slices('a,b\nJo;"Jack,2\n3,4\n', 99, 1)).map(({ records }) => records)).toEqual([1, 1, 1]);
  });
});

describe("parsing CSV", () => {
  const byTheBook = (text: string): Promise<string[][] | undefined> =>
    new Promise((resolve) => {
      const rows: string[][] = [];
      parseString<string[], string[]>(text, { headers: false, delimiter: ",", ignoreEmpty: false })
        .on("data", (row: string[]) => rows.push(row))
        .on("error", () => resolve(undefined))
        .on("end", () => resolve(rows));
    });

  // every reader of a cell trims it; fast-csv drops the spaces of some empty cells
  const trimmed = (rows: string[][] | undefined): string[][] | undefined => rows?.map((cells) => cells.map((cell) => cell.trim()));

  it("gives what fast-csv gives for what is well formed", async () => {
    const cell = fc.oneof({ weight: 4, arbitrary: fc.string({ unit: fc.constantFrom("a", "b", " ", "é"), maxLength: 4 }) }, { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(..."a, \n\""), maxLength: 5 }).map((text) => `"${text.replaceAll('"', '""')}"`) });
    const lines = fc.array(fc.tuple(fc.array(cell, { minLength: 1, maxLength: 4 }), fc.constantFrom("\n", "\r\n", "\r"))).map((rows) => rows.map(([cells, end]) => cells.join(",") + end).join(""));
    await fc.assert(
      fc.asyncProperty(lines, async (text) => {
        expect(trimmed(parseCsv(text, ","))).toEqual(trimmed(await byTheBook(text)));
      }),
      { seed: 3, numRuns: 1000 },
    );
  });
});

describe("reading the records of a slice", () => {
  it("sets aside what is wrong and nothing else", () => {
    const bytes = Buffer.concat([Buffer.from('1,ok\n2,"Ann"x\n3, "li\nne" \n\n4,Zo'), Buffer.of(0xeb), Buffer.from("\n5,fine")]);
    expect(readRecords(bytes, ",")).toEqual([["1", "ok"], "text after a closing quote", ["3", "li\nne"], [], "bytes that are not valid UTF-8", ["5", "fine"]]);
  });
});

describe("reading the cells of a slice as bytes", () => {
  const kernel = new CsvKernel();

  it("gives what reading them as text gives, quoted or not, damaged or not", () => {
    const pieces = fc.constantFrom("1", "Ann", "zoë", "😀", " ", "\u00a0", "\t", "\f", "\u2003", "\u2028", "\u3000", "\ufeff", "\u1680", "\u2011", ",", ",", ",", ",", ",", "\n", "\r\n", "\r", "\n");
    const odd = fc.constantFrom('"', '""', "\u0000");
    const text = fc.oneof({ weight: 3, arbitrary: fc.array(pieces, { maxLength: 40 }) }, { weight: 1, arbitrary: fc.array(fc.oneof({ weight: 8, arbitrary: pieces }, odd), { maxLength: 40 }) });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 3 }), fc.option(fc.nat()), (parts, columns, damage) => {
        const bytes = Buffer.from(parts.join(""));
        if (damage !== null && bytes.length > 0) bytes[damage % bytes.length] = 0xc3;
        const records = readRecords(bytes, ",");
        const cells = readCellBytes(kernel, Buffer.concat([Buffer.from("before"), bytes]).subarray(6), ",", columns, records.length);
        const found = Array.from({ length: cells.count }, (_, i) => ({
          number: cells.numbers[i],
          cells: Array.from({ length: columns }, (_, c) => cells.bytes.toString("utf8", cells.bounds[(i * columns + c) * 2], cells.bounds[(i * columns + c) * 2 + 1])),
        }));
        expect(found).toEqual(records.flatMap((record, number) => (typeof record !== "string" && record.length === columns ? [{ number, cells: record }] : [])));
        expect(cells.rejects.map(({ number }) => number)).toEqual(records.flatMap((record, number) => (typeof record === "string" || (record.length > 0 && record.length !== columns) ? [number] : [])));
      }),
      { seed: 5, numRuns: 2000 },
    );
  });
});

describe("opening CSV", () => {
  it("takes off a byte order mark and unpacks gzip", async () => {
    const { write } = temporaryDirectory();
    expect(await contentOf(write("bom.csv", "\ufeffid\n1\n"))).toBe("id\n1\n");
    expect(await contentOf(write("packed.csv.gz", gzipSync("\ufeffid\nzoë\n")))).toBe("id\nzoë\n");
  });

  it("converts encodings", async () => {
    const { write } = temporaryDirectory();
    expect(await contentOf(write("old.csv", Buffer.from("id\nzo\xeb\x80\n", "latin1")), "windows-1252")).toBe("id\nzoë€\n");
    expect(await contentOf(write("wide.csv", Buffer.from("\ufeffid\nzoë\n", "utf16le")), "utf-16le")).toBe("id\nzoë\n");
  });

  it("hands on half a surrogate pair as bytes that are not valid", async () => {
    const { write } = temporaryDirectory();
    const chunks: Buffer[] = [];
    for await (const chunk of openCsv(write("half.csv", Buffer.from("id,name\n1,x\ud83d\n2,😀\n3,y", "utf16le")), "utf-16le")) chunks.push(chunk);
    expect(readRecords(Buffer.concat(chunks), ",")).toEqual([["id", "name"], "bytes that are not valid UTF-8", ["2", "😀"], ["3", "y"]]);
  });

  it.each([
    ["UTF-16 with a mark", Buffer.from("\ufeffid\n1\n", "utf16le"), /--encoding utf-16le/],
    ["UTF-16 without one", Buffer.from("id,name\n1,x\n", "utf16le"), /--encoding utf-16le/],
    ["binary", Buffer.from([80, 75, 3, 4, 0, 0, 0, 9]), /not UTF-8/],
  ])("refuses %s", async (_, bytes, message) => {
    const { write } = temporaryDirectory();
    await expect(contentOf(write("x.csv", bytes))).rejects.toThrow(message);
  });

  it("says what is wrong with a damaged gzip file and with no file", async () => {
    const { write, at } = temporaryDirectory();
    const packed = gzipSync("id,name\n".repeat(1000));
    await expect(contentOf(write("cut.csv.gz", packed.subarray(0, packed.length - 20)))).rejects.toThrow(/damaged gzip/);
    await expect(contentOf(at("none.csv"))).rejects.toThrow(/no such file/);
  });
});
