/**
 * Who in a department's file is one person. Of several records of a person one stands for all: only that one is encoded. The others are sent as ids that belong to it, with nothing by which they could be compared: what records of
 * one person share, and where they differ, would tell people apart by its pattern.
 */
export interface OwnPeople {
  /** By row of the CSV: 0 for the only record of a person, else the person's number, and OTHER added where another record stands for the person. Shared by threads. */
  readonly of: Uint32Array;
  /** People of whom there are several records. */
  readonly several: number;
  /** Of their pairs of records the estimated share that is right, those that were missed, and the standard deviation of the logarithm of that. */
  readonly precision: number;
  readonly missed: number;
  readonly missedLogSd: number;
}

/** Added to the number of a person for whom another record stands. */
export const OTHER = 2 ** 31;
