import type { HashedFile } from "../exchange/hashed-file.ts";
import { popcount } from "../filter-bits.ts";
import { LIMIT_SCALE, distanceBase, wholeLimits } from "../schema/comparison-levels.ts";
import { type Rule, rulesOf } from "./join-rule.ts";
import { standingRows } from "./own-people.ts";

/**
 * How many of some pairs of records the rules bring together, as `candidatePairs` would, where no block is skipped: by reading the columns and looking at these pairs alone, which takes no longer than reading.
 *
 * @param rows of the pairs; in the order of A it is faster
 */
export async function countReached(a: HashedFile, b: HashedFile, rows: { readonly a: Uint32Array; readonly b: Uint32Array }): Promise<number> {
  const [standingA, standingB] = [await standingRows(a), a === b ? undefined : await standingRows(b)];
  const rowsA = standingA === undefined ? rows.a : rows.a.map((row) => standingA[row]!);
  // within a file that says who is one person nothing else is looked at
  if (a === b && standingA !== undefined) return rowsA.reduce((reached, row, pair) => reached + (row === standingA[rows.b[pair]!] ? 1 : 0), 0);
  const rowsB = standingB === undefined ? rows.b : rows.b.map((row) => standingB[row]!);
  const rules = rulesOf(a.header.schema, a, b);
  const columns = [new Int32Array(a.header.rows * 2), new Int32Array(b.header.rows * 2)] as const;
  const read = async (name: string): Promise<void> => {
    await a.readColumn(name, new BigInt64Array(columns[0].buffer));
    if (a !== b) await b.readColumn(name, new BigInt64Array(columns[1].buffer));
  };
  const [ofA, ofB] = [columns[0], a === b ? columns[0] : columns[1]];
  /** Those of some pairs that do not agree in a rule's column. */
  const apart = async ({ column, mask }: Rule, pairs: Uint32Array): Promise<Uint32Array> => {
    if (column === undefined) return pairs.subarray(0, 0);
    await read(column);
    const [low, high] = [Number(BigInt.asIntN(32, mask)), Number(BigInt.asIntN(32, mask >> 32n))];
    return pairs.filter((pair) => {
      const [at, other] = [rowsA[pair]! * 2, rowsB[pair]! * 2];
      return (ofA[at] === 0 && ofA[at + 1] === 0) || (ofB[other] === 0 && ofB[other + 1] === 0) || (((ofA[at]! ^ ofB[other]!) & low) | ((ofA[at + 1]! ^ ofB[other + 1]!) & high)) !== 0;
    });
  };
  let open = Uint32Array.from(rowsA.keys());
  for (const rule of rules.filter(({ kind }) => kind === "key")) open = (await apart(rule, open)) as Uint32Array<ArrayBuffer>;
  let uncompared = open;
  for (const rule of rules.filter(({ kind }) => kind === "bucket")) uncompared = (await apart(rule, uncompared)) as Uint32Array<ArrayBuffer>;
  const compared = new Uint8Array(rowsA.length).fill(1); // a Set holds 2^24 pairs at most
  for (const pair of uncompared) compared[pair] = 0;
  let near = open.filter((pair) => compared[pair] === 1);
  const total = rowsA.length - open.length + near.length;
  for (const [f, { columns: words }] of a.layout.filters.entries()) {
    if (near.length === 0) break;
    const distances = new Uint32Array(near.length);
    const [weightsA, weightsB] = [new Uint32Array(near.length), new Uint32Array(near.length)];
    for (const word of words) {
      await read(word);
      for (const [i, pair] of near.entries()) {
        const [at, other] = [rowsA[pair]! * 2, rowsB[pair]! * 2];
        distances[i]! += popcount(ofA[at]! ^ ofB[other]!) + popcount(ofA[at + 1]! ^ ofB[other + 1]!);
        weightsA[i]! += popcount(ofA[at]!) + popcount(ofA[at + 1]!);
        weightsB[i]! += popcount(ofB[other]!) + popcount(ofB[other + 1]!);
      }
    }
    const filter = a.header.schema.filters[f]!;
    const [widest] = wholeLimits(filter) as [number];
    // those that are far in this filter are left for the next
    near = near.filter((_, i) => weightsA[i] === 0 || weightsB[i] === 0 || distances[i]! * LIMIT_SCALE > widest * distanceBase(filter, weightsA[i]!, weightsB[i]!));
  }
  return total - near.length;
}
