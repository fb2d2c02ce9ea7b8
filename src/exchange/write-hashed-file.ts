import { createHash } from "node:crypto";
import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import type { ColumnChunk } from "hyparquet";
import { PartialFile } from "../output/partial-file.ts";
import { HEADER_KEY, type Header, assertFits } from "./header.ts";
import { type Layout, RECORD_ID } from "./layout.ts";
import { writeHeaderOfPage } from "./page-header.ts";
import { type RowGroup, formOf } from "./row-group.ts";
import { EMPTY_DIGEST, csvColumns, headerPath, headerText } from "./written-form.ts";

export interface HashedFileWriter {
  /** Appends a row group of the file's form. */
  write(group: RowGroup): void;
  /** Writes the header and syncs. The digest is filled in here. */
  finish(header: Omit<Header, "contentDigest">): void;
  /** Gives the finished file its final name. */
  commit(): void;
  discard(): void;
}

export function createHashedFile(path: string, layout: Layout, force: boolean): HashedFileWriter {
  return formOf(path) === "csv" ? new CsvWriter(path, layout, force) : new ParquetFileWriter(path, layout, force);
}

/** hyparquet-writer's buffer, emptied into the file and the digest before every page. */
class FileBytes extends ByteWriter {
  readonly digest = createHash("sha256");
  readonly #file: PartialFile;

  constructor(file: PartialFile) {
    super(1 << 12);
    this.#file = file;
  }

  /** Appends bytes that are large enough to go straight there. */
  appendPage(page: Uint8Array): void {
    this.flush();
    this.#put(page);
    this.offset += page.length;
  }

  flush(): void {
    if (this.index > 0) this.#put(new Uint8Array(this.buffer, 0, this.index));
    this.index = 0;
  }

  #put(bytes: Uint8Array): void {
    this.#file.write(bytes);
    this.digest.update(bytes);
  }

  override finish(): void {
    // the footer waits for its digest: see ParquetFileWriter.finish
  }
}

class ParquetFileWriter implements HashedFileWriter {
  readonly #file: PartialFile;
  readonly #layout: Layout;
  readonly #bytes: FileBytes;
  readonly #parquet: ParquetWriter;

  constructor(path: string, layout: Layout, force: boolean) {
    this.#file = new PartialFile(path, { force });
    this.#layout = layout;
    this.#bytes = new FileBytes(this.#file);
    const schema: SchemaElement[] = [
      { name: "root", num_children: 1 + layout.words.length + layout.strata.length },
      { name: RECORD_ID, type: "BYTE_ARRAY", repetition_type: "REQUIRED", converted_type: "UTF8" },
      ...layout.words.map((name): SchemaElement => ({ name, type: "INT64", repetition_type: "REQUIRED" })),
      ...layout.strata.map((name): SchemaElement => ({ name, type: "BYTE_ARRAY", repetition_type: "REQUIRED", converted_type: "UTF8" })),
    ];
    // no statistics: least and greatest values in the footer would be values of single people
    this.#parquet = new ParquetWriter({ writer: this.#bytes, schema, codec: "UNCOMPRESSED", statistics: false, createdBy: "saltlink" });
  }

  /**
   * A row group, one PLAIN page a column (see row-group.ts). The library's own way goes through two BigInts for every word, which took longer than hashing; these bytes are the same.
   */
  write({ pages, rows }: RowGroup): void {
    const start = this.#bytes.offset;
    const { words, strata } = this.#layout;
    const columns = [RECORD_ID, ...words, ...strata].map((name, c) => this.#writeColumn(name, c > 0 && c <= words.length ? "INT64" : "BYTE_ARRAY", pages[c]!, rows));
    const size = BigInt(this.#bytes.offset - start);
    this.#parquet.num_rows += BigInt(rows);
    this.#parquet.row_groups.push({ columns, num_rows: BigInt(rows), total_byte_size: size, total_compressed_size: size });
    this.#bytes.flush();
  }

  #writeColumn(name: string, type: "BYTE_ARRAY" | "INT64", page: Uint8Array, rows: number): ColumnChunk {
    const start = this.#bytes.offset;
    writeHeaderOfPage(this.#bytes, page.length, rows);
    this.#bytes.appendPage(page);
    const size = BigInt(this.#bytes.offset - start);
    const meta_data = { type, encodings: ["PLAIN" as const], path_in_schema: [name], codec: "UNCOMPRESSED" as const, num_values: BigInt(rows), total_compressed_size: size, total_uncompressed_size: size, data_page_offset: BigInt(start) };
    return { meta_data, file_offset: BigInt(start) };
  }

  finish(header: Omit<Header, "contentDigest">): void {
    assertFits(header);
    this.#parquet.kvMetadata = [{ key: HEADER_KEY, value: JSON.stringify({ ...header, contentDigest: EMPTY_DIGEST }) }];
    void this.#parquet.finish();
    const footer = Buffer.from(this.#bytes.buffer.slice(0, this.#bytes.index));
    const slot = footer.indexOf(EMPTY_DIGEST, footer.indexOf('"contentDigest":'));
    const digest = this.#bytes.digest.update(footer).digest("hex");
    footer.write(digest, slot, "latin1");
    this.#file.write(footer);
    this.#file.sync();
  }

  commit(): void {
    this.#file.commit();
  }

  discard(): void {
    this.#file.discard();
  }
}

/** The same columns as CSV; the header lies beside it. */
class CsvWriter implements HashedFileWriter {
  readonly #file: PartialFile;
  readonly #headerFile: PartialFile;
  readonly #digest = createHash("sha256");

  constructor(path: string, layout: Layout, force: boolean) {
    this.#file = new PartialFile(path, { force });
    this.#headerFile = new PartialFile(headerPath(path), { force });
    this.#append(`${csvColumns(layout).join(",")}\n`);
  }

  #append(text: string | Uint8Array): void {
    this.#digest.update(text);
    this.#file.write(text);
  }

  write({ pages }: RowGroup): void {
    for (const lines of pages) this.#append(lines);
  }

  finish(header: Omit<Header, "contentDigest">): void {
    assertFits(header);
    this.#digest.update(headerText({ ...header, contentDigest: EMPTY_DIGEST }));
    this.#headerFile.write(headerText({ ...header, contentDigest: this.#digest.digest("hex") }));
    this.#headerFile.sync();
    this.#file.sync();
  }

  commit(): void {
    this.#headerFile.commit();
    this.#file.commit();
  }

  discard(): void {
    this.#file.discard();
    this.#headerFile.discard();
  }
}
