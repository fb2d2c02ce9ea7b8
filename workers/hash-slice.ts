import { workerData } from "node:worker_threads";
import type { FileFailure, HashReply } from "../src/custodian/hash-reply.ts";
import type { HashSetup, SliceResult } from "../src/custodian/hash-slice.ts";
import { type HashTask, hashThread } from "../src/custodian/hash-thread.ts";
import { moved } from "../src/pool/moved.ts";

const run = hashThread(workerData as HashSetup);

export default async (task: HashTask): Promise<HashReply | FileFailure> => {
  const reply = await run(task);
  if (!("bytes" in task) || "failure" in reply) return reply;
  const { halves, lookup, ownIds, rowNumbers, words } = reply as SliceResult;
  return moved(reply, [halves, lookup, ownIds, rowNumbers, words.values].map(({ buffer }) => buffer));
};
