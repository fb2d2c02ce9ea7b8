import { workerData } from "node:worker_threads";
import { type HashSetup, type SliceResult, type SliceTask, sliceHasher } from "../src/custodian/hash-slice.ts";
import { moved } from "../src/pool/moved.ts";

const hash = sliceHasher(workerData as HashSetup);

export default async (task: SliceTask): Promise<SliceResult> => {
  const result = await hash(task);
  return moved(result, [result.halves, result.lookup, result.ownIds, result.rowNumbers, result.words.values].map(({ buffer }) => buffer));
};
