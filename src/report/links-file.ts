import { getSystemErrorName } from "node:util";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { fileError } from "../errors.ts";
import { ID_LENGTH, recordIdAt } from "../exchange/record-ids.ts";
import type { FoundLinks } from "../linkage/link-datasets.ts";
import { PartialFile } from "../output/partial-file.ts";

/**
 * The links file, CSV or Parquet: best link first, ties in an order that only content decides. All that stands in a row besides its record ids is the same for every link of one observation, probability and
 * tie, so a row of the CSV is two ids and a text made once.
 */
export interface LinkRows {
  readonly found: FoundLinks;
  /** Cluster number of each row, for `--dedupe`. */
  readonly clusters: Uint32Array | undefined;
  /** Names of the schema's fields. */
  readonly fields: readonly string[];
}

function columnsOf({ fields, clusters }: LinkRows): string[] {
  return ["record_id_a", "record_id_b", ...(clusters === undefined ? [] : ["cluster"]), "match_weight", "match_probability", "pairwise_probability", "tied", ...fields];
}

interface LinkEvidence {
  readonly observation: number;
  readonly weight: number;
  readonly probability: number;
  readonly pairwise: number;
  readonly tied: boolean;
}

/** Every distinct evidence once, and for each link the number of its own, in memory that threads share. Links of one evidence mostly stand together. */
function evidenceOfLinks({ candidates, links, model }: FoundLinks): { evidence: LinkEvidence[]; of: Uint32Array } {
  const evidence: LinkEvidence[] = [];
  const known = new Map<number, Map<number, number>>();
  const of = new Uint32Array(new SharedArrayBuffer(links.count * 4));
  let last = -1;
  for (let link = 0; link < links.count; link++) {
    const observation = candidates.observation[links.pairs[link]!]!;
    const probability = links.probabilities[link]!;
    const tied = links.tied[link] === 1;
    const before = evidence[last];
    if (before === undefined || before.observation !== observation || before.probability !== probability || before.tied !== tied) {
      let ofObservation = known.get(observation);
      if (ofObservation === undefined) known.set(observation, (ofObservation = new Map<number, number>()));
      const name = tied ? -1 - probability : probability;
      last = ofObservation.get(name) ?? evidence.push({ observation, weight: model.weights[observation]!, probability, pairwise: model.probabilities[observation]!, tied }) - 1;
      ofObservation.set(name, last);
    }
    of[link] = last;
  }
  return { evidence, of };
}

/** By the threads that found the links: each makes a part of the rows and writes it where it belongs. */
export async function writeLinksCsv(path: string, rows: LinkRows): Promise<void> {
  const { found, clusters } = rows;
  const { candidates, links, recordIds, pool, levels } = found;
  const { evidence, of: textOf } = evidenceOfLinks(found);
  const lines = evidence.map(({ observation, weight, probability, pairwise, tied }) => Buffer.from(`${weight.toFixed(4)},${probability.toFixed(6)},${pairwise.toFixed(6)},${tied ? 1 : 0},${levels(observation).join(",")}\n`));
  const starts = new Uint32Array(new SharedArrayBuffer((lines.length + 1) * 4));
  lines.forEach((line, i) => (starts[i + 1] = starts[i]! + line.length));
  const texts = new Uint8Array(new SharedArrayBuffer(starts.at(-1)! + 3));
  lines.forEach((line, i) => texts.set(line, starts[i]));
  /** For every link the value of a record of its pair. */
  const ofLinks = (valueOf: (pair: number) => number): Uint32Array => {
    const values = new Uint32Array(new SharedArrayBuffer(links.count * 4));
    for (let link = 0; link < values.length; link++) values[link] = valueOf(links.pairs[link]!);
    return values;
  };
  const [idsA, idsB = idsA] = recordIds as [Buffer, Buffer?];
  const common = {
    idsA,
    idsB,
    rowsA: ofLinks((pair) => candidates.rowsA[pair]!),
    rowsB: ofLinks((pair) => candidates.rowsB[pair]!),
    clusters: clusters === undefined ? undefined : ofLinks((pair) => clusters[candidates.rowsA[pair]!]!),
    texts,
    starts,
    textOf,
  };
  const lengthOf = (link: number): number => 2 * (ID_LENGTH + 1) + (common.clusters === undefined ? 0 : `${common.clusters[link]!},`.length) + starts[textOf[link]! + 1]! - starts[textOf[link]!]!;
  const file = new PartialFile(path);
  try {
    const header = `${columnsOf(rows).join(",")}\n`;
    file.write(header);
    let position = Buffer.byteLength(header);
    let next = 0;
    const parts = Array.from({ length: pool.threads }, async (_, part) => {
      const from = next;
      const to = Math.ceil((links.count * (part + 1)) / pool.threads);
      const task = { descriptor: file.descriptor, position, from, to, ...common };
      for (; next < to; next++) position += lengthOf(next);
      return pool.run(task);
    });
    await Promise.allSettled(parts); // none must write on when the file is closed
    for (const outcome of await Promise.all(parts)) if (outcome < 0) throw fileError({ code: getSystemErrorName(outcome) }, "write", path);
    file.commit();
  } catch (error) {
    file.discard();
    throw error;
  }
}

export function writeLinksParquet(path: string, rows: LinkRows): void {
  const { found, clusters, fields } = rows;
  const { candidates, links, recordIds, levels } = found;
  const [idsA, idsB = idsA] = recordIds as [Buffer, Buffer?];
  const { evidence, of } = evidenceOfLinks(found);
  const cells = evidence.map(({ observation, weight, probability, pairwise, tied }) => [weight, probability, pairwise, tied, ...levels(observation)]);
  const names = columnsOf(rows);
  const columns = names.map((): unknown[] => []);
  for (let link = 0; link < links.count; link++) {
    const pair = links.pairs[link]!;
    const rowA = candidates.rowsA[pair]!;
    const values = [recordIdAt(idsA, rowA), recordIdAt(idsB, candidates.rowsB[pair]!), ...(clusters === undefined ? [] : [clusters[rowA]!]), ...cells[of[link]!]!];
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
