import { parseCsv } from "../custodian/csv/parse.ts";
import { openCsv } from "../custodian/csv/open.ts";
import { cutSlices } from "../custodian/csv/slices.ts";
import { SaltlinkError } from "../errors.ts";

/**
 * Who the records of a hashed file are, from the department's own lookup: for every row of the file the person's row in the input. Judges attacks; no attack gets to see more of it than the known people it is given.
 * @throws SaltlinkError (mismatch) when lookup, file and input do not belong together.
 */
export async function readTruth(lookup: string, recordIds: readonly string[], ownIds: readonly string[], input: string): Promise<Int32Array> {
  const rowOf = new Map(recordIds.map((id, row) => [id, row]));
  const personOf = new Map(ownIds.map((id, person) => [id, person]));
  const truth = new Int32Array(recordIds.length).fill(-1);
  let known = 0;
  let columns: number[] | undefined;
  for await (const { bytes } of cutSlices(openCsv(lookup, "utf-8"), lookup, 1 << 20, ",")) {
    const lines = parseCsv(bytes.toString(), ",");
    if (lines === undefined) throw new SaltlinkError("input", `${lookup} is not a readable CSV file`);
    for (const cells of lines) {
      if (columns === undefined) {
        columns = ["record_id", "own_id"].map((name) => cells.indexOf(name));
        if (columns.includes(-1)) throw new SaltlinkError("input", `${lookup} is no lookup file: it has no columns record_id and own_id`);
        continue;
      }
      const row = rowOf.get(cells[columns[0]!] ?? "");
      const person = personOf.get((cells[columns[1]!] ?? "").trim());
      if (row === undefined || truth[row]! >= 0) throw new SaltlinkError("mismatch", `${lookup} is the lookup of another hashed file; give the one that was written with it (--lookup)`);
      if (person === undefined) throw new SaltlinkError("mismatch", `${lookup} names records that are not in ${input}; give the CSV file that was hashed (--input)`);
      truth[row] = person;
      known++;
    }
  }
  if (known < recordIds.length) throw new SaltlinkError("mismatch", `${lookup} lacks records of the hashed file; give the lookup that was written with it (--lookup)`);
  return truth;
}
