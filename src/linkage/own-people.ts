import { popcount } from "../filter-bits.ts";
import type { HashedFile } from "../exchange/read-hashed-file.ts";
import type { Candidates } from "./candidates.ts";
import type { Links } from "./solve.ts";
import type { SharedMemory } from "./shared-memory.ts";

/**
 * What a file says of its own duplicates: the department, which sees names, has looked for them, and one record of a person stands for all. The others are blank but for whose they are; what is found out about the one counts
 * for them too.
 */
export interface OwnPeople {
  /** Estimated share of these pairs of records that are right. */
  readonly precision: number;
  /** By a row that stands for others, those. */
  readonly others: ReadonlyMap<number, readonly number[]>;
  /** 1 for rows for which another stands. */
  readonly isOther: Uint8Array;
  /** Rows without those. */
  readonly people: number;
}

/** Reads who is one person, and lets null masks of rows for which others stand be theirs. Undefined where the file does not say. `nulls`: where null masks of all rows lie in the memory. */
export async function readOwnPeople(file: HashedFile, memory: SharedMemory, nulls: number): Promise<OwnPeople | undefined> {
  const { rows } = file.header;
  const masks = (): Uint32Array => memory.u32(nulls, 2 * rows);
  const people = await rowsByPerson(file, async () => masks());
  if (people === undefined) return undefined;
  const others = new Map<number, number[]>();
  const isOther = new Uint8Array(rows);
  for (const [one, ...rest] of people) {
    others.set(one!, rest);
    for (const row of rest) {
      isOther[row] = 1;
      masks().copyWithin(2 * row, 2 * one!, 2 * one! + 2);
    }
  }
  return { precision: file.header.people!.precision, others, isOther, people: rows - isOther.reduce((sum, one) => sum + one, 0) };
}

/** For every row the one that stands for it; undefined where the file does not say. */
export async function standingRows(file: HashedFile): Promise<Uint32Array | undefined> {
  const { rows } = file.header;
  const people = await rowsByPerson(file, async () => {
    const masks = new BigInt64Array(rows);
    await file.readColumn(file.layout.nulls, masks);
    return new Uint32Array(masks.buffer);
  });
  if (people === undefined) return undefined;
  const standing = Uint32Array.from({ length: rows }, (_, row) => row);
  for (const [one, ...rest] of people) for (const row of rest) standing[row] = one!;
  return standing;
}

/** Rows of each person that has several, the one that stands for them first: the others lack everything. */
async function rowsByPerson(file: HashedFile, readMasks: () => Promise<Uint32Array>): Promise<Iterable<number[]> | undefined> {
  const [column] = file.layout.person;
  if (column === undefined) return undefined;
  const words = new BigInt64Array(file.header.rows);
  await file.readColumn(column, words);
  const masks = await readMasks();
  const missing = (row: number): number => popcount(masks[2 * row]!) + popcount(masks[2 * row + 1]!);
  const rowsOf = new Map<bigint, number[]>();
  words.forEach((person, row) => {
    if (person === 0n) return;
    const known = rowsOf.get(person);
    if (known === undefined) rowsOf.set(person, [row]);
    else if (missing(row) < missing(known[0]!)) known.unshift(row);
    else known.push(row);
  });
  return rowsOf.values();
}

/** The pairs of two files and those of their people's other records, on the sides on which a record may have several partners. */
export function withOthers(candidates: Candidates, a: OwnPeople | undefined, b: OwnPeople | undefined): Candidates {
  if (a === undefined && b === undefined) return candidates;
  const { count, rowsA, rowsB, observation, observations } = candidates;
  const more: { a: number; b: number; observation: number }[] = [];
  const pairs = observations.map((seen) => seen.pairs);
  for (let pair = 0; pair < count; pair++) {
    const [othersA, othersB] = [a?.others.get(rowsA[pair]!) ?? [], b?.others.get(rowsB[pair]!) ?? []];
    const add = (rowA: number, rowB: number): void => {
      more.push({ a: rowA, b: rowB, observation: observation[pair]! });
      pairs[observation[pair]!]!++;
    };
    for (const rowB of othersB) add(rowsA[pair]!, rowB);
    for (const rowA of othersA) for (const rowB of [rowsB[pair]!, ...othersB]) add(rowA, rowB);
  }
  const appended = (values: Uint32Array, added: (pair: (typeof more)[number]) => number): Uint32Array => {
    const all = new Uint32Array(count + more.length);
    all.set(values);
    more.forEach((pair, i) => (all[count + i] = added(pair)));
    return all;
  };
  return {
    ...candidates,
    count: count + more.length,
    rowsA: appended(rowsA, (pair) => pair.a),
    rowsB: appended(rowsB, (pair) => pair.b),
    observation: appended(observation, (pair) => pair.observation),
    observations: observations.map((seen, o) => ({ ...seen, pairs: pairs[o]! })),
  };
}

/** Matches that are missed because a record is taken for another person's: it has that person's links, and not its own. `first`: the first of the pairs that are there for other records. */
export function misplacedMatches(first: number, { rowsA, rowsB }: Candidates, { pairs, probabilities }: Links, a: OwnPeople | undefined, b: OwnPeople | undefined): number {
  let misplaced = 0;
  pairs.forEach((pair, i) => {
    if (pair < first) return;
    for (const [own, row] of [[a, rowsA[pair]!], [b, rowsB[pair]!]] as const) if (own?.isOther[row] === 1) misplaced += probabilities[i]! * (1 - own.precision);
  });
  return misplaced;
}

/** All pairs of records of one person within a file, under one observation: nothing was compared. */
export function pairsOfPeople({ others }: OwnPeople): Candidates {
  const rowsA: number[] = [];
  const rowsB: number[] = [];
  for (const [one, rest] of others) {
    const all = [one, ...rest].sort((x, y) => x - y);
    all.forEach((rowA, i) => {
      for (const rowB of all.slice(i + 1)) {
        rowsA.push(rowA);
        rowsB.push(rowB);
      }
    });
  }
  const count = rowsA.length;
  return { count, rowsA: Uint32Array.from(rowsA), rowsB: Uint32Array.from(rowsB), observation: new Uint32Array(count), observations: count === 0 ? [] : [{ observed: 0n, missing: 0n, pairs: count }], rules: [] };
}
