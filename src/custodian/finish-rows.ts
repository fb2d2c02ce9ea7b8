import { layoutOf } from "../exchange/layout.ts";
import { type HashedForm, ID_HALVES, type RowGroup, rowGroup } from "../exchange/row-group.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { RowKernel } from "../kernel/row-kernel.ts";
import { cutBuckets } from "./bucket-cut.ts";
import { SharedSample } from "./shared-pairs.ts";
import { KeyWithholder, type SharedColumn } from "./shared-values.ts";
import { type Partition, readPartition } from "./shuffled-rows.ts";
import { type StratumColumn, recode } from "./strata.ts";

/** A partition of the shuffle, and what is known when the whole file has been read. */
export interface PartitionTask {
  readonly partition: Partition;
  /** Bits that each bucket keeps. */
  readonly bits: readonly number[];
  readonly strataValues: readonly (readonly string[])[];
  readonly form: HashedForm;
  /** For the pages of a Parquet file; the main thread has it used again when they are written. */
  readonly memory: SharedArrayBuffer;
  /** Values that are withheld, for profiles that do. */
  readonly withheld?: { readonly columns: readonly SharedColumn[]; readonly secret: Uint8Array; readonly records: number };
}

export interface FinishedPartition {
  readonly group: RowGroup;
  readonly shared: SharedSample | undefined;
}

/** Compiles the function that makes row groups of partitions: shared values withheld, buckets cut, rows in random order, laid out for the file. */
export function partitionFinisher(schema: LinkageSchema, strata: readonly StratumColumn[], rowKernel: () => RowKernel): (task: PartitionTask) => FinishedPartition {
  const layout = layoutOf(schema, strata);
  let withholder: KeyWithholder | undefined; // the same for all partitions
  const bucketAt = ID_HALVES + 2 * (layout.words.length - layout.person.length - layout.tokens.length - layout.buckets.length);
  const personAt = layout.person.length === 0 ? undefined : ID_HALVES + 2 * (layout.words.length - 1);
  return ({ partition, bits, strataValues, form, memory, withheld }) => {
    const { runs, rows } = partition;
    const kernel = rowKernel();
    const { width } = kernel.shape;
    kernel.begin(rows);
    if (withheld !== undefined) withholder ??= new KeyWithholder(kernel, withheld.columns, withheld.secret);
    kernel.shuffle();
    const halves = kernel.halves();
    readPartition(partition, width, halves);
    let end = 0;
    if (strata.length > 0) for (const run of runs) recode(halves.subarray(end * width, (end += run.rows) * width), width, run.strata);
    const shared = withheld && new SharedSample(layout.keys.length, withheld.records);
    withholder?.withhold(shared!, personAt);
    for (let row = 0; row < rows; row++) cutBuckets(halves, row * width + bucketAt, bits);
    return { group: rowGroup(form, layout, { halves, rows, order: kernel.order(), strataValues, lay: (ids, pages) => kernel.lay(ids, pages), memory }), shared };
  };
}
