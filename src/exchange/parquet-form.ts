import { open, type FileHandle } from "node:fs/promises";
import type { AsyncBuffer } from "hyparquet";
import { parquetMetadataAsync } from "hyparquet/src/metadata.js"; // alone: the whole of it takes five times as long to load
import { z } from "zod";
import { SaltlinkError, isFileError } from "../errors.ts";
import { type HashedFile, checkSize, checkStratum, damaged, refuse, verifyContent } from "./hashed-file.ts";
import { HEADER_KEY, type Header, parseHeader } from "./header.ts";
import { type Layout, RECORD_ID, layoutOf } from "./layout.ts";
import { ID_BYTES, ID_LENGTH, readIds } from "./record-ids.ts";
import { plainText } from "./row-group.ts";
import { MOST_STRATUM_BYTES } from "./strata.ts";
import { readWords } from "./word-places.ts";
import { LARGEST_PAGE_HEADER } from "./written-form.ts";

const LARGEST_FOOTER = 64 << 20;

/** Opens the Parquet form of a hashed file. Columns are read when they are wanted. */
export async function openParquetForm(path: string, later: boolean): Promise<HashedFile> {
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
    const content = { path, digest: header.contentDigest, slot: size - 8 - footerLength + slot + 17 };
    if (!later) await verifyContent(content);

    const layout = layoutOf(header.schema, header.strata);
    checkSize(header, layout, size, path);
    checkColumns(metadata, header, layout, size, path);
    /** The values of column `c`, a stratum, row group after row group: the last bytes of each chunk. The page headers before them say nothing that is not known, so no lie in them is believed. */
    const stratumOf = async function* (c: number): AsyncGenerator<{ bytes: ArrayBuffer; start: number; rows: number }> {
      const { valueBytesOfChunk } = await import("./page-header.ts"); // few files have strata, and it brings much with it
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
      verify: async (check) => {
        if (later) await verifyContent(content, check);
      },
      places,
      readWords: (column, from, target) => readWords(places, column, from, target),
      async readColumn(name, target) {
        readWords(places, layout.words.indexOf(name), 0, new Uint8Array(target.buffer, target.byteOffset, header.rows * 8));
      },
      async readRecordIds() {
        const ids = Buffer.allocUnsafeSlow(header.rows * ID_LENGTH);
        refuse(readIds(places, ids), path);
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

