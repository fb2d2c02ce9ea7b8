import { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { LARGEST_PAGE_HEADER } from "./written-form.ts";

export function writeHeaderOfPage(bytes: ByteWriter, size: number, rows: number): void {
  writePageHeader(bytes, {
    type: "DATA_PAGE_V2",
    uncompressed_page_size: size,
    compressed_page_size: size,
    data_page_header_v2: { num_values: rows, num_nulls: 0, num_rows: rows, encoding: "PLAIN", definition_levels_byte_length: 0, repetition_levels_byte_length: 0, is_compressed: true },
  });
}

/** Bytes of values in a chunk that saltlink wrote: what its one page header leaves. Undefined where no page of so many rows makes a chunk of this size. */
export function valueBytesOfChunk(chunk: number, rows: number): number | undefined {
  for (let size = chunk; size >= Math.max(0, chunk - LARGEST_PAGE_HEADER); size--) {
    const header = new ByteWriter();
    writeHeaderOfPage(header, size, rows);
    if (header.offset + size === chunk) return size;
  }
  return undefined;
}
