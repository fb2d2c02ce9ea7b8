import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { format, parse } from "fast-csv";
import { columnMapPath, readColumnMap } from "../../src/custodian/column-map.ts";
import { recordAtoms } from "../../src/custodian/record-atoms.ts";
import type { FieldKindName } from "../../src/schema/field-kinds.ts";

/**
 * Writes a department's file as the peers read it: `id`, here the row's number, then the fields that `hash` encodes, normalized alike and under the names of their kinds; missing values are empty. A date of birth is
 * `YYYY-MM-DD`; where the file has the year alone the column is `year_of_birth`. Needs the column map that `schema init` leaves beside the CSV.
 * @returns row of each own id
 */
export async function writePeople(csv: string, to: string): Promise<Map<string, number>> {
  const map = readColumnMap(columnMapPath(csv));
  const kinds = Object.keys(map.fields) as FieldKindName[];
  const source = map.fields["date_of_birth"];
  const wholeDate = source !== undefined && ("columns" in source || source.day !== undefined);
  const parts = (wholeDate ? ["year", "month", "day"] : ["year"]).map((part) => `date_of_birth.${part}`);
  const atoms = kinds.flatMap((kind) => (kind === "date_of_birth" ? parts : [kind]));
  const rows = new Map<string, number>();
  let idAt = 0;
  let read: ReturnType<typeof recordAtoms> | undefined;
  const people = parse<string[], (string | number)[]>({ headers: false, delimiter: map.delimiter, ignoreEmpty: true }).transform((cells: string[]): (string | number)[] => {
    if (read === undefined) {
      idAt = cells.indexOf(map.id!);
      read = recordAtoms(kinds.map((kind) => ({ name: kind, kind })), atoms, map, cells, new Date().getUTCFullYear());
      return ["id", ...kinds.map((kind) => (kind === "date_of_birth" && !wholeDate ? "year_of_birth" : kind))];
    }
    const values = read(cells).atoms;
    const value = (atom: string): string => values[atoms.indexOf(atom)] ?? "";
    const date = (): string => (parts.every((part) => value(part) !== "") ? parts.map((part) => value(part).padStart(2, "0")).join("-") : "");
    const row = rows.size;
    rows.set(cells[idAt]!, row);
    return [row, ...kinds.map((kind) => (kind === "date_of_birth" ? date() : value(kind)))];
  });
  await pipeline(createReadStream(csv), people, format({ headers: false }), createWriteStream(to));
  return rows;
}
