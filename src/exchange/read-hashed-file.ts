import { createHash } from "node:crypto";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parse } from "fast-csv";
import { type AsyncBuffer, parquetMetadataAsync } from "hyparquet";
import { z } from "zod";
import { SaltlinkError, fileError, isFileError } from "../errors.ts";
import { EMPTY_DIGEST, HEADER_KEY, type Header, parseHeader } from "./header.ts";
import { type Layout, RECORD_ID, layoutOf } from "./layout.ts";
import { ID_BYTES, ID_LENGTH, IDS, checkIds, readIds } from "./record-ids.ts";
import { MOST_STRATUM_BYTES, type Stratum, recordsByCode } from "./strata.ts";
import { type ReadWords, type WordPlaces, readWords } from "./word-places.ts";
import { plainText } from "./row-group.ts";
import { LARGEST_PAGE_HEADER, csvColumns, headerPath, headerText, valueBytesOfChunk } from "./write-hashed-file.ts";

/** A hashed file that has been checked: its header is whole and its content is what was written. */
export interface HashedFile {
  readonly path: string;
  readonly header: Header;
  readonly layout: Layout;
  /** Rejects where the content is not what was written; settled when the file is opened, unless that was to be checked later. */
  readonly verified: Promise<void>;
  /** Where the words lie in a Parquet file; a CSV is held in memory, and there are none. */
  readonly places: WordPlaces | undefined;
  /** Reads words of a column from row `from` on, eight bytes each, until `target` is full. */
  readonly readWords: ReadWords;
  /** Reads one word column. `target` has room for all rows. */
  readColumn(name: string, target: BigInt64Array): Promise<void>;
  /** Record ids as text, 32 characters a row, one after the other, in memory that threads share; another may `read` them, if the file has places. */
  readRecordIds(read?: (ids: Uint8Array) => Promise<number> | number): Promise<Buffer>;
  /** Reads the stratum at `index` of the header: for every row 0 where it is missing, else one more than the place of its value. */
  readStratum(index: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

const LARGEST_FOOTER = 64 << 20;

/**
 * Opens a hashed file, Parquet or CSV, and checks every byte of it against its digest; `later`: while whoever opens it goes on, until `verified`. What is read until then may be anything, from places within the file.
 * @throws SaltlinkError (input) for a file that is not ours, cut short or changed; (mismatch) for another format version.
 */
export async function openHashedFile(path: string, { later = false } = {}): Promise<HashedFile> {
  try {
    return path.endsWith(".csv") ? await openCsvForm(path) : await openParquet(path, later);
  } catch (error) {
    if (isFileError(error)) throw fileError(error, "read", path);
    throw error;
  }
}

async function openParquet(path: string, later: boolean): Promise<HashedFile> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const ends = Buffer.alloc(16);
    if (size >= 16) {
      await handle.read(ends, 0, 4, 0);
      await handle.read(ends, 8, 8, size - 8);
    }
    if (ends.toString("latin1", 0, 4) !== "PAR1") throw new SaltlinkError("input", `${path} is not a hashed file; saltlink hash writes one`);
    if (ends.toString("latin1", 12) !== "PAR1") throw new SaltlinkError("input", `${path} is cut short; copy it again`);
    const footerLength = ends.readUInt32LE(8);
    if (footerLength > LARGEST_FOOTER || footerLength + 12 > size) throw damaged(path);
    const footer = Buffer.alloc(footerLength);
    await handle.read(footer, 0, footerLength, size - 8 - footerLength);

    const buffer = asyncBuffer(handle, size);
    const metadata = await parseFooter(buffer, path);
    const written = metadata.key_value_metadata?.find(({ key }) => key === HEADER_KEY)?.value;
    if (written === undefined) throw new SaltlinkError("input", `${path} is a Parquet file, but not a hashed file of saltlink`);
    const slot = footer.lastIndexOf('"contentDigest":"');
    const digest = footer.toString("latin1", slot + 17, slot + 17 + 64);
    const header = parseHeader(written, path);
    if (slot < 0 || header.contentDigest !== digest) throw damaged(path);
    const verified = verify(path, header, size - 8 - footerLength + slot + 17).catch((error: unknown) => {
      throw isFileError(error) ? fileError(error, "read", path) : error;
    });
    if (later) verified.catch(() => {}); // whoever opened it looks at it in time
    else await verified;

    const layout = layoutOf(header.schema, header.strata);
    checkSize(header, layout, size, path);
    checkColumns(metadata, header, layout, size, path);
    /** The values of column `c`, a stratum, row group after row group: the last bytes of each chunk. The page headers before them say nothing that is not known, so no lie in them is believed. */
    const stratumOf = async function* (c: number): AsyncGenerator<{ bytes: ArrayBuffer; start: number; rows: number }> {
      let start = 0;
      for (const { columns, num_rows } of metadata.row_groups) {
        const rows = Number(num_rows);
        const { data_page_offset, total_compressed_size } = columns[c]!.meta_data;
        const end = Number(data_page_offset + total_compressed_size);
        const size = valueBytesOfChunk(Number(total_compressed_size), rows);
        if (size === undefined) throw damaged(path);
        yield { bytes: await buffer.slice(end - size, end), start, rows };
        start += rows;
      }
    };
    let next = 0;
    const groups = metadata.row_groups.map(({ columns, num_rows }) => {
      const rows = Number(num_rows);
      const start = next;
      next += rows;
      return { start, rows, ids: Number(columns[0]!.meta_data.data_page_offset + columns[0]!.meta_data.total_compressed_size) - rows * ID_BYTES, at: layout.words.map((_, w) => Number(columns[1 + w]!.meta_data.data_page_offset + columns[1 + w]!.meta_data.total_compressed_size) - rows * 8) };
    });
    const places = { descriptor: handle.fd, groups };
    return {
      path,
      header,
      layout,
      verified,
      places,
      readWords: (column, from, target) => readWords(places, column, from, target),
      async readColumn(name, target) {
        readWords(places, layout.words.indexOf(name), 0, new Uint8Array(target.buffer, target.byteOffset, header.rows * 8));
      },
      async readRecordIds(read = (ids) => readIds(places, ids)) {
        const ids = Buffer.from(new SharedArrayBuffer(header.rows * ID_LENGTH));
        refuse(await read(ids), path);
        return ids;
      },
      async readStratum(index) {
        const stratum = header.strata[index]!;
        const codeOf = new Map(["", ...stratum.values.map(({ value }) => value)].map((value, code) => [plainText(value).toString("latin1"), code]));
        const codes = new Uint8Array(header.rows);
        for await (const { bytes, start, rows } of stratumOf(1 + layout.words.length + index)) {
          const page = Buffer.from(bytes);
          let at = 0;
          for (let row = 0; row < rows; row++) {
            const end = at + 4 > page.length ? at : at + 4 + page.readUInt32LE(at);
            const code = end - at > 4 + MOST_STRATUM_BYTES ? undefined : codeOf.get(page.toString("latin1", at, end));
            if (code === undefined) throw damaged(path);
            codes[start + row] = code;
            at = end;
          }
          if (at !== page.length) throw damaged(path);
        }
        checkStratum(stratum, codes, path);
        return codes;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** What is used of a footer: the library gives what is written there, and a forger may have left anything out. */
const footerSchema = z.object({
  num_rows: z.bigint(),
  schema: z.array(z.object({ name: z.string(), type: z.string().optional(), repetition_type: z.string().optional() })),
  key_value_metadata: z.array(z.object({ key: z.string(), value: z.string().optional() })).optional(),
  row_groups: z.array(
    z.object({
      num_rows: z.bigint(),
      columns: z.array(z.object({ meta_data: z.object({ codec: z.string(), path_in_schema: z.array(z.string()), num_values: z.bigint(), total_compressed_size: z.bigint(), data_page_offset: z.bigint() }) })),
    }),
  ),
});
type Footer = z.infer<typeof footerSchema>;

async function parseFooter(buffer: AsyncBuffer, path: string): Promise<Footer> {
  try {
    return footerSchema.parse(await parquetMetadataAsync(buffer));
  } catch (error) {
    if (isFileError(error)) throw error;
    throw damaged(path);
  }
}

/** The header's counts are those of the column. */
function checkStratum(stratum: Stratum, codes: Uint8Array, path: string): void {
  const counts = recordsByCode(stratum, 0).fill(0);
  for (const code of codes) counts[code]!++;
  if (recordsByCode(stratum, codes.length).some((records, code) => records !== counts[code])) throw damaged(path);
}

/** The file's columns are exactly those of the schema in its header, and every chunk of theirs is one unpacked page inside the file, as saltlink writes them. */
function checkColumns(metadata: Footer, header: Header, layout: Layout, size: number, path: string): void {
  const [, ...columns] = metadata.schema;
  const expected = [RECORD_ID, ...layout.words, ...layout.strata];
  const isText = (i: number): boolean => i === 0 || i > layout.words.length;
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  const fits =
    rows === header.rows &&
    Number(metadata.num_rows) === rows &&
    columns.length === expected.length &&
    columns.every((column, i) => column.name === expected[i] && column.repetition_type === "REQUIRED" && column.type === (isText(i) ? "BYTE_ARRAY" : "INT64")) &&
    metadata.row_groups.every((group) => group.num_rows >= 0n && group.columns.length === expected.length && group.columns.every(({ meta_data: chunk }, i) => {
      if (chunk.codec !== "UNCOMPRESSED" || chunk.path_in_schema[0] !== expected[i] || chunk.num_values !== group.num_rows) return false;
      const rows = Number(group.num_rows);
      const bytes = Number(chunk.total_compressed_size) - rows * (i === 0 ? ID_BYTES : i <= layout.words.length ? 8 : 4);
      return bytes >= 0 && bytes <= LARGEST_PAGE_HEADER + (i <= layout.words.length ? 0 : rows * MOST_STRATUM_BYTES) && chunk.data_page_offset >= 0n && Number(chunk.data_page_offset + chunk.total_compressed_size) <= size;
    }));
  if (!fits) throw damaged(path);
}

/** A header cannot claim more rows than its file has bytes for: memory is reserved by it. */
function checkSize(header: Header, layout: Layout, size: number, path: string): void {
  if (header.rows * (32 + 8 * (layout.words.length - 1)) > size) throw damaged(path);
}

function asyncBuffer(handle: FileHandle, byteLength: number): AsyncBuffer {
  return {
    byteLength,
    async slice(start, end = byteLength) {
      if (!(start >= 0 && start <= end && end <= byteLength)) throw new RangeError("no such place");
      const bytes = new Uint8Array(end - start);
      for (let done = 0; done < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
        if (bytesRead === 0) throw new RangeError("read past the end");
        done += bytesRead;
      }
      return bytes.buffer;
    },
  };
}

/** Compares SHA-256 over the whole file with the header's: the digest's own digits, at `slot` or in the header beside the file, read as zeros. */
async function verify(path: string, header: Header, slot?: number): Promise<void> {
  const digest = createHash("sha256");
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
      digest.update(bytes);
      position += bytesRead;
    }
  } finally {
    await handle.close();
  }
  if (slot === undefined) digest.update(headerText({ ...header, contentDigest: EMPTY_DIGEST }));
  if (digest.digest("hex") !== header.contentDigest) throw damaged(path);
}

const PIECE = 1 << 20;

/** Fails where record ids could not be read, or are not such as saltlink makes. */
function refuse(outcome: number, path: string): void {
  if (outcome === IDS.repeated) throw new SaltlinkError("input", `${path}: two of its records have the same record id; hash again`);
  if (outcome !== IDS.fine) throw damaged(path);
}

function damaged(path: string): SaltlinkError {
  return new SaltlinkError("input", `${path} is damaged or was changed after it was written; copy it again, or hash again`);
}

async function openCsvForm(path: string): Promise<HashedFile> {
  let text: string;
  try {
    text = readFileSync(headerPath(path), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new SaltlinkError("input", `${path} is not a hashed file: there is no ${headerPath(path)} beside it, with which a hashed CSV travels; saltlink hash writes both`);
    throw error;
  }
  const header = parseHeader(text, headerPath(path));
  await verify(path, header);
  const layout = layoutOf(header.schema, header.strata);
  checkSize(header, layout, statSync(path).size, path);
  const ids = Buffer.from(new SharedArrayBuffer(header.rows * ID_LENGTH));
  const columns = new Map<string, BigInt64Array>();
  for (const name of layout.words) columns.set(name, new BigInt64Array(header.rows));
  const names = csvColumns(layout);
  const codes = header.strata.map(() => new Uint8Array(header.rows));
  const codeOf = header.strata.map(({ values }) => new Map(["", ...values.map(({ value }) => value)].map((value, code) => [value, code])));
  const firstStratum = names.length - layout.strata.length;
  const wordsOf = new Map(layout.filters.map((filter) => [filter.name, filter.columns]));
  let row = -1;
  const take = (cells: string[]): void => {
    if (cells.length !== names.length || row === header.rows) throw damaged(path);
    if (row++ < 0) {
      if (!names.every((name, c) => name === cells[c])) throw damaged(path);
      return;
    }
    if (cells[0]!.length !== ID_LENGTH) throw damaged(path);
    ids.write(cells[0]!, (row - 1) * ID_LENGTH, "latin1");
    codeOf.forEach((known, s) => {
      const code = known.get(cells[firstStratum + s]!);
      if (code === undefined) throw damaged(path);
      codes[s]![row - 1] = code;
    });
    if (!/^\d{1,20}$/.test(cells[1]!)) throw damaged(path);
    columns.get(layout.nulls)![row - 1] = BigInt.asIntN(64, BigInt(cells[1]!));
    for (let c = 2; c < firstStratum; c++) {
      const words = wordsOf.get(names[c]!) ?? [names[c]!];
      const bytes = Buffer.from(cells[c]!, "base64");
      if (bytes.length !== words.length * 8) throw damaged(path);
      words.forEach((column, w) => (columns.get(column)![row - 1] = bytes.readBigInt64LE(w * 8)));
    }
  };
  const rows = new Writable({
    objectMode: true,
    write: (cells: string[], _encoding, done) => {
      try {
        take(cells);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  try {
    await pipeline(createReadStream(path), parse({ headers: false }), rows);
  } catch (error) {
    if (error instanceof SaltlinkError || isFileError(error)) throw error;
    throw damaged(path);
  }
  if (row !== header.rows) throw damaged(path);
  refuse(checkIds(ids), path);
  header.strata.forEach((stratum, s) => checkStratum(stratum, codes[s]!, path));
  return {
    path,
    header,
    layout,
    verified: Promise.resolve(),
    places: undefined,
    readWords(column, from, target) {
      const words = columns.get(layout.words[column]!)!;
      target.set(new Uint8Array(words.buffer, from * 8, target.length));
    },
    async readColumn(name, target) {
      target.set(columns.get(name)!);
    },
    readRecordIds: async () => ids,
    readStratum: async (index) => codes[index]!,
    close: async () => {},
  };
}
