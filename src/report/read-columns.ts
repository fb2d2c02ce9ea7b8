import { createReadStream } from "node:fs";
import { parse } from "fast-csv";
import { SaltlinkError, fileError, isFileError } from "../errors.ts";

/** Reads the named columns of one of our own small CSV files (lookups, truth, returned links), row by row. */
export function readColumns(path: string, names: readonly string[]): Promise<string[][]> {
  return new Promise((resolve, reject) => {
    const rows: string[][] = [];
    let columns: number[] | undefined;
    const source = createReadStream(path).on("error", (error) => reject(isFileError(error) ? fileError(error, "read", path) : error));
    source
      .pipe(parse<string[], string[]>({ headers: false, ignoreEmpty: true }))
      .on("data", (cells: string[]) => {
        if (columns !== undefined) {
          rows.push(columns.map((column) => cells[column] ?? ""));
          return;
        }
        columns = names.map((name) => cells.findIndex((cell) => cell.replace("\ufeff", "").trim() === name));
        if (columns.includes(-1)) {
          reject(new SaltlinkError("input", `${path} has no column ${names[columns.indexOf(-1)]}; it needs ${names.join(" and ")}`));
          source.destroy();
        }
      })
      .on("error", () => reject(new SaltlinkError("input", `${path} is not a readable CSV file`)))
      .on("end", () => (columns === undefined ? reject(new SaltlinkError("input", `${path} is empty`)) : resolve(rows)));
  });
}
