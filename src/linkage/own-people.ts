import { SaltlinkError } from "../errors.ts";
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

/** Stratum codes (see HashedFile.readStratum) and the records of each: other records of a person have none of their own, and are counted with the one that stands for them (`several`), or not at all (code NOT_COUNTED). */
export async function countedStratum(file: HashedFile, index: number, { own, several }: { own: OwnPeople | undefined; several: boolean }): Promise<{ codes: Uint8Array; records: number[] }> {
  const codes = await file.readStratum(index);
  for (const [one, rest] of own?.others ?? []) for (const row of rest) codes[row] = several ? codes[one]! : NOT_COUNTED;
  const records = [0, ...file.header.strata[index]!.values.map(() => 0)];
  for (const code of codes) if (code !== NOT_COUNTED) records[code]!++;
  return { codes, records };
}
const NOT_COUNTED = 255;

/** The pairs of two files and those of their people's other records, on the sides on which a record may have several partners. */
export function withOthers(candidates: Candidates, a: OwnPeople | undefined, b: OwnPeople | undefined): Candidates {
  if (a === undefined && b === undefined) return candidates;
  const { count, rowsA, rowsB, observation, observations } = candidates;
  const othersOf = (own: OwnPeople | undefined, row: number): readonly number[] => own?.others.get(row) ?? NONE;
  let total = 0;
  for (let pair = 0; pair < count; pair++) total += (1 + othersOf(a, rowsA[pair]!).length) * (1 + othersOf(b, rowsB[pair]!).length);
  limitPairs(total);
  const all = { a: new Uint32Array(total), b: new Uint32Array(total), observation: new Uint32Array(total) };
  all.a.set(rowsA);
  all.b.set(rowsB);
  all.observation.set(observation);
  const pairs = observations.map((seen) => seen.pairs);
  let end = count;
  const add = (rowA: number, rowB: number, seen: number): void => {
    all.a[end] = rowA;
    all.b[end] = rowB;
    all.observation[end++] = seen;
    pairs[seen]!++;
  };
  for (let pair = 0; pair < count; pair++) {
    const [rowA, rowB, seen] = [rowsA[pair]!, rowsB[pair]!, observation[pair]!];
    const othersB = othersOf(b, rowB);
    for (const other of othersB) add(rowA, other, seen);
    for (const one of othersOf(a, rowA)) {
      add(one, rowB, seen);
      for (const other of othersB) add(one, other, seen);
    }
  }
  return { ...candidates, count: total, rowsA: all.a, rowsB: all.b, observation: all.observation, observations: observations.map((seen, o) => ({ ...seen, pairs: pairs[o]! })) };
}

const NONE: readonly number[] = [];
/** More pairs of people's other records are no people's: a value that stands for "not known", or somebody's invention. */
const MOST_PAIRS = 100_000_000;

function limitPairs(pairs: number): void {
  if (pairs > MOST_PAIRS) throw new SaltlinkError("memory", `the files say that so many records are one person's that there would be more than ${MOST_PAIRS / 1e6} million pairs of them; ask their departments to look at what they took for one person`);
}

/**
 * Links of people's other records are right only if it is their person, too: as often as their department's search is. Best first again.
 *
 * @param first the first of the pairs that are there for other records
 */
export function asFarAsTheirPersons(links: Links, first: number, candidates: Candidates, a: OwnPeople | undefined, b: OwnPeople | undefined): Links {
  if (a === undefined && b === undefined) return links;
  const probabilities = links.probabilities.map((p, i) => p * theirPersons(links.pairs[i]!, first, candidates, a, b));
  const order = Array.from(probabilities.keys()).sort((x, y) => probabilities[y]! - probabilities[x]! || x - y);
  const inOrder = <T extends Float64Array | Uint32Array | Uint8Array>(values: T): T => values.map((_: number, i: number) => values[order[i]!]!) as T;
  return { ...links, pairs: inOrder(links.pairs), probabilities: inOrder(probabilities), tied: inOrder(links.tied) };
}

/** P(both records of a pair are their persons'). */
function theirPersons(pair: number, first: number, { rowsA, rowsB }: Candidates, a: OwnPeople | undefined, b: OwnPeople | undefined): number {
  if (pair < first) return 1;
  return (a?.isOther[rowsA[pair]!] === 1 ? a.precision : 1) * (b?.isOther[rowsB[pair]!] === 1 ? b.precision : 1);
}

/** Matches that are missed because a record is taken for another person's: it has that person's links, and not its own. `first`: the first of the pairs that are there for other records. */
export function misplacedMatches(first: number, candidates: Candidates, { pairs, probabilities }: Links, a: OwnPeople | undefined, b: OwnPeople | undefined): number {
  return pairs.reduce((misplaced, pair, i) => misplaced + probabilities[i]! * (1 / theirPersons(pair, first, candidates, a, b) - 1), 0);
}

/** All pairs of records of one person within a file, under one observation: nothing was compared. */
export function pairsOfPeople({ others }: OwnPeople): Candidates {
  let count = 0;
  for (const rest of others.values()) count += (rest.length * (rest.length + 1)) / 2;
  limitPairs(count);
  const [rowsA, rowsB] = [new Uint32Array(count), new Uint32Array(count)];
  let end = 0;
  for (const [one, rest] of others) {
    const all = Uint32Array.from([one, ...rest]).sort();
    for (let i = 0; i < all.length; i++) {
      for (let j = i + 1; j < all.length; j++) {
        rowsA[end] = all[i]!;
        rowsB[end++] = all[j]!;
      }
    }
  }
  return { count, rowsA, rowsB, observation: new Uint32Array(count), observations: count === 0 ? [] : [{ observed: 0n, missing: 0n, pairs: count }], rules: [] };
}
