import { getSystemErrorName } from "node:util";
import { SaltlinkError, fileError } from "../errors.ts";
import type { Header } from "./header.ts";
import type { Layout } from "./layout.ts";
import { IDS } from "./record-ids.ts";
import { type Stratum, recordsByCode } from "./strata.ts";
import type { ReadWords, WordPlaces } from "./word-places.ts";
import { type WrittenContent, isAsWritten } from "./written-content.ts";

/** A hashed file that has been checked: its header is whole and its content is what was written. */
export interface HashedFile {
  readonly path: string;
  readonly header: Header;
  readonly layout: Layout;
  /**
   * Checks the content against the digest in the header; nothing is left to do if that was done when the file was opened. `check`: where to run `isAsWritten` instead of here.
   * @throws SaltlinkError (input) where the content is not what was written
   */
  verify(check?: (content: WrittenContent) => Promise<number>): Promise<void>;
  /** Where the words lie in a Parquet file; a CSV is held in memory, and there are none. */
  readonly places: WordPlaces | undefined;
  /** Reads words of a column from row `from` on, eight bytes each, until `target` is full. */
  readonly readWords: ReadWords;
  /** Reads one word column. `target` has room for all rows. */
  readColumn(name: string, target: BigInt64Array): Promise<void>;
  /** Record ids as text, 32 characters a row, one after the other. @throws SaltlinkError (input) where they are not such as saltlink makes */
  readRecordIds(): Promise<Buffer>;
  /** Reads the stratum at `index` of the header: for every row 0 where it is missing, else one more than the place of its value. */
  readStratum(index: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** The header's counts are those of the column. */
export function checkStratum(stratum: Stratum, codes: Uint8Array, path: string): void {
  const counts = recordsByCode(stratum, 0).fill(0);
  for (const code of codes) counts[code]!++;
  if (recordsByCode(stratum, codes.length).some((records, code) => records !== counts[code])) throw damaged(path);
}

/** A header cannot claim more rows than its file has bytes for: memory is reserved by it. */
export function checkSize(header: Header, layout: Layout, size: number, path: string): void {
  if (header.rows * (32 + 8 * (layout.words.length - 1)) > size) throw damaged(path);
}

/** @throws SaltlinkError (input) where record ids could not be read, or are not such as saltlink makes */
export function refuse(outcome: number, path: string): void {
  if (outcome === IDS.repeated) throw new SaltlinkError("input", `${path}: two of its records have the same record id; hash again`);
  if (outcome !== IDS.fine) throw damaged(path);
}

/** @throws SaltlinkError (input) where the content is not what was written, or what befell whoever read it */
export async function verifyContent(content: WrittenContent, check: (content: WrittenContent) => Promise<number> = isAsWritten): Promise<void> {
  const outcome = await check(content);
  if (outcome < 0) throw fileError({ code: getSystemErrorName(outcome) }, "read", content.path);
  if (outcome === 0) throw damaged(content.path);
}

export function damaged(path: string): SaltlinkError {
  return new SaltlinkError("input", `${path} is damaged or was changed after it was written; copy it again, or hash again`);
}
