import { stat } from "node:fs/promises";
import { SaltlinkError, fileError, isFileError } from "../errors.ts";
import type { HashedFile } from "./hashed-file.ts";
import { openParquetForm } from "./parquet-form.ts";

export type { HashedFile } from "./hashed-file.ts";

/**
 * Opens a hashed file, Parquet or CSV, and checks every byte of it against its digest; `later`: when whoever opens it calls `verify`. What is read until then may be anything, from places within the file.
 * @throws SaltlinkError (input) for a file that is not ours, cut short or changed; (mismatch) for another format version.
 */
export async function openHashedFile(path: string, { later = false } = {}): Promise<HashedFile> {
  try {
    // before it is opened: opening a pipe waits for whoever writes into it, and no signal ends that
    if (!(await stat(path)).isFile()) throw new SaltlinkError("input", `${path} is not a regular file`);
    return path.endsWith(".csv") ? await (await import("./csv-form.ts")).openCsvForm(path) : await openParquetForm(path, later);
  } catch (error) {
    if (isFileError(error)) throw fileError(error, "read", path);
    throw error;
  }
}
