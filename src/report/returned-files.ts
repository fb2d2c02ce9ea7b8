import { randomBytes } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
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
  const sides = inputs.map(() => new Map<string, string>());
  const clusters = new Map<string, string>();
  for (const { recordIdA, recordIdB, cluster } of links) {
    const a = sides[0]!;
    const b = sides[1] ?? a; // one side when duplicates within a file are returned
    // a record with several partners, or a cluster, is one person and has one link id
    let linkId = (cluster === undefined ? undefined : clusters.get(cluster)) ?? a.get(recordIdA) ?? b.get(recordIdB);
    linkId ??= randomBytes(16).toString("hex");
    if (cluster !== undefined) clusters.set(cluster, linkId);
    if (!a.has(recordIdA)) a.set(recordIdA, linkId);
    if (!b.has(recordIdB)) b.set(recordIdB, linkId);
  }
  const names = inputs.map((input, i) => (mode !== "dedupe" && inputs.findIndex(({ dataset }) => dataset === input.dataset) !== i ? `${input.dataset}-${i + 1}.csv` : `${input.dataset}.csv`));
  return sides.map((side, i) => ({ name: names[i]!.replaceAll(/[^\w.-]/g, "_"), rows: [...side].sort(([x], [y]) => (x < y ? -1 : 1)) }));
}
