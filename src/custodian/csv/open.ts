import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { PassThrough, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { SaltlinkError, fileError, isFileError } from "../../errors.ts";

export const encodings = ["utf-8", "windows-1252", "latin1", "utf-16le"] as const;
export type CsvEncoding = (typeof encodings)[number];

const CHUNK = 1 << 20;

/**
 * A CSV file as UTF-8 bytes: unpacked if it is gzip (told by its first bytes), converted from its encoding, without its byte order mark. Bytes that are not valid
 * UTF-8 in a UTF-8 file pass through: they are their row's problem.
 */
export async function* openCsv(path: string, encoding: CsvEncoding): AsyncGenerator<Buffer> {
  const head = await readHead(path);
  const packed = head[0] === 0x1f && head[1] === 0x8b;
  const source = createReadStream(path, { highWaterMark: CHUNK });
  let bytes: Readable = source;
  if (packed) {
    bytes = new PassThrough({ highWaterMark: CHUNK });
    pipeline(source, createGunzip({ chunkSize: CHUNK }), bytes as PassThrough).catch((error: unknown) => bytes.destroy(error as Error));
  }
  const decoder = encoding === "utf-8" ? undefined : new TextDecoder(encoding === "latin1" ? "windows-1252" : encoding, { ignoreBOM: true });
  let first = true;
  try {
    for await (const piece of bytes) {
      let chunk = piece as Buffer;
      if (first && encoding === "utf-8") refuseOtherEncodings(chunk, path);
      // Excel puts UTF-8's mark even before what is called another encoding
      if (first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) chunk = chunk.subarray(3);
      if (decoder !== undefined) chunk = utf8Of(decoder.decode(chunk, { stream: true }));
      if (first && chunk.length >= 3 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) chunk = chunk.subarray(3);
      first = false;
      yield chunk;
    }
    if (decoder !== undefined) yield utf8Of(decoder.decode());
  } catch (error) {
    if (error instanceof SaltlinkError) throw error;
    if (packed && (error as NodeJS.ErrnoException).code?.startsWith("Z_")) throw new SaltlinkError("input", `${path} is a damaged gzip file`);
    if (isFileError(error)) throw fileError(error, "read", path);
    throw error;
  } finally {
    source.destroy();
  }
}

/** What could not be decoded (half of a surrogate pair) goes on as a byte that is not valid UTF-8 either: its row's problem again. */
function utf8Of(text: string): Buffer {
  const [first = "", ...rest] = text.split("\ufffd");
  return Buffer.concat([Buffer.from(first), ...rest.flatMap((part) => [Buffer.of(0xff), Buffer.from(part)])]);
}

async function readHead(path: string): Promise<Buffer> {
  try {
    // before it is opened: opening a pipe waits for whoever writes into it, and no signal ends that
    if (!(await stat(path)).isFile()) throw new SaltlinkError("usage", `${path} is not a regular file`);
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isFileError(error)) throw fileError(error, "read", path);
    throw error;
  }
}

const PARQUET = Buffer.from("PAR1");

/** UTF-16 is told by its byte order mark or by the zero bytes of its ASCII characters. */
function refuseOtherEncodings(chunk: Buffer, path: string): void {
  const [a, b] = chunk;
  if (chunk.subarray(0, 4).equals(PARQUET)) throw new SaltlinkError("input", `${path} is Parquet, a hashed file perhaps; hash takes CSV`);
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || chunk.subarray(0, 4096).includes(0)) {
    const little = a === 0xff || (a !== 0 && b === 0);
    throw new SaltlinkError("input", little ? `${path} is not UTF-8; it looks like UTF-16: add --encoding utf-16le` : `${path} is not UTF-8 text; save it as UTF-8 CSV`);
  }
}
