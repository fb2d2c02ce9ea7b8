import { workerData } from "node:worker_threads";
import { type PartitionTask, partitionFinisher } from "../src/custodian/finish-rows.ts";
import { type HashSetup, type SliceResult, type SliceTask, sliceHasher } from "../src/custodian/hash-slice.ts";
import { type SharedColumn, type SharedTask, sharedValues } from "../src/custodian/shared-values.ts";
import { type PairsTask, randomPairs } from "../src/custodian/value-statistics.ts";
import { moved } from "../src/pool/moved.ts";

const setup = workerData as HashSetup;
const hash = sliceHasher(setup);
const finish = partitionFinisher(setup.schema, setup.strata);

export default async (task: SliceTask | SharedTask | PartitionTask | PairsTask): Promise<SliceResult | SharedColumn | ReturnType<typeof finish> | ReturnType<typeof randomPairs>> => {
  if ("sampled" in task) return randomPairs(setup.schema, task.plan, setup.sketches, task.sampled);
  if ("key" in task) return sharedValues(task);
  if ("bits" in task) {
    const group = finish(task);
    return moved(group, [...new Set(group.pages.map(({ buffer }) => buffer))]);
  }
  const result = await hash(task);
  return moved(result, [result.halves, result.lookup, result.ownIds, result.rowNumbers, result.words.values].map(({ buffer }) => buffer));
};
