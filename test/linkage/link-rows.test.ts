import { closeSync, openSync, readFileSync } from "node:fs";
import { getSystemErrorName } from "node:util";
import { describe, expect, it } from "vitest";
import { ID_LENGTH } from "../../src/exchange/record-ids.ts";
import { type LinkRowsTask, writeLinkRows } from "../../src/linkage/link-rows.ts";
import { random } from "../../src/random.ts";
import { temporaryDirectory } from "../temporary.ts";

const { at, write } = temporaryDirectory();
const draw = random("link rows");
const RECORDS = 5000;
const LINKS = 40_000; // more than are gathered at a time, and than a buffer holds
const idsOf = (): string[] => Array.from({ length: RECORDS }, () => Array.from({ length: ID_LENGTH }, () => Math.floor(draw() * 16).toString(16)).join(""));
const [idsA, idsB] = [idsOf(), idsOf()];
const lines = ["51.2,1.0,equal,near\n", "é,x\n", "\n", `${"long ".repeat(30)}\n`];
const rows = (): Uint32Array => Uint32Array.from({ length: LINKS }, () => Math.floor(draw() * RECORDS));
const [rowsA, rowsB, clusters] = [rows(), rows(), rows()];
const textOf = Uint32Array.from({ length: LINKS }, () => Math.floor(draw() * lines.length));
const starts = Uint32Array.from([0, ...lines.map((_, i) => Buffer.byteLength(lines.slice(0, i + 1).join("")))]);
const texts = Buffer.concat([Buffer.from(lines.join("")), Buffer.alloc(3)]);

function task(descriptor: number, part: Pick<LinkRowsTask, "from" | "to" | "position" | "clusters">): LinkRowsTask {
  return { descriptor, idsA: Buffer.from(idsA.join("")), idsB: Buffer.from(idsB.join("")), rowsA, rowsB, texts, starts, textOf, ...part };
}

describe("rows of the links file", () => {
  it.each([[undefined], [clusters]])("are ids and texts, each part where it belongs, whichever is written first", (numbers) => {
    const text = (from: number, to: number): string => Array.from({ length: to - from }, (_, i) => `${idsA[rowsA[from + i]!]},${idsB[rowsB[from + i]!]},${numbers === undefined ? "" : `${numbers[from + i]},`}${lines[textOf[from + i]!]}`).join("");
    const path = write("links.csv", "header\n");
    const descriptor = openSync(path, "r+");
    const cut = 17_001;
    const position = Buffer.byteLength("header\n");
    expect(writeLinkRows(task(descriptor, { from: cut, to: LINKS, position: position + Buffer.byteLength(text(0, cut)), clusters: numbers }))).toBe(1);
    expect(writeLinkRows(task(descriptor, { from: 0, to: cut, position, clusters: numbers }))).toBe(1);
    closeSync(descriptor);
    expect(readFileSync(path, "utf8") === `header\n${text(0, LINKS)}`).toBe(true);
  });

  it("say with what error they could not be written", () => {
    write("read-only.csv", "");
    const descriptor = openSync(at("read-only.csv"), "r");
    const outcome = writeLinkRows(task(descriptor, { from: 0, to: 1, position: 0, clusters: undefined }));
    closeSync(descriptor);
    expect(getSystemErrorName(outcome)).toBe("EBADF");
  });
});
