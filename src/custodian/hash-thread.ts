import { isFileError } from "../errors.ts";
import { layoutOf } from "../exchange/layout.ts";
import { halvesPerRow } from "../exchange/row-group.ts";
import { writeBytes } from "../output/bytes-at.ts";
import { type PartitionTask, partitionFinisher } from "./finish-rows.ts";
import type { FileFailure, HashReply } from "./hash-reply.ts";
import { RowKernel, type RowShape } from "../kernel/row-kernel.ts";
import { type HashSetup, type SliceResult, type SliceTask, firstKeyHalf, sliceHasher } from "./hash-slice.ts";
import { type SharedTask, sharedInColumn } from "./shared-values.ts";
import { type PairsTask, randomPairs } from "./value-statistics.ts";

/** A slice, and where its rows and keys are to wait (see shuffled-rows.ts); without, rows go along with the reply (the audit). */
export interface RowsTask extends SliceTask {
  readonly waits?: { readonly descriptor: number; readonly at: number };
}

export type HashTask = RowsTask | SharedTask | PartitionTask | PairsTask;

/** What a thread of `hash` does: slices first, then keys, then partitions. */
export function hashThread(setup: HashSetup): (task: HashTask) => Promise<HashReply | FileFailure> {
  const slices = sliceHasher(setup);
  const layout = layoutOf(setup.schema, setup.strata);
  const shape: RowShape = { width: halvesPerRow(layout), words: layout.words.length, firstKey: firstKeyHalf(setup.plan), keys: layout.keys.length };
  let kernel: RowKernel | undefined;
  const rows = (): RowKernel => (kernel ??= new RowKernel(shape));
  const finish = partitionFinisher(setup.schema, setup.strata, rows);
  const run = async (task: HashTask): Promise<HashReply> => {
    if ("sampled" in task) return randomPairs(setup.schema, task.plan, setup.sketches, task.sampled);
    if ("keyColumn" in task) return sharedInColumn(rows(), task);
    if ("partition" in task) return finish(task);
    const reply = placed(await slices.hash(task), task.waits);
    slices.count();
    return reply;
  };
  return async (task) => {
    try {
      return await run(task);
    } catch (error) {
      if (isFileError(error)) return { failure: error.code! };
      throw error;
    }
  };
}

/** A slice's result as it goes to the main thread: its rows and keys are written where they are to wait, or rows alone go along. */
function placed(result: SliceResult, waits: RowsTask["waits"]): SliceResult {
  const { halves, keys } = result;
  const none = new Uint32Array(0);
  if (waits === undefined) return { ...result, keys: none, halves: halves.slice() };
  writeBytes(waits.descriptor, new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength), waits.at);
  writeBytes(waits.descriptor, new Uint8Array(keys.buffer, keys.byteOffset, keys.byteLength), waits.at + halves.byteLength);
  return { ...result, keys: none, halves: none };
}
