import { closeSync, openSync, readFileSync } from "node:fs";
import { getSystemErrorName } from "node:util";
import { describe, expect, it } from "vitest";
import { ID_LENGTH } from "../../src/exchange/record-ids.ts";
import { linkKernel } from "../../src/kernel/link-kernel.ts";
import { LINK_ROWS_BUFFER, type LinkRowsTask, writeLinkRows } from "../../src/linkage/link-rows.ts";
import { PACKED_ID } from "../../src/linkage/load-record-ids.ts";
import { SharedMemory } from "../../src/linkage/shared-memory.ts";
import { random } from "../../src/random.ts";
import { temporaryDirectory } from "../temporary.ts";

const { at, write } = temporaryDirectory();
const draw = random("link rows");
const RECORDS = 5000;
const LINKS = 40_000; // more than a buffer holds
const idsOf = (): string[] => Array.from({ length: RECORDS }, () => Array.from({ length: ID_LENGTH }, () => Math.floor(draw() * 16).toString(16)).join(""));
const [idsA, idsB] = [idsOf(), idsOf()];
const lines = ["51.2,1.0,equal,near\n", "é,x\n", "\n", `${"long ".repeat(30)}\n`];
const rows = (most: number): Uint32Array => Uint32Array.from({ length: LINKS }, () => Math.floor(draw() * most));
const [rowsA, rowsB, clusters] = [rows(RECORDS), rows(RECORDS), rows(RECORDS).map((number) => (number % 3 === 0 ? number % 12 : number * 800_000))];
const textOf = rows(lines.length);

const memory = new SharedMemory();
const kernel = linkKernel(memory.memory);
const words = (values: Uint32Array): number => {
  const place = memory.reserve(values.length * 4);
  memory.u32(place, values.length).set(values);
  return place;
};
const bytes = (values: Uint8Array): number => {
  const place = memory.reserve(values.length);
  memory.u8(place, values.length).set(values);
  return place;
};
const packed = (ids: readonly string[]): number => bytes(Buffer.from(ids.join(""), "hex"));
const content = {
  idsA: packed(idsA),
  idsB: packed(idsB),
  rowsA: words(rowsA),
  rowsB: words(rowsB),
  texts: bytes(Buffer.concat([Buffer.from(lines.join("")), Buffer.alloc(15)])),
  starts: words(Uint32Array.from([0, ...lines.map((_, i) => Buffer.byteLength(lines.slice(0, i + 1).join("")))])),
  textOf: words(textOf),
  cursor: memory.reserve(4),
  buffer: memory.reserve(LINK_ROWS_BUFFER),
};
const numbered = words(clusters);

function task(descriptor: number, part: Pick<LinkRowsTask, "from" | "to" | "position" | "clusters">): LinkRowsTask {
  return { descriptor, ...content, ...part };
}

describe("record ids", () => {
  it("are packed into half their length, each with a key that tells how it begins", () => {
    const STRIDE = ID_LENGTH + 4;
    const texts = bytes(Buffer.from(idsA.map((id) => `${id}    `).join("")));
    const [ids, keys] = [memory.reserve(RECORDS * PACKED_ID), memory.reserve(RECORDS * 8)];
    expect(kernel.packIds(texts, RECORDS, STRIDE, ids, keys)).toBe(1);
    expect(Buffer.from(memory.u8(ids, RECORDS * PACKED_ID)).toString("hex")).toBe(idsA.join(""));
    const beginnings = idsA.map((id) => Buffer.from(id, "hex").readBigInt64LE() | 1n);
    expect([...memory.i64(keys, RECORDS)]).toEqual(beginnings);
  });

  it("are lower-case hexadecimal digits and nothing else", () => {
    const text = bytes(Buffer.alloc(ID_LENGTH));
    const ids = memory.reserve(PACKED_ID);
    for (let code = 0; code < 256; code++) {
      for (const place of [0, 1, 15, 16, 30, 31]) {
        memory.u8(text, ID_LENGTH).fill("0".charCodeAt(0))[place] = code;
        expect(kernel.packIds(text, 1, ID_LENGTH, ids, 0)).toBe(/^[0-9a-f]$/.test(String.fromCharCode(code)) ? 1 : 0);
      }
    }
  });
});

describe("rows of the links file", () => {
  it.each([[0, undefined], [numbered, clusters]])("are ids and texts, each part where it belongs, whichever is written first", (at, numbers) => {
    const text = (from: number, to: number): string => Array.from({ length: to - from }, (_, i) => `${idsA[rowsA[from + i]!]},${idsB[rowsB[from + i]!]},${numbers === undefined ? "" : `${numbers[from + i]},`}${lines[textOf[from + i]!]}`).join("");
    const path = write("links.csv", "header\n");
    const descriptor = openSync(path, "r+");
    const cut = 17_001;
    const position = Buffer.byteLength("header\n");
    const before = Buffer.byteLength(text(0, cut));
    expect(kernel.linkBytes(at, content.starts, content.textOf, 0, cut)).toBe(before);
    expect(writeLinkRows(kernel, memory.memory, task(descriptor, { from: cut, to: LINKS, position: position + before, clusters: at }))).toBe(1);
    expect(writeLinkRows(kernel, memory.memory, task(descriptor, { from: 0, to: cut, position, clusters: at }))).toBe(1);
    closeSync(descriptor);
    expect(readFileSync(path, "utf8") === `header\n${text(0, LINKS)}`).toBe(true);
  });

  it("say with what error they could not be written", () => {
    write("read-only.csv", "");
    const descriptor = openSync(at("read-only.csv"), "r");
    const outcome = writeLinkRows(kernel, memory.memory, task(descriptor, { from: 0, to: 1, position: 0, clusters: 0 }));
    closeSync(descriptor);
    expect(getSystemErrorName(outcome)).toBe("EBADF");
  });
});
