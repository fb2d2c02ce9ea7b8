import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { ID_LENGTH, recordIdAt } from "../exchange/read-hashed-file.ts";
import type { Linkage } from "../linkage/link-datasets.ts";
import { PartialFile } from "../output/partial-file.ts";

/**
 * The links file, CSV or Parquet: best link first, ties in an order that only content decides. All that stands in a row besides its record ids is the same for every link of one observation, probability and
 * tie, so a row of the CSV is two ids and a text made once.
 */
export interface LinkRows {
  readonly linkage: Linkage;
  /** Record ids of each file, as its reader gives them. */
  readonly recordIds: readonly Buffer[];
  /** Cluster number of each row, for `--dedupe`. */
  readonly clusters: Uint32Array | undefined;
  /** Names of the schema's fields. */
  readonly fields: readonly string[];
}

const BUFFER = 1 << 20;
const COMMA = ",".charCodeAt(0);

function columnsOf({ fields, clusters }: LinkRows): string[] {
  return ["record_id_a", "record_id_b", ...(clusters === undefined ? [] : ["cluster"]), "match_weight", "match_probability", "pairwise_probability", "tied", ...fields];
}

/** Calls `f` once for every distinct evidence and gives what it said for each link. */
function byEvidence<T>({ candidates, links, model }: Linkage, f: (evidence: { observation: number; weight: number; probability: number; pairwise: number; tied: boolean }) => T): (link: number) => T {
  const known = new Map<number, Map<number, T>>();
  return (link) => {
    const observation = candidates.observation[links.pairs[link]!]!;
    const probability = links.probabilities[link]!;
    const tied = links.tied[link] === 1;
    let ofObservation = known.get(observation);
    if (ofObservation === undefined) known.set(observation, (ofObservation = new Map()));
    const name = tied ? -1 - probability : probability;
    let value = ofObservation.get(name);
    if (value === undefined) ofObservation.set(name, (value = f({ observation, weight: model.weights[observation]!, probability, pairwise: model.probabilities[observation]!, tied })));
    return value;
  };
}

export function writeLinksCsv(path: string, rows: LinkRows): void {
  const { linkage, recordIds, clusters } = rows;
  const { candidates, links } = linkage;
  const [idsA, idsB = idsA] = recordIds as [Buffer, Buffer?];
  const evidence = byEvidence(linkage, ({ observation, weight, probability, pairwise, tied }) =>
    Buffer.from(`${weight.toFixed(4)},${probability.toFixed(6)},${pairwise.toFixed(6)},${tied ? 1 : 0},${linkage.levels(observation).join(",")}\n`),
  );
  const file = new PartialFile(path);
  file.write(`${columnsOf(rows).join(",")}\n`);
  const buffer = Buffer.allocUnsafe(BUFFER);
  let at = 0;
  for (let link = 0; link < links.count; link++) {
    const pair = links.pairs[link]!;
    const rest = evidence(link);
    if (at + 2 * ID_LENGTH + 16 + rest.length > BUFFER) {
      file.write(buffer.subarray(0, at));
      at = 0;
    }
    at = append(buffer, at, idsA, candidates.rowsA[pair]! * ID_LENGTH, ID_LENGTH);
    buffer[at++] = COMMA;
    at = append(buffer, at, idsB, candidates.rowsB[pair]! * ID_LENGTH, ID_LENGTH);
    buffer[at++] = COMMA;
    if (clusters !== undefined) at += buffer.write(`${clusters[candidates.rowsA[pair]!]!},`, at, "latin1");
    at = append(buffer, at, rest, 0, rest.length);
  }
  file.write(buffer.subarray(0, at));
  file.commit();
}

/** Byte by byte: for so few, calls of Buffer.copy take longer. */
function append(target: Buffer, at: number, source: Buffer, from: number, length: number): number {
  for (let i = 0; i < length; i++) target[at + i] = source[from + i]!;
  return at + length;
}

export function writeLinksParquet(path: string, rows: LinkRows): void {
  const { linkage, recordIds, clusters, fields } = rows;
  const { candidates, links } = linkage;
  const [idsA, idsB = idsA] = recordIds as [Buffer, Buffer?];
  const evidence = byEvidence(linkage, ({ observation, weight, probability, pairwise, tied }) => [weight, probability, pairwise, tied, ...linkage.levels(observation)]);
  const names = columnsOf(rows);
  const columns = names.map((): unknown[] => []);
  for (let link = 0; link < links.count; link++) {
    const pair = links.pairs[link]!;
    const rowA = candidates.rowsA[pair]!;
    const values = [recordIdAt(idsA, rowA), recordIdAt(idsB, candidates.rowsB[pair]!), ...(clusters === undefined ? [] : [clusters[rowA]!]), ...evidence(link)];
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
