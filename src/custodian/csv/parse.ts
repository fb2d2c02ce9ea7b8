import { parseString } from "fast-csv";

/** Parses the text of whole records into cells. Undefined when a record breaks the quoting rules: fast-csv's own message is dropped, it quotes the file. */
export function parseCsv(text: string, delimiter: string): Promise<string[][] | undefined> {
  return new Promise((resolve) => {
    const rows: string[][] = [];
    parseString<string[], string[]>(text, { headers: false, delimiter, ignoreEmpty: false })
      .on("data", (row: string[]) => rows.push(row))
      .on("error", () => resolve(undefined))
      .on("end", () => resolve(rows));
  });
}
