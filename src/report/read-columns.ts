import { scanColumns } from "./scan-columns.ts";

/** The named columns of a small CSV file (a lookup, what was returned), a text for every cell. @throws SaltlinkError as `scanColumns` does */
export async function readColumns(path: string, names: readonly string[]): Promise<string[][]> {
  const rows: string[][] = [];
  await scanColumns(path, names, ({ bytes, starts, ends }) => void rows.push(names.map((_, c) => bytes.toString("utf8", starts[c], ends[c]))));
  return rows;
}
