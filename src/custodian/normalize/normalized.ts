/** What normalization makes of one field of one record. */
export interface Normalized {
  /** The field's views by name (see schema/field-kinds.ts); absent when the field is missing. A view may be missing by itself (a day without a month). */
  views?: { [view: string]: string };
  /** Why a value that was there is treated as missing. */
  problem?: "placeholder" | "unusable";
}
