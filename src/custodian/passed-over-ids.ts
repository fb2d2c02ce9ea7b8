import { RECORD_KEY } from "./recognize-columns.ts";
import type { Survey } from "./survey-csv.ts";

/** Columns that are named as record ids are, and why they cannot be that: the rows to look at, no value. Empty where a column was recognised. */
export function passedOverIds({ header, recognized, sample, sampleRows }: Survey): { column: string; why: string }[] {
  if (recognized.id !== null) return [];
  return recognized.leftOut.flatMap(({ column, reason }) => {
    if (reason !== RECORD_KEY) return [];
    const at = header.indexOf(column);
    const rowOf = new Map<string, number>();
    let empty: number | undefined;
    let same: readonly [number, number] | undefined;
    sample.forEach((cells, i) => {
      const [id, row] = [cells[at]!.trim(), sampleRows[i]!];
      if (id === "") empty ??= row;
      else if (rowOf.has(id)) same ??= [rowOf.get(id)!, row];
      else rowOf.set(id, row);
    });
    const why = [...(same === undefined ? [] : [`rows ${same[0]} and ${same[1]} have the same id`]), ...(empty === undefined ? [] : [`row ${empty} has none`])];
    return why.length === 0 ? [] : [{ column, why: why.join(" and ") }];
  });
}
