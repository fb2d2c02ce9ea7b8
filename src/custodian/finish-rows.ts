import { layoutOf } from "../exchange/layout.ts";
import { type HashedForm, ID_HALVES, type RowGroup, halvesPerRow, rowGroup } from "../exchange/row-group.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { cutBuckets } from "./bucket-cut.ts";
import { randomOrder } from "./secret-draws.ts";
import type { StratumColumn } from "./strata.ts";

/** The rows of one partition of the shuffle, in memory that threads share. */
export interface PartitionTask {
  readonly halves: Uint32Array;
  readonly rows: number;
  /** Bits that each bucket keeps. */
  readonly bits: readonly number[];
  readonly strataValues: readonly (readonly string[])[];
  readonly form: HashedForm;
}

/** Compiles the function that makes row groups of partitions: buckets cut, rows in random order, laid out for the file. */
export function partitionFinisher(schema: LinkageSchema, strata: readonly StratumColumn[]): (task: PartitionTask) => RowGroup {
  const layout = layoutOf(schema, strata);
  const width = halvesPerRow(layout);
  const bucketAt = ID_HALVES + 2 * (layout.words.length - layout.tokens.length - layout.buckets.length);
  return ({ halves, rows, bits, strataValues, form }) => {
    for (let row = 0; row < rows; row++) cutBuckets(halves, row * width + bucketAt, bits);
    return rowGroup(form, layout, { halves, rows, order: randomOrder(rows), strataValues });
  };
}
