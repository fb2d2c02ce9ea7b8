import { workerData } from "node:worker_threads";
import { type KernelCall, callKernel, linkKernel } from "../src/kernel/link-kernel.ts";
import { type LoadTask, runLoadTask } from "../src/linkage/load-columns.ts";

const memory = workerData as WebAssembly.Memory;
const kernel = linkKernel(memory);

export default (task: KernelCall | LoadTask): number => ("load" in task ? runLoadTask(kernel, memory, task) : callKernel(kernel, task));
