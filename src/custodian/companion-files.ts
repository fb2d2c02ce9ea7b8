/** The file beside a hashed one that turns its record ids back into the department's own; it stays at home. */
export function lookupPath(hashed: string): string {
  return `${withoutEnding(hashed)}.lookup.csv`;
}

/** The file beside a hashed one that names the rows that were set aside. */
export function rejectsPath(hashed: string): string {
  return `${withoutEnding(hashed)}.rejects.csv`;
}

/** A hashed file's name without what says its form. */
export function withoutEnding(hashed: string): string {
  return hashed.replace(/\.(parquet|csv)$/, "");
}
