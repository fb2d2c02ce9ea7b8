import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { ID_LENGTH, recordIdAt } from "../exchange/record-ids.ts";
import type { Linkage } from "../linkage/link-datasets.ts";
import { PartialFile } from "../output/partial-file.ts";

/**
 * The links file, CSV or Parquet: best link first, ties in an order that only content decides. All that stands in a row besides its record ids is the same for every link of one observation, probability and
 * tie, so a row of the CSV is two ids and a text made once.
 */
export interface LinkRows {
  readonly linkage: Linkage;
  /** Cluster number of each row, for `--dedupe`. */
  readonly clusters: Uint32Array | undefined;
  /** Names of the schema's fields. */
  readonly fields: readonly string[];
}

const BUFFER = 1 << 20;
const GATHERED = 1 << 14; // links whose ids are fetched at a time
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
  const { linkage, clusters } = rows;
  const { candidates, links, recordIds } = linkage;
  const [idsA, idsB = idsA] = recordIds as [Buffer, Buffer?];
  const evidence = byEvidence(linkage, ({ observation, weight, probability, pairwise, tied }) => {
    const text = Buffer.from(`${weight.toFixed(4)},${probability.toFixed(6)},${pairwise.toFixed(6)},${tied ? 1 : 0},${linkage.levels(observation).join(",")}\n`);
    return { length: text.length, words: wordsOf(Buffer.concat([text], text.length + 3)) };
  });
  const file = new PartialFile(path);
  file.write(`${columnsOf(rows).join(",")}\n`);
  const buffer = Buffer.allocUnsafeSlow(BUFFER);
  const target = wordsOf(buffer);
  let at = 0;
  for (let first = 0; first < links.count; first += GATHERED) {
    const pairs = links.pairs.subarray(first, Math.min(first + GATHERED, links.count));
    const gatheredA = wordsOf(gather(idsA, pairs, candidates.rowsA));
    const gatheredB = wordsOf(gather(idsB, pairs, candidates.rowsB));
    pairs.forEach((pair, i) => {
      const rest = evidence(first + i);
      if (at + 2 * ID_LENGTH + 20 + rest.length > BUFFER) {
        file.write(buffer.subarray(0, at));
        at = 0;
      }
      append(target, at, gatheredA, i * ID_LENGTH, ID_LENGTH);
      buffer[(at += ID_LENGTH)] = COMMA;
      append(target, ++at, gatheredB, i * ID_LENGTH, ID_LENGTH);
      buffer[(at += ID_LENGTH)] = COMMA;
      at++;
      if (clusters !== undefined) at += buffer.write(`${clusters[candidates.rowsA[pair]!]!},`, at, "latin1");
      append(target, at, rest.words, 0, rest.length);
      at += rest.length;
    });
  }
  file.write(buffer.subarray(0, at));
  file.commit();
}

/** Record ids of some pairs, one after the other. They lie all over memory: a processor waits for many of them at once only in a loop as short as this. Eight digits are never the bytes of NaN, so that numbers carry them safely. */
function gather(ids: Buffer, pairs: Uint32Array, rows: Uint32Array): Buffer {
  const from = new Float64Array(ids.buffer, ids.byteOffset, ids.length / 8);
  const to = new Float64Array(pairs.length * 4);
  for (let i = 0, at = 0; i < pairs.length; i++, at += 4) {
    const id = rows[pairs[i]!]! * 4;
    to[at] = from[id]!;
    to[at + 1] = from[id + 1]!;
    to[at + 2] = from[id + 2]!;
    to[at + 3] = from[id + 3]!;
  }
  return Buffer.from(to.buffer);
}

function wordsOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Copies bytes, and up to three more, by words: for so few, Buffer.copy takes ten times as long and single bytes four times. */
function append(target: DataView, at: number, source: DataView, from: number, length: number): void {
  for (const end = from + length; from < end; from += 4, at += 4) target.setUint32(at, source.getUint32(from));
}

export function writeLinksParquet(path: string, rows: LinkRows): void {
  const { linkage, clusters, fields } = rows;
  const { candidates, links, recordIds } = linkage;
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
