import { randomFillSync } from "node:crypto";
import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { fileError } from "../errors.ts";
import { type RowBlock } from "../exchange/write-hashed-file.ts";

const PARTITION_BYTES = 48 << 20;
const MEMORY_BYTES = 256 << 20;

interface Partition {
  /** Full buffers that are still in memory. */
  blocks: Uint32Array[];
  rows: number;
  /** Bytes in its file. */
  spilled: number;
  descriptor: number | undefined;
  buffer: Uint32Array;
  filled: number;
}

/**
 * Rows in, the same rows in random order out, in bounded memory: each row goes to a partition drawn at random, each partition is then shuffled by itself (Fisher-Yates). Both draw from the
 * system's CSPRNG, because the order of the records in a department's file is knowledge about them. What does not fit in memory waits in one file per partition beside the output:
 * encoded rows only, removed at the end or with the partial.
 */
export class ShuffledRows {
  readonly #width: number;
  readonly #spillPath: string;
  readonly #partitions: Partition[];
  #heldBytes = 0;
  #draws = new Uint32Array(0);
  #drawn = 0;

  /** `width`: halves per row; `expectedRows` sizes the partitions; `spillPath`: prefix of the spill files. */
  constructor(width: number, expectedRows: number, spillPath: string) {
    this.#width = width;
    this.#spillPath = spillPath;
    const count = Math.max(1, Math.ceil((expectedRows * width * 4) / PARTITION_BYTES));
    this.#partitions = Array.from({ length: count }, () => ({ blocks: [], rows: 0, spilled: 0, descriptor: undefined, buffer: new Uint32Array(0), filled: 0 }));
  }

  add(halves: Uint32Array, rows: number): void {
    for (let row = 0; row < rows; row++) {
      const partition = this.#partitions[this.#partitions.length === 1 ? 0 : this.#below(this.#partitions.length)]!;
      if (partition.filled === partition.buffer.length) {
        if (partition.filled > 0) this.#hold(partition);
        partition.buffer = new Uint32Array(this.#width * 512);
        partition.filled = 0;
      }
      copyRow(halves, row * this.#width, partition.buffer, partition.filled, this.#width);
      partition.filled += this.#width;
      partition.rows++;
    }
  }

  #hold(partition: Partition): void {
    partition.blocks.push(partition.buffer);
    this.#heldBytes += partition.buffer.byteLength;
    if (this.#heldBytes > MEMORY_BYTES) this.#spill();
  }

  #spill(): void {
    this.#partitions.forEach((partition, index) => {
      const path = `${this.#spillPath}.${index}`;
      try {
        partition.descriptor ??= openSync(path, "wx+", 0o600);
        for (const block of partition.blocks) {
          const bytes = new Uint8Array(block.buffer);
          for (let done = 0; done < bytes.length; ) done += writeSync(partition.descriptor, bytes, done, bytes.length - done, partition.spilled + done);
          partition.spilled += bytes.length;
        }
      } catch (error) {
        throw fileError(error, "write beside", this.#spillPath);
      }
      partition.blocks = [];
    });
    this.#heldBytes = 0;
  }

  /** The partitions, shuffled, one after the other. Can be read once. */
  *blocks(): Generator<RowBlock> {
    for (const partition of this.#partitions) {
      if (partition.rows === 0) continue;
      const halves = new Uint32Array(partition.rows * this.#width);
      if (partition.descriptor !== undefined) {
        const bytes = new Uint8Array(halves.buffer, 0, partition.spilled);
        for (let done = 0; done < bytes.length; ) done += readSync(partition.descriptor, bytes, done, bytes.length - done, done);
      }
      let at = partition.spilled / 4;
      for (const block of partition.blocks) {
        halves.set(block, at);
        at += block.length;
      }
      halves.set(partition.buffer.subarray(0, partition.filled), at);
      partition.blocks = [];
      partition.buffer = new Uint32Array(0);
      yield { halves: this.#shuffled(halves, partition.rows), rows: partition.rows };
    }
  }

  /** Draws the order first, so that every row moves once. */
  #shuffled(halves: Uint32Array, rows: number): Uint32Array {
    const width = this.#width;
    const order = Uint32Array.from({ length: rows }, (_, row) => row);
    for (let last = rows - 1; last > 0; last--) {
      const other = this.#below(last + 1);
      const held = order[last]!;
      order[last] = order[other]!;
      order[other] = held;
    }
    const moved = new Uint32Array(halves.length);
    for (let row = 0; row < rows; row++) copyRow(halves, order[row]! * width, moved, row * width, width);
    return moved;
  }

  /** A uniform integer below `bound`: rejection removes the bias of the remainder. */
  #below(bound: number): number {
    const limit = Math.floor(4294967296 / bound) * bound;
    while (true) {
      if (this.#drawn === this.#draws.length) {
        this.#draws = randomFillSync(new Uint32Array(16384));
        this.#drawn = 0;
      }
      const draw = this.#draws[this.#drawn++]!;
      if (draw < limit) return draw % bound;
    }
  }

  /** Removes the spill files. */
  close(): void {
    this.#partitions.forEach((partition, index) => {
      if (partition.descriptor === undefined) return;
      closeSync(partition.descriptor);
      rmSync(`${this.#spillPath}.${index}`, { force: true });
      partition.descriptor = undefined;
    });
  }
}

/** A loop: for a few hundred bytes it takes half the time of a view and `set`. */
function copyRow(from: Uint32Array, at: number, to: Uint32Array, target: number, width: number): void {
  for (let i = 0; i < width; i++) to[target + i] = from[at + i]!;
}
