import { fsyncSync, writeSync } from "node:fs";
import type { LinkKernel } from "../kernel/link-kernel.ts";

/** What rows of a links file are made of: two record ids, the cluster if there are any, and a text. Addresses in shared memory; those of links have one entry for each, in the order of the file (kernel/assembly/link-rows.ts). */
export interface LinkRowsContent {
  /** Packed record ids of each file. */
  readonly idsA: number;
  readonly idsB: number;
  /** Rows of the linked records. */
  readonly rowsA: number;
  readonly rowsB: number;
  /** 0 where there are none. */
  readonly clusters: number;
  /** What follows, line break included: all texts one after the other, and 15 bytes more; where each begins, and the last ends; and which each link has. */
  readonly texts: number;
  readonly starts: number;
  readonly textOf: number;
}

/** Some rows, for a thread to make and to write where they belong. */
export interface LinkRowsTask extends LinkRowsContent {
  readonly descriptor: number;
  /** Where in the file the first row goes. */
  readonly position: number;
  readonly from: number;
  readonly to: number;
  /** A u32, and LINK_ROWS_BUFFER bytes. */
  readonly cursor: number;
  readonly buffer: number;
}

export const LINK_ROWS_BUFFER = 1 << 20;

/** @returns 1, or where it could not be written the system's error number, which is negative */
export function writeLinkRows(kernel: LinkKernel, memory: WebAssembly.Memory, task: LinkRowsTask): number {
  const { descriptor, from, to, idsA, idsB, rowsA, rowsB, clusters, texts, starts, textOf, buffer } = task;
  const [cursor, bytes] = [new Uint32Array(memory.buffer, task.cursor, 1), new Uint8Array(memory.buffer, buffer, LINK_ROWS_BUFFER)];
  let { position } = task;
  cursor[0] = from;
  try {
    while (cursor[0] < to) {
      const size = kernel.writeLinks(idsA, idsB, rowsA, rowsB, clusters, texts, starts, textOf, task.cursor, to, buffer, LINK_ROWS_BUFFER);
      for (let done = 0; done < size; ) done += writeSync(descriptor, bytes, done, size - done, position + done);
      position += size;
    }
    // here rather than when the file gets its name: the main thread has other work meanwhile
    fsyncSync(descriptor);
    return 1;
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    if (errno === undefined) throw error;
    return errno;
  }
}
