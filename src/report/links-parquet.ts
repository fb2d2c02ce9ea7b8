import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { PACKED_ID } from "../linkage/load-record-ids.ts";
import { PartialFile } from "../output/partial-file.ts";
import { type LinkRows, columnsOf, evidenceOfLinks } from "./links-file.ts";

/** The links file as Parquet. */
export function writeLinksParquet(path: string, rows: LinkRows): void {
  const { found, clusters, fields } = rows;
  const { candidates, links, recordIds, memory, levels } = found;
  const [idsA, idsB = idsA] = recordIds as [number, number?];
  const of = new Uint32Array(links.count);
  const evidence = evidenceOfLinks(found, of);
  const idAt = (ids: number, row: number): string => Buffer.from(memory.u8(ids + row * PACKED_ID, PACKED_ID)).toString("hex");
  const cells = evidence.map(({ observation, weight, probability, pairwise, tied }) => [weight, probability, pairwise, tied, ...levels(observation)]);
  const names = columnsOf(rows);
  const columns = names.map((): unknown[] => []);
  for (let link = 0; link < links.count; link++) {
    const pair = links.pairs[link]!;
    const rowA = candidates.rowsA[pair]!;
    const values = [idAt(idsA, rowA), idAt(idsB, candidates.rowsB[pair]!), ...(clusters === undefined ? [] : [clusters[rowA]!]), ...cells[of[link]!]!];
    values.forEach((value, c) => columns[c]!.push(value));
  }
  const typeOf = (name: string, c: number): "DOUBLE" | "BOOLEAN" | "INT32" | "BYTE_ARRAY" => {
    if (c >= names.length - fields.length || c < 2) return "BYTE_ARRAY";
    return name === "cluster" ? "INT32" : name === "tied" ? "BOOLEAN" : "DOUBLE";
  };
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    codec: "UNCOMPRESSED",
    statistics: false,
    createdBy: "saltlink",
    schema: [
      { name: "root", num_children: names.length },
      ...names.map((name, c) => ({ name, type: typeOf(name, c), repetition_type: "REQUIRED" as const, ...(typeOf(name, c) === "BYTE_ARRAY" ? { converted_type: "UTF8" as const } : {}) })),
    ],
  });
  void parquet.write({ columnData: names.map((name, c) => ({ name, data: columns[c]! })), rowGroupSize: 100_000 });
  void parquet.finish();
  const file = new PartialFile(path);
  file.write(writer.getBytes());
  file.commit();
}
