import { workerData } from "node:worker_threads";
import type { HashSetup } from "../src/custodian/hash-slice.ts";
import { hashThread } from "../src/custodian/hash-thread.ts";

export default hashThread(workerData as HashSetup);
