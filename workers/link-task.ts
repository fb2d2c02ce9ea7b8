import { workerData } from "node:worker_threads";
import { type KernelCall, callKernel, linkKernel } from "../src/kernel/link-kernel.ts";
import { type JoinTask, runJoinTask } from "../src/linkage/join-columns.ts";
import { type LinkRowsTask, writeLinkRows } from "../src/linkage/link-rows.ts";
import { type LoadTask, runLoadTask } from "../src/linkage/load-columns.ts";
import { type RecordIdsTask, packRecordIds } from "../src/linkage/load-record-ids.ts";

const memory = workerData as WebAssembly.Memory;
const kernel = linkKernel(memory);

export default (task: KernelCall | LoadTask | JoinTask | RecordIdsTask | LinkRowsTask): number | Promise<number> => {
  if ("load" in task) return task.load === "ids" ? packRecordIds(kernel, memory, task) : runLoadTask(kernel, memory, task);
  if ("join" in task) return runJoinTask(kernel, memory, task);
  return "descriptor" in task ? writeLinkRows(kernel, memory, task) : callKernel(kernel, task);
};
