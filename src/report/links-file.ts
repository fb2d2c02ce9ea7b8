import { getSystemErrorName } from "node:util";
import { fileError } from "../errors.ts";
import type { FoundLinks } from "../linkage/link-datasets.ts";
import { LINK_ROWS_BUFFER, type LinkRowsContent } from "../linkage/link-rows.ts";
import { PartialFile } from "../output/partial-file.ts";

/**
 * The links file, CSV or Parquet (links-parquet.ts): best link first, ties in an order that only content decides. All that stands in a row besides its record ids is the same for every link of one observation, probability and
 * tie, so a row of the CSV is two ids and a text made once.
 */
export interface LinkRows {
  readonly found: FoundLinks;
  /** Cluster number of each row, for `--dedupe`. */
  readonly clusters: Uint32Array | undefined;
  /** Names of the schema's fields. */
  readonly fields: readonly string[];
}

export function columnsOf({ fields, clusters }: LinkRows): string[] {
  return ["record_id_a", "record_id_b", ...(clusters === undefined ? [] : ["cluster"]), "match_weight", "match_probability", "pairwise_probability", "tied", ...fields];
}

interface LinkEvidence {
  readonly observation: number;
  readonly weight: number;
  readonly probability: number;
  readonly pairwise: number;
  readonly tied: boolean;
}

/** Every distinct evidence once, and for each link the number of its own. Links of one evidence mostly stand together. */
export function evidenceOfLinks({ candidates, links, model }: FoundLinks, of: Uint32Array): LinkEvidence[] {
  const evidence: LinkEvidence[] = [];
  const known = new Map<number, Map<number, number>>();
  const numberOf = (observation: number, probability: number, tied: boolean): number => {
    let ofObservation = known.get(observation);
    if (ofObservation === undefined) known.set(observation, (ofObservation = new Map<number, number>()));
    const name = tied ? -1 - probability : probability;
    let number = ofObservation.get(name);
    if (number === undefined) {
      number = evidence.push({ observation, weight: model.weights[observation]!, probability, pairwise: model.probabilities[observation]!, tied }) - 1;
      ofObservation.set(name, number);
    }
    return number;
  };
  const { pairs, probabilities, tied } = links;
  const observationOf = candidates.observation;
  let observation = -1;
  let probability = -1;
  let tie = -1;
  let number = -1;
  for (let link = 0; link < of.length; link++) {
    const o = observationOf[pairs[link]!]!;
    const p = probabilities[link]!;
    const t = tied[link]!;
    if (o !== observation || p !== probability || t !== tie) {
      observation = o;
      probability = p;
      tie = t;
      number = numberOf(o, p, t === 1);
    }
    of[link] = number;
  }
  return evidence;
}

/** By the threads that found the links: each makes a part of the rows and writes it where it belongs. Takes all the memory it needs before it lets anything else go on. */
export async function writeLinksCsv(path: string, rows: LinkRows): Promise<void> {
  const { found } = rows;
  const { links, memory, kernel, pool } = found;
  const content = contentOf(rows);
  const lanes = Array.from({ length: pool.threads }, () => ({ cursor: memory.reserve(4), buffer: memory.reserve(LINK_ROWS_BUFFER) }));
  const file = new PartialFile(path);
  try {
    const header = `${columnsOf(rows).join(",")}\n`;
    file.write(header);
    let position = Buffer.byteLength(header);
    let next = 0;
    const parts = lanes.map(async (lane, part) => {
      const from = next;
      const to = Math.ceil((links.count * (part + 1)) / lanes.length);
      const task = { descriptor: file.descriptor, position, from, to, ...lane, ...content };
      position += kernel.linkBytes(content.clusters, content.starts, content.textOf, from, (next = to));
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

/** What the rows are made of, in shared memory. */
function contentOf({ found, clusters }: LinkRows): LinkRowsContent {
  const { candidates, links, recordIds, memory, kernel, levels } = found;
  const reserve = (values: number): { at: number; view: Uint32Array } => {
    const at = memory.reserve(values * 4);
    return { at, view: memory.u32(at, values) };
  };
  const textOf = reserve(links.count);
  const lines = evidenceOfLinks(found, textOf.view).map(({ observation, weight, probability, pairwise, tied }) => Buffer.from(`${weight.toFixed(4)},${probability.toFixed(6)},${pairwise.toFixed(6)},${tied ? 1 : 0},${levels(observation).join(",")}\n`));
  const starts = reserve(lines.length + 1);
  starts.view[0] = 0;
  lines.forEach((line, i) => (starts.view[i + 1] = starts.view[i]! + line.length));
  const texts = memory.reserve(starts.view.at(-1)! + 15);
  lines.forEach((line, i) => memory.u8(texts + starts.view[i]!, line.length).set(line));
  const copied = (values: Uint32Array): number => {
    const { at, view } = reserve(values.length);
    view.set(values);
    return at;
  };
  /** For every link what is at its place. */
  const ofLinks = (places: number, values: Uint32Array): number => {
    const { at } = reserve(links.count);
    const mark = memory.mark();
    kernel.wordsAt(places, links.count, copied(values), at);
    memory.release(mark);
    return at;
  };
  const pairs = copied(links.pairs);
  const rowsA = ofLinks(pairs, candidates.rowsA);
  const [idsA, idsB = idsA] = recordIds as [number, number?];
  return {
    idsA,
    idsB,
    rowsA,
    rowsB: ofLinks(pairs, candidates.rowsB),
    clusters: clusters === undefined ? 0 : ofLinks(rowsA, clusters),
    texts,
    starts: starts.at,
    textOf: textOf.at,
  };
}
