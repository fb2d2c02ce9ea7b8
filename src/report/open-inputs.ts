import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { SaltlinkError } from "../errors.ts";
import { type HashedFile, openHashedFile } from "../exchange/read-hashed-file.ts";
import type { Manifest } from "./run-directory.ts";

/**
 * Opens the hashed files that a run linked.
 *
 * @param moved where they are now, if not where they were
 * @throws SaltlinkError (usage, mismatch) when they are others
 */
export async function openInputs(run: string, { inputs }: Manifest, moved?: readonly string[]): Promise<HashedFile[]> {
  if (moved !== undefined && moved.length !== inputs.length) throw new SaltlinkError("usage", `the run has ${inputs.length} inputs, --inputs names ${moved.length}`);
  const files: HashedFile[] = [];
  try {
    for (const [i, input] of inputs.entries()) {
      const path = moved?.[i] ?? resolve(run, input.path);
      if (!existsSync(path)) throw new SaltlinkError("usage", moved === undefined ? `${path}, which the run linked, is not there; if it has moved since, name where the files are now with --inputs` : `${path}: no such file`);
      const file = await openHashedFile(path);
      files.push(file);
      if (file.header.contentDigest !== input.contentDigest) throw new SaltlinkError("mismatch", `${file.path} is not the file that was linked (its digest differs); name the right one with --inputs`);
    }
    return files;
  } catch (error) {
    for (const file of files) await file.close();
    throw error;
  }
}
