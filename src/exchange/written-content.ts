import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { EMPTY_DIGEST } from "./written-form.ts";

/** What a hashed file's content ought to be, for whatever thread looks. */
export interface WrittenContent {
  readonly path: string;
  /** SHA-256 over the whole file, and `appendix` behind it. */
  readonly digest: string;
  /** Where the digest's own digits lie, which count as zeros; absent where the header is a file of its own. */
  readonly slot?: number;
  readonly appendix?: string;
}

const PIECE = 1 << 20;

/** @returns 1 where a file is as it was written, 0 where it is not, or where it could not be read the system's error number, which is negative */
export async function isAsWritten({ path, digest, slot, appendix = "" }: WrittenContent): Promise<number> {
  const hash = createHash("sha256");
  try {
    const handle = await open(path);
    try {
      // the next piece is read while this one is hashed, into the same two buffers again and again: a stream's fresh ones cost more than the hash
      const buffers = [Buffer.allocUnsafeSlow(PIECE), Buffer.allocUnsafeSlow(PIECE)] as const;
      let position = 0;
      let reading = handle.read(buffers[0], 0, PIECE, 0);
      for (let piece = 0; ; piece++) {
        const { bytesRead, buffer } = await reading;
        if (bytesRead === 0) break;
        reading = handle.read(buffers[piece % 2 === 0 ? 1 : 0], 0, PIECE, position + bytesRead);
        const bytes = buffer.subarray(0, bytesRead);
        if (slot !== undefined) {
          const from = Math.max(0, slot - position);
          const to = Math.min(bytes.length, slot + 64 - position);
          if (from < to) bytes.write(EMPTY_DIGEST.slice(0, to - from), from, "latin1");
        }
        hash.update(bytes);
        position += bytesRead;
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    if (errno === undefined) throw error;
    return errno;
  }
  return hash.update(appendix).digest("hex") === digest ? 1 : 0;
}
