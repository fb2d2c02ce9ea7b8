import { parseString } from "fast-csv";

/**
 * Parses the text of whole records into cells. Undefined when a record breaks the quoting rules: fast-csv's own message is dropped, it quotes the file.
 *
 * A line without a quote is its cells with delimiters between, and most lines are; only the others go through fast-csv, whose steps per character cost more than all of the hashing. Lines whose quotes
 * are not even belong together with those after them until they are.
 */
export async function parseCsv(text: string, delimiter: string): Promise<string[][] | undefined> {
  const rows: string[][] = [];
  const quoted: { row: number; text: string }[] = [];
  let open = "";
  for (const line of linesOf(text)) {
    if (open === "" && !line.includes('"')) {
      const cells = withoutEnd(line).split(delimiter);
      if (cells.length === 1) return byTheBook(text, delimiter); // blank lines have rules of their own
      rows.push(cells);
      continue;
    }
    open += line;
    if (open.split('"').length % 2 === 0) continue;
    quoted.push({ row: rows.length, text: open });
    rows.push([]);
    open = "";
  }
  if (quoted.length === 0 && open === "") return rows;
  const parsed = open === "" ? await byTheBook(quoted.map((part) => part.text).join(""), delimiter) : undefined;
  // a part that was not one record has misled us (a quote within a cell): then all of it by the book
  if (parsed?.length !== quoted.length) return byTheBook(text, delimiter);
  quoted.forEach(({ row }, i) => (rows[row] = parsed[i]!));
  return rows;
}

/** Lines with their ends. A lone CR ends a line too, and is rare. */
function linesOf(text: string): string[] {
  if (/\r(?!\n)/.test(text)) return text.split(/(?<=\r\n|\n|\r(?!\n))/);
  const lines: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf("\n", start) + 1 || text.length;
    lines.push(text.slice(start, end));
    start = end;
  }
  return lines;
}

function withoutEnd(line: string): string {
  if (line.endsWith("\r\n")) return line.slice(0, -2);
  return line.endsWith("\n") || line.endsWith("\r") ? line.slice(0, -1) : line;
}

function byTheBook(text: string, delimiter: string): Promise<string[][] | undefined> {
  return new Promise((resolve) => {
    const rows: string[][] = [];
    parseString<string[], string[]>(text, { headers: false, delimiter, ignoreEmpty: false })
      .on("data", (row: string[]) => rows.push(row))
      .on("error", () => resolve(undefined))
      .on("end", () => resolve(rows));
  });
}
