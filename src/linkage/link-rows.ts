import { writeSync } from "node:fs";
import { ID_LENGTH } from "../exchange/record-ids.ts";

/**
 * Some rows of a links file, for a thread to make and to write where they belong: two record ids, the cluster if there are any, and a text. All arrays are in memory that threads share, and those of links have one entry for each, in the
 * order of the file.
 */
export interface LinkRowsTask {
  readonly descriptor: number;
  /** Where in the file the first row goes. */
  readonly position: number;
  readonly from: number;
  readonly to: number;
  /** Record ids of each file. */
  readonly idsA: Uint8Array;
  readonly idsB: Uint8Array;
  /** Rows of the linked records. */
  readonly rowsA: Uint32Array;
  readonly rowsB: Uint32Array;
  readonly clusters: Uint32Array | undefined;
  /** What follows, line break included: all texts one after the other, and three bytes more; where each begins, and the last ends; and which each link has. */
  readonly texts: Uint8Array;
  readonly starts: Uint32Array;
  readonly textOf: Uint32Array;
}

const BUFFER = 1 << 20;
const GATHERED = 1 << 14; // links whose ids are fetched at a time
const LONGEST_NUMBER = 11; // of a cluster, and its comma
const COMMA = ",".charCodeAt(0);

/** @returns 1, or where it could not be written the system's error number, which is negative */
export function writeLinkRows(task: LinkRowsTask): number {
  const { descriptor, from, to, clusters, starts, textOf } = task;
  const buffer = Buffer.allocUnsafeSlow(BUFFER);
  const target = viewOf(buffer);
  const texts = viewOf(task.texts);
  let { position } = task;
  let at = 0;
  const flush = (): void => {
    for (let done = 0; done < at; ) done += writeSync(descriptor, buffer, done, at - done, position + done);
    position += at;
    at = 0;
  };
  try {
    for (let first = from; first < to; first += GATHERED) {
      const end = Math.min(first + GATHERED, to);
      const [idsA, idsB] = [viewOf(gather(task.idsA, task.rowsA.subarray(first, end))), viewOf(gather(task.idsB, task.rowsB.subarray(first, end)))];
      for (let link = first, id = 0; link < end; link++, id += ID_LENGTH) {
        const text = starts[textOf[link]!]!;
        const length = starts[textOf[link]! + 1]! - text;
        if (at + 2 * (ID_LENGTH + 1) + LONGEST_NUMBER + length + 3 > BUFFER) flush();
        copyId(target, at, idsA, id);
        buffer[(at += ID_LENGTH)] = COMMA;
        copyId(target, ++at, idsB, id);
        buffer[(at += ID_LENGTH)] = COMMA;
        at++;
        if (clusters !== undefined) at += buffer.write(`${clusters[link]!},`, at, "latin1");
        // by words, and up to three bytes more: for so few, Buffer.copy takes ten times as long and single bytes four times
        for (let i = 0; i < length; i += 4) target.setUint32(at + i, texts.getUint32(text + i));
        at += length;
      }
    }
    flush();
    return 1;
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    if (errno === undefined) throw error;
    return errno;
  }
}

/** Record ids of some rows, one after the other. They lie all over memory: a processor waits for many of them at once only in a loop as short as this. Eight digits are never the bytes of NaN, so that numbers carry them safely. */
function gather(ids: Uint8Array, rows: Uint32Array): Uint8Array {
  const from = new Float64Array(ids.buffer, ids.byteOffset, ids.length / 8);
  const to = new Float64Array(rows.length * 4);
  for (let i = 0, at = 0; i < rows.length; i++, at += 4) {
    const id = rows[i]! * 4;
    to[at] = from[id]!;
    to[at + 1] = from[id + 1]!;
    to[at + 2] = from[id + 2]!;
    to[at + 3] = from[id + 3]!;
  }
  return new Uint8Array(to.buffer);
}

function copyId(target: DataView, at: number, source: DataView, from: number): void {
  target.setFloat64(at, source.getFloat64(from));
  target.setFloat64(at + 8, source.getFloat64(from + 8));
  target.setFloat64(at + 16, source.getFloat64(from + 16));
  target.setFloat64(at + 24, source.getFloat64(from + 24));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
