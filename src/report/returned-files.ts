import { randomBytes } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { FEWEST } from "./disclosure-control.ts";
import type { Link, Manifest } from "./run-directory.ts";

/** What one department gets back. */
export interface ReturnedFile {
  readonly name: string;
  /** Its own record ids, each with the link id of its person; in the order of the record ids, which are random. */
  readonly rows: readonly (readonly [string, string])[];
}

export const RETURNED_HEADER = "record_id,link_id\n";

/** Whether a file begins as a returned one does. */
export function isReturnedFile(path: string): boolean {
  try {
    const file = openSync(path, "r");
    const start = Buffer.alloc(RETURNED_HEADER.length);
    readSync(file, start, 0, start.length, 0);
    closeSync(file);
    return start.toString() === RETURNED_HEADER;
  } catch {
    return false; // a directory, or nothing that can be read
  }
}

/**
 * Results for the departments: no score, no field, nothing of the partner. A person's link id is 128 fresh random bits, the same in both files and in no other run, so that only who gets both
 * files can join them.
 */
export function returnedFiles(links: readonly Link[], { inputs, mode }: Manifest): ReturnedFile[] {
  // a person is a connected component: a record with several partners, and its partners' partners
  const component = new Map<string, string>();
  const root = (record: string): string => {
    let at = record;
    for (let above = component.get(at)!; above !== at; at = above, above = component.get(at)!) component.set(at, component.get(above)!);
    return at;
  };
  const prefixB = inputs.length === 1 ? "a" : "b"; // duplicates within a file have one side
  for (const { recordIdA, recordIdB } of links) {
    const [a, b] = [`a${recordIdA}`, `${prefixB}${recordIdB}`];
    for (const record of [a, b]) if (!component.has(record)) component.set(record, record);
    component.set(root(b), root(a));
  }
  const linkIds = new Map<string, string>();
  const sides = inputs.map(() => new Map<string, string>());
  for (const record of component.keys()) {
    const top = root(record);
    if (!linkIds.has(top)) linkIds.set(top, randomBytes(16).toString("hex"));
    sides[record.startsWith("a") ? 0 : 1]!.set(record.slice(1), linkIds.get(top)!);
  }
  const names = inputs.map((input, i) => (mode !== "dedupe" && inputs.findIndex(({ dataset }) => dataset === input.dataset) !== i ? `${input.dataset}-${i + 1}.csv` : `${input.dataset}.csv`));
  return sides.map((side, i) => ({ name: names[i]!.replaceAll(/[^\w.-]/g, "_"), rows: [...side].sort(([x], [y]) => (x < y ? -1 : 1)) }));
}

/** Whether the files tell a department of fewer than ten of its people (or of nobody) that they are known to the other: such a few are easily recognised. Duplicates within a file tell of nobody else. */
export function tellOfFew(files: readonly ReturnedFile[], { mode }: Manifest): boolean {
  return mode !== "dedupe" && files.some(({ rows }) => new Set(rows.map(([, linkId]) => linkId)).size < FEWEST);
}
