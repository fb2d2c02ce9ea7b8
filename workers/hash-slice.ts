import { workerData } from "node:worker_threads";
import { type HashSetup, sliceHasher } from "../src/custodian/hash-slice.ts";

export default sliceHasher(workerData as HashSetup);
