import type { EqualityColumn } from "./equality-structure.ts";

/** What the counts of a column's values tell without any attack. */
export interface TokenShape {
  readonly column: string;
  readonly kind: EqualityColumn["kind"];
  readonly distinct: number;
  /** Records with the most frequent value. */
  readonly top: number;
  /** Records whose value another record has too. */
  readonly shared: number;
}

export function tokenShape({ name, kind, sizes }: EqualityColumn): TokenShape {
  let [distinct, top, shared] = [0, 0, 0];
  for (const size of sizes) {
    if (size === 0) continue;
    distinct++;
    top = Math.max(top, size);
    if (size > 1) shared += size;
  }
  return { column: name, kind, distinct, top, shared };
}
