import { describe, expect, it } from "vitest";
import { CsvKernel } from "../../src/kernel/csv-kernel.ts";
import { readCellBytes } from "../../src/custodian/csv/cell-bytes.ts";
import { lookupLines, trimmedIds } from "../../src/custodian/lookup-lines.ts";
import { csvCell } from "../../src/output/csv-cell.ts";

const ids = ["7", "", " ", "\u00a0A1\u2003", "Zoë 漢", "a,b", 'say "no"', '"', "two\nlines", "\tx ", "漢"];

describe("own ids as bytes", () => {
  it("are trimmed as texts are, and stand in the lookup file as any cell does", () => {
    const csv = ids.map((id) => `x,"${id.replaceAll('"', '""')}"`).join("\r\n");
    const cells = readCellBytes(new CsvKernel(), Buffer.from(csv), ",", 2, ids.length);
    const trimmed = trimmedIds(cells, 2, 1, 2);
    ids.forEach((id, i) => expect(trimmed.bytes.toString("utf8", trimmed.starts[i], trimmed.ends[i])).toBe(id.trim()));
    const recordIds = Uint32Array.from({ length: ids.length * 4 }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
    const hex = Buffer.from(recordIds.buffer).toString("hex");
    expect(Buffer.from(lookupLines(recordIds, trimmed)).toString()).toBe(ids.map((id, i) => `${hex.slice(i * 32, i * 32 + 32)},${csvCell(id.trim())}\n`).join(""));
  });

  it("are row numbers where no column holds them", () => {
    const cells = readCellBytes(new CsvKernel(), Buffer.from("a,b\nonly\nc,d\n"), ",", 2, 3);
    const { bytes, starts, ends } = trimmedIds(cells, 2, -1, 9);
    expect([...starts].map((start, i) => bytes.toString("utf8", start, ends[i]))).toEqual(["9", "11"]);
  });
});
