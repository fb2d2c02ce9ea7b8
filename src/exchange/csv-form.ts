import { createReadStream, readFileSync, statSync } from "node:fs";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parse } from "fast-csv";
import { SaltlinkError, isFileError } from "../errors.ts";
import { type HashedFile, checkSize, checkStratum, damaged, refuse, verifyContent } from "./hashed-file.ts";
import { parseHeader } from "./header.ts";
import { layoutOf } from "./layout.ts";
import { ID_LENGTH, checkIds } from "./record-ids.ts";
import { EMPTY_DIGEST, csvColumns, headerPath, headerText } from "./written-form.ts";

/** Opens the CSV form of a hashed file and reads it whole. */
export async function openCsvForm(path: string): Promise<HashedFile> {
  let text: string;
  try {
    text = readFileSync(headerPath(path), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new SaltlinkError("input", `${path} is not a hashed file: there is no ${headerPath(path)} beside it, with which a hashed CSV travels; saltlink hash writes both`);
    throw error;
  }
  const header = parseHeader(text, headerPath(path));
  await verifyContent({ path, digest: header.contentDigest, appendix: headerText({ ...header, contentDigest: EMPTY_DIGEST }) });
  const layout = layoutOf(header.schema, header.strata);
  checkSize(header, layout, statSync(path).size, path);
  const ids = Buffer.alloc(header.rows * ID_LENGTH);
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
    verify: async () => {},
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
