/**
 * Strata: what a department tells of each record so that quality can be judged by subgroup (sex, region, free school meals ...). They travel in clear, at their owner's choice; they take no part in matching, nor in the schema, and
 * two files may carry different ones. Few values and short ones: a stratum is a class of people, not a description of one.
 */
export const MOST_STRATA = 8;
export const MOST_STRATUM_VALUES = 50;
export const LONGEST_STRATUM_VALUE = 40;
/** Of a value in UTF-8. */
export const MOST_STRATUM_BYTES = 4 * LONGEST_STRATUM_VALUE;

/** A value as it may stand in a file: nothing that steers a terminal or that a spreadsheet takes for a formula; "" is no value, it is missing. */
export function isStratumValue(text: string): boolean {
  return text.length <= LONGEST_STRATUM_VALUE && /^[^\p{C}\p{Z}=+\-@](?:[^\p{C}\p{Zl}\p{Zp}]*[^\p{C}\p{Z}])?$/u.test(text);
}

/** The name of a column as that of a stratum: `Free school meals` is `free_school_meals`. Undefined where nothing is left of it. */
export function stratumName(column: string): string | undefined {
  const name = column.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_|_$/g, "");
  return STRATUM_NAME.test(name) ? name : undefined;
}

export const STRATUM_NAME = /^[a-z0-9][a-z0-9_]{0,39}$/;

/** A stratum in the header of a file: its values in order, with the number of records that have each; the others have none. */
export interface Stratum {
  name: string;
  values: { value: string; records: number }[];
}
export type Strata = Stratum[];

/** What about strata does not fit in a file of so many rows: a name or value twice, values out of order, more records than there are. */
export function strataFit(strata: Strata, rows: number): boolean {
  const ascending = (texts: readonly string[]): boolean => texts.every((text, i) => i === 0 || texts[i - 1]! < text);
  return (
    new Set(strata.map(({ name }) => name)).size === strata.length &&
    strata.every(({ values }) => ascending(values.map(({ value }) => value)) && values.reduce((sum, { records }) => sum + records, 0) <= rows)
  );
}

/** Records of a stratum by code: 0 for those without a value, i + 1 for the value at i. */
export function recordsByCode({ values }: Stratum, rows: number): number[] {
  const counts = values.map(({ records }) => records);
  return [rows - counts.reduce((sum, records) => sum + records, 0), ...counts];
}
