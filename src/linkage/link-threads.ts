import { Pool } from "../pool/pool.ts";
import type { LinkPool } from "./record-store.ts";
import { SharedMemory } from "./shared-memory.ts";

/** Threads for one linkage, and the memory that they share. */
export interface LinkThreads {
  readonly memory: SharedMemory;
  readonly pool: LinkPool;
}

/** Starts threads before it is known what they work on: they load their code meanwhile. */
export function startLinkThreads(count: number): LinkThreads {
  const memory = new SharedMemory();
  return { memory, pool: new Pool("link-task", count, memory.memory, 2) };
}
