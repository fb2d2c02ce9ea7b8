import { readSync, writeSync } from "node:fs";

/** Writes all bytes at a position of a file. @throws as node:fs does */
export function writeBytes(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
}

/** Fills `bytes` from a position of a file on. @throws as node:fs does, EIO where the file has ended before */
export function readBytes(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0, read = 0; done < bytes.length; done += read) {
    read = readSync(descriptor, bytes, done, bytes.length - done, position + done);
    if (read === 0) throw Object.assign(new Error("a file was cut short while it was in use"), { code: "EIO", syscall: "read" });
  }
}
