import { fileError, isFileError } from "../errors.ts";
import type { Header } from "../exchange/header.ts";
import { writeBytes } from "../output/bytes-at.ts";
import { moved } from "../pool/moved.ts";
import { type FinishedPartition, type PartitionTask, partitionFinisher } from "./finish-rows.ts";
import { type HashSetup, type SliceResult, type SliceTask, firstKeyHalf, sliceHasher } from "./hash-slice.ts";
import { type SharedColumn, type SharedTask, sharedInColumn } from "./shared-values.ts";
import { type PairsTask, randomPairs } from "./value-statistics.ts";

export type HashTask = SliceTask | SharedTask | PartitionTask | PairsTask;
export type HashReply = SliceResult | SharedColumn | FinishedPartition | Header["randomPairs"];

/** What the file system said no with: an error loses its code between threads. */
interface FileFailure {
  readonly failure: string;
}

/** What a thread of `hash` does: slices first, then keys, then partitions. */
export function hashThread(setup: HashSetup): (task: HashTask) => Promise<HashReply | FileFailure> {
  const hash = sliceHasher(setup);
  const finish = partitionFinisher(setup.schema, setup.strata, firstKeyHalf(setup.plan));
  const run = async (task: HashTask): Promise<HashReply> => {
    if ("sampled" in task) return randomPairs(setup.schema, task.plan, setup.sketches, task.sampled);
    if ("keyColumn" in task) return sharedInColumn(task);
    if ("partition" in task) return finish(task);
    return sent(await hash(task), task.waits);
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
function sent(result: SliceResult, waits: SliceTask["waits"]): SliceResult {
  const none = new Uint32Array(0);
  if (waits !== undefined) {
    const { halves, keys } = result;
    writeBytes(waits.descriptor, new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength), waits.at);
    writeBytes(waits.descriptor, new Uint8Array(keys.buffer), waits.at + halves.byteLength);
  }
  const reply = { ...result, keys: none, halves: waits === undefined ? result.halves.slice() : none };
  return moved(reply, [reply.halves, reply.lookup, reply.ownIds, reply.rowNumbers, reply.words.values].map(({ buffer }) => buffer));
}

/** @throws SaltlinkError (io) for what the file system refused a thread that works for `path`. */
export function replyOf(reply: HashReply | FileFailure, path: string): HashReply {
  if ("failure" in reply && typeof reply.failure === "string") throw fileError({ code: reply.failure }, "write", path);
  return reply as HashReply;
}
