import { isUtf8 } from "node:buffer";
import { parseRecords } from "./parse.ts";

/** Why a row with a damaged character cannot be read. */
export const NOT_UTF8 = "bytes that are not valid UTF-8";

/** The cells of each record of a slice, or why it cannot be read: only what is wrong is set aside. */
export function readRecords(bytes: Uint8Array, delimiter: string): (string[] | string)[] {
  // every damaged character becomes U+FFFD and none takes a delimiter or line end with it
  const damaged = !isUtf8(bytes);
  return parseRecords(utf8.decode(bytes), delimiter).map((cells) => {
    if (cells === undefined) return "text after a closing quote";
    return damaged && cells.some((cell) => cell.includes("\ufffd")) ? NOT_UTF8 : cells;
  });
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
