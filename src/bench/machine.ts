import { availableParallelism, cpus, totalmem } from "node:os";
import { toolName } from "../version.ts";

/** The machine that figures were taken on, without its name. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? process.arch;
  return `${model}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}, ${toolName}`;
}
