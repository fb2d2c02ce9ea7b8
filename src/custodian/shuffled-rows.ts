import { readBytes } from "../output/bytes-at.ts";
import { PartialFile } from "../output/partial-file.ts";

const PARTITION_BYTES = 32 << 20; // a row group; each thread holds one

/** How many partitions rows are drawn into. */
export function partitionCount(rows: number, width: number): number {
  return Math.max(1, Math.ceil((rows * width * 4) / PARTITION_BYTES));
}

/** Where a slice's rows wait, and behind them its key words (see shared-values.ts): `at` is a byte's position in the file. */
export interface WaitingSlice {
  readonly at: number;
  readonly rows: number;
  /** Rows of each partition, one partition after the other. */
  readonly partitions: Uint32Array;
  /** The file's code for each of the slice's, of each stratum (see strata.ts). */
  readonly strata: readonly (readonly number[])[];
}

/** A run of rows of one partition that came from one slice. */
interface Run {
  readonly at: number;
  readonly rows: number;
  readonly strata: WaitingSlice["strata"];
}

/** A partition of the shuffle: its rows in runs, for a thread to read. */
export interface Partition {
  readonly descriptor: number;
  readonly runs: readonly Run[];
  readonly rows: number;
}

/**
 * Rows in, the same rows in random order out, in bounded memory: each row goes to a partition drawn at random (by the thread that encodes it, see hash-slice.ts), each partition is then shuffled by itself (Fisher-Yates, see finish-rows.ts). Both draw from the
 * system's CSPRNG, because the order of the records in a department's file is knowledge about them.
 *
 * Between the two, rows wait in a file beside the output that is a partial like any other: readable for its owner alone, and gone at the end, on a signal, or with the next run. It holds encoded rows before anything is withheld, so that after a killed run it is for the department alone (SECURITY.md). The threads write and read it themselves, each slice in a place of its
 * own: rows that went through the main thread cost it more than all else it does, and kept the others waiting.
 */
export class ShuffledRows {
  readonly #rowBytes: number;
  readonly #keyBytes: number;
  readonly #file: PartialFile;
  readonly #slices: WaitingSlice[] = [];
  #end = 0;

  /** `width`: halves per row; `keys`: key words of each record that wait too; `path`: what the file is called, less the end that makes it a partial. */
  constructor(width: number, keys: number, path: string) {
    this.#rowBytes = width * 4;
    this.#keyBytes = keys * 4;
    this.#file = new PartialFile(path, { force: true });
  }

  get descriptor(): number {
    return this.#file.descriptor;
  }

  /** A place for the rows and keys of so many records, at most. */
  reserve(records: number): number {
    const at = this.#end;
    this.#end += records * (this.#rowBytes + this.#keyBytes);
    return at;
  }

  /** Takes note of a slice that has been written. */
  add(slice: WaitingSlice): void {
    this.#slices.push(slice);
  }

  /** Where each slice's column of a key lies. */
  keyColumns(key: number): { at: number; rows: number }[] {
    return this.#slices.map(({ at, rows }) => ({ at: at + rows * (this.#rowBytes + key * 4), rows }));
  }

  *partitions(): Generator<Partition> {
    const next = this.#slices.map(({ at }) => at);
    for (let p = 0; p < (this.#slices[0]?.partitions.length ?? 0); p++) {
      const runs = this.#slices.map(({ partitions, strata }, s) => {
        const at = next[s]!;
        next[s] = at + partitions[p]! * this.#rowBytes;
        return { at, rows: partitions[p]!, strata };
      });
      const rows = runs.reduce((sum, run) => sum + run.rows, 0);
      if (rows > 0) yield { descriptor: this.descriptor, runs, rows };
    }
  }

  discard(): void {
    this.#file.discard();
  }
}

/** Reads a partition's rows, so many halves wide each. */
export function readPartition({ descriptor, runs }: Partition, width: number, halves: Uint32Array): void {
  let done = halves.byteOffset;
  for (const run of runs) {
    const bytes = new Uint8Array(halves.buffer, done, run.rows * width * 4);
    readBytes(descriptor, bytes, run.at);
    done += bytes.length;
  }
}
