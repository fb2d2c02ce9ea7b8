import { closeSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { SaltlinkError, fileError } from "../errors.ts";
import { type RowBlock } from "../exchange/row-group.ts";
import { claimPartial, discardPartial } from "../output/partial-file.ts";

const PARTITION_BYTES = 32 << 20; // a row group; each thread holds two or three
const MEMORY_BYTES = 64 << 20; // what is held is given back only when all of it is written, and writing itself takes most of the memory

interface Partition {
  /** Runs of rows that are still in memory. */
  runs: Uint32Array[];
  rows: number;
  /** Bytes in its file. */
  spilled: number;
  descriptor: number | undefined;
}

/** How many partitions rows are drawn into. */
export function partitionCount(rows: number, width: number): number {
  return Math.max(1, Math.ceil((rows * width * 4) / PARTITION_BYTES));
}

/**
 * Rows in, the same rows in random order out, in bounded memory: each row goes to a partition drawn at random (by the thread that encodes it, see hash-slice.ts), each partition is then shuffled by itself (Fisher-Yates, see finish-rows.ts). Both draw from the
 * system's CSPRNG, because the order of the records in a department's file is knowledge about them. What does not fit in memory waits in one file per partition, in a
 * directory beside the output that is a partial like any other: encoded rows only, and they go at the end, on a signal, or with the next run.
 */
export class ShuffledRows {
  readonly #width: number;
  readonly #path: string;
  readonly #spills: string;
  readonly #memoryBytes: number;
  readonly #partitions: Partition[];
  #heldBytes = 0;
  #spilled = false;

  /** `width`: halves per row; `path`: what the directory of the spill files is called, less the end that makes it a partial. */
  constructor(width: number, partitions: number, path: string, memoryBytes = MEMORY_BYTES) {
    this.#width = width;
    this.#path = path;
    this.#memoryBytes = memoryBytes;
    this.#spills = claimPartial(path, true);
    this.#partitions = Array.from({ length: partitions }, () => ({ runs: [], rows: 0, spilled: 0, descriptor: undefined }));
  }

  /** Keeps rows as they are, `counts` of them for each partition, one after the other. */
  add(halves: Uint32Array, counts: Uint32Array): void {
    let start = 0;
    this.#partitions.forEach((partition, index) => {
      const rows = counts[index]!;
      if (rows === 0) return;
      const end = start + rows * this.#width;
      partition.runs.push(halves.subarray(start, end));
      partition.rows += rows;
      start = end;
    });
    this.#heldBytes += halves.byteLength;
    if (this.#heldBytes > this.#memoryBytes) this.#spill();
  }

  #spill(): void {
    try {
      if (!this.#spilled) mkdirSync(this.#spills, { mode: 0o700 }); // not where somebody has put something meanwhile
      this.#spilled = true;
    } catch (error) {
      throw fileError(error, "write", this.#path);
    }
    this.#partitions.forEach((partition, index) => {
      try {
        partition.descriptor ??= openSync(join(this.#spills, String(index)), "wx+", 0o600);
        for (const run of partition.runs) {
          const bytes = new Uint8Array(run.buffer, run.byteOffset, run.byteLength);
          for (let done = 0; done < bytes.length; ) done += writeSync(partition.descriptor, bytes, done, bytes.length - done, partition.spilled + done);
          partition.spilled += bytes.length;
        }
      } catch (error) {
        throw fileError(error, "write", this.#path);
      }
      partition.runs = [];
    });
    this.#heldBytes = 0;
  }

  /** The partitions one after the other, each in memory that threads share; their rows are still to be put in random order. Can be read once. `buffers`: after so many blocks the memory of the first is used again. */
  *blocks(buffers = Infinity): Generator<RowBlock> {
    const largest = Math.max(0, ...this.#partitions.map(({ rows }) => rows * this.#width * 4));
    const used: SharedArrayBuffer[] = [];
    let block = 0;
    for (const partition of this.#partitions) {
      if (partition.rows === 0) continue;
      const halves = new Uint32Array((used[block++ % buffers] ??= new SharedArrayBuffer(largest)), 0, partition.rows * this.#width);
      if (partition.descriptor !== undefined) {
        const bytes = new Uint8Array(halves.buffer, 0, partition.spilled);
        for (let done = 0, read = 0; done < bytes.length; done += read) {
          read = readSync(partition.descriptor, bytes, done, bytes.length - done, done);
          if (read === 0) throw new SaltlinkError("io", `a file beside ${this.#path} was cut short while it was in use`);
        }
      }
      let at = partition.spilled / 4;
      for (const run of partition.runs) {
        halves.set(run, at);
        at += run.length;
      }
      partition.runs = [];
      yield { halves, rows: partition.rows };
    }
  }

  /** Removes the spill files. */
  discard(): void {
    for (const partition of this.#partitions) {
      if (partition.descriptor !== undefined) closeSync(partition.descriptor);
      partition.descriptor = undefined;
    }
    discardPartial(this.#spills);
  }
}
