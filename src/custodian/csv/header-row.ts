import { SaltlinkError } from "../../errors.ts";
import { parseCsv } from "./parse.ts";
import { type Delimiter, type Slice, delimiterOf } from "./slices.ts";

/** Takes the header off a file's slices. @throws SaltlinkError (input) for an empty file, an unreadable header or two columns of one name. */
export async function parseHeaderRow(slices: AsyncGenerator<Slice>, path: string, delimiter?: Delimiter): Promise<string[]> {
  const { value } = await slices.next();
  const text = value === undefined ? "" : (value as Slice).bytes.toString();
  if (text.trim() === "") throw new SaltlinkError("input", `${path} is empty; it needs a header row with column names`);
  const [cells] = parseCsv(text, delimiter ?? delimiterOf(text)) ?? [];
  if (cells === undefined || text.includes("\ufffd")) throw new SaltlinkError("input", `${path} row 1: the header cannot be read; check its quotes and the encoding (--encoding)`);
  const header = named(cells.map((cell) => cell.trim()));
  header.forEach((name, i) => {
    if (name === "") throw new SaltlinkError("input", `${path} row 1: column ${i + 1} has no name`);
    const before = header.indexOf(name);
    if (before < i) throw new SaltlinkError("input", `${path} row 1: columns ${before + 1} and ${i + 1} have the same name; rename one`);
  });
  return header;
}

/** Spreadsheets leave columns without a name at the end, which hold nothing: they are numbered, and no field takes them. */
function named(cells: readonly string[]): string[] {
  const last = cells.findLastIndex((cell) => cell !== "");
  return cells.map((cell, i) => (i > last && last >= 0 ? `column ${i + 1}` : cell));
}
