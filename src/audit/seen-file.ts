import type { HashedFile } from "../exchange/read-hashed-file.ts";
import { ID_HALVES } from "../exchange/row-group.ts";
import { type EqualityStructure, addToDigest, classesOf, columnPlaces, maskHash, strataHashes, structureFrom } from "./equality-structure.ts";

/** A hashed file as the attacker sees it: equalities of all records, and the whole of some rows (`wanted`), as halves one after the other without a record id. */
export async function readSeenFile(file: HashedFile, wanted: Int32Array): Promise<{ structure: EqualityStructure; rows: Uint32Array; width: number }> {
  const { header, layout } = file;
  const count = header.rows;
  const places = columnPlaces(header.schema);
  const width = ID_HALVES + layout.words.length * 2;
  const rows = new Uint32Array(wanted.length * width);
  const buffer = new BigInt64Array(count);
  const halves = new Uint32Array(buffer.buffer);
  const read = async (name: string, at: number): Promise<void> => {
    await file.readColumn(name, buffer);
    wanted.forEach((row, i) => rows.set(halves.subarray(row * 2, row * 2 + 2), i * width + at));
  };
  await read(layout.nulls, ID_HALVES);
  const codes = await Promise.all(header.strata.map((_, s) => file.readStratum(s)));
  const strata = strataHashes(count, header.strata.map(({ values }) => ["", ...values.map(({ value }) => value)]), (row, s) => codes[s]![row]!);
  const masks = Uint32Array.from({ length: count }, (_, row) => maskHash(halves[row * 2]!, halves[row * 2 + 1]!, strata[row]));
  const columns = [];
  let word = 1;
  for (const { name, kind, at, words } of places) {
    const digest = { low: new Uint32Array(count), high: new Uint32Array(count) };
    for (let w = 0; w < words; w++) {
      await read(layout.words[word++]!, at + w * 2);
      for (let row = 0; row < count; row++) addToDigest(digest, row, halves[row * 2]!, halves[row * 2 + 1]!);
    }
    columns.push({ name, kind, ...classesOf(digest) });
  }
  return { structure: structureFrom(columns, masks, strata), rows, width };
}
