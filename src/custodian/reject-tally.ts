import type { CsvEncoding } from "./csv/open.ts";
import { NOT_UTF8 } from "./csv/read-records.ts";

/** Rows of one reason that are named. */
const NAMED_ROWS = 5;

/** Rows that are set aside, by the kind of reason: what a run says that fails of them and leaves no rejects file. */
export class RejectTally {
  readonly #kinds = new Map<string, { count: number; rows: number[] }>();

  add(rejects: readonly { row: number; reason: string }[]): void {
    for (const { row, reason } of rejects) {
      const kind = reason.split(":")[0]!; // how many cells there were is each row's own
      const known = this.#kinds.get(kind);
      if (known === undefined) this.#kinds.set(kind, { count: 1, rows: [row] });
      else {
        known.count++;
        if (known.rows.length < NAMED_ROWS) known.rows.push(row);
      }
    }
  }

  /** The most frequent first, with what may mend it. */
  inWords(encoding: CsvEncoding): string {
    const kinds = [...this.#kinds].sort(([, a], [, b]) => b.count - a.count);
    const words = kinds.map(([kind, { count, rows }]) => `${kind} in ${count} (row${count === 1 ? "" : "s"} ${rows.join(", ")}${count > rows.length ? " ..." : ""})`);
    return `${words.join("; ")}${this.#kinds.has(NOT_UTF8) && encoding === "utf-8" ? `; ${EXCEL_ADVICE}` : ""}`;
  }
}

/** The rows that are lost to a wrong encoding are those of people with accents in their names. */
export const EXCEL_ADVICE = "a file from Excel on Windows needs --encoding windows-1252";
