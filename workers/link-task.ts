import { workerData } from "node:worker_threads";
import { type KernelCall, callKernel, linkKernel } from "../src/kernel/link-kernel.ts";

const kernel = linkKernel(workerData as WebAssembly.Memory);

export default (call: KernelCall): number => callKernel(kernel, call);
