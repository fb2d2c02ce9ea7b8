import type { Header } from "./header.ts";
import { type Layout, RECORD_ID } from "./layout.ts";

/** Stands in the digest's place while the digest is taken. */
export const EMPTY_DIGEST = "0".repeat(64);
/** Bytes that the header of a page of the Parquet form may take, and more than it does. */
export const LARGEST_PAGE_HEADER = 100;

/** The header of a CSV form as text; with an empty digest it is the last thing that enters the digest. */
export function headerText(header: Header): string {
  return `${JSON.stringify(header, null, 2)}\n`;
}

export function csvColumns(layout: Layout): string[] {
  return [RECORD_ID, layout.nulls, ...layout.filters.map((filter) => filter.name), ...layout.keys, ...layout.buckets, ...layout.tokens, ...layout.person, ...layout.strata];
}

/** Where the header of a CSV form lies. */
export function headerPath(path: string): string {
  return path.replace(/\.csv$/, ".header.json");
}
