import { readSync } from "node:fs";
import { type WordPlaces, readValues } from "./word-places.ts";

/** Characters of a record id. */
export const ID_LENGTH = 32;
/** A record id in Parquet: its length in four bytes, and itself. */
export const ID_BYTES = 4 + ID_LENGTH;

/** What became of reading record ids; numbers, as threads answer with one. */
export const IDS = { unreadable: 0, fine: 1, damaged: 2, repeated: 3 } as const;

/** Reads record ids as they stand in the file, ID_BYTES each, from row `from` on, until `target` is full. @throws RangeError where the file has ended meanwhile */
export function readIdBytes(places: WordPlaces, from: number, target: Uint8Array): void {
  readValues(places, ID_BYTES, ({ ids }) => ids, from, target);
}

/** Reads the record ids of all rows. */
export function readIds({ descriptor, groups }: WordPlaces, ids: Uint8Array): number {
  for (const group of groups) {
    const bytes = new Uint8Array(group.rows * ID_BYTES);
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(descriptor, bytes, done, bytes.length - done, group.ids + done);
      if (read === 0) return IDS.unreadable;
      done += read;
    }
    // by words, written out: a million calls that copy 32 bytes each, or loops over eight words, take several times as long
    const [from, to] = [new Uint32Array(bytes.buffer), new Uint32Array(ids.buffer, ids.byteOffset + group.start * ID_LENGTH, (group.rows * ID_LENGTH) / 4)];
    for (let id = 1, at = 0; at < to.length; id += ID_BYTES / 4, at += ID_LENGTH / 4) {
      to[at] = from[id]!;
      to[at + 1] = from[id + 1]!;
      to[at + 2] = from[id + 2]!;
      to[at + 3] = from[id + 3]!;
      to[at + 4] = from[id + 4]!;
      to[at + 5] = from[id + 5]!;
      to[at + 6] = from[id + 6]!;
      to[at + 7] = from[id + 7]!;
    }
  }
  return checkIds(ids);
}

/** What two bytes are worth as digits of a record id, read as a number of 16 bits; 256 when one is none. */
const TWO_DIGITS = new Uint16Array(1 << 16).fill(256);
for (let value = 0; value < 256; value++) TWO_DIGITS[Buffer.from(value.toString(16).padStart(2, "0"), "latin1").readUInt16LE()] = value;

/** Record ids are 128 random bits each; whoever repeats one has made the file by hand, and links to it could not be returned. */
export function checkIds(ids: Uint8Array): number {
  const twos = new Uint16Array(ids.buffer, ids.byteOffset, ids.length / 2);
  let digits = 0;
  for (let at = 0; at < twos.length; at++) digits |= TWO_DIGITS[twos[at]!]!;
  if (digits > 255) return IDS.damaged;
  const rows = perhapsRepeated(ids);
  // one Set of them all could be larger than a Set can be: the first 48 bits tell all but a few apart
  const three = (at: number): number => (TWO_DIGITS[twos[at]!]! << 16) | (TWO_DIGITS[twos[at + 1]!]! << 8) | TWO_DIGITS[twos[at + 2]!]!;
  const beginnings = Float64Array.from(rows, (row) => three(row * (ID_LENGTH / 2)) * 2 ** 24 + three(row * (ID_LENGTH / 2) + 3));
  const sorted = beginnings.slice().sort();
  const repeated = new Set<number>();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) repeated.add(sorted[i]!);
  if (repeated.size === 0) return IDS.fine;
  const doubtful = rows.filter((_, i) => repeated.has(beginnings[i]!));
  const bytes = Buffer.from(ids.buffer, ids.byteOffset, ids.length);
  return new Set(doubtful.map((row) => recordIdAt(bytes, row))).size < doubtful.length ? IDS.repeated : IDS.fine;
}

/** Rows whose ids may be another's too: a sixteenth of them, and all that are. A map of 32 bits an id says of each whether none, one or several fall on it; to sort all ids takes five times as long. */
function perhapsRepeated(ids: Uint8Array): number[] {
  const words = new Uint32Array(ids.buffer, ids.byteOffset, ids.length / 4);
  const count = ids.length / ID_LENGTH;
  const bits = Math.max(5, Math.min(32, Math.ceil(Math.log2(count * 32))));
  const placeOf = (row: number): number => (Math.imul(words[row * 8]!, 0x9e3779b1) ^ Math.imul(words[row * 8 + 1]!, 0x85ebca6b)) >>> (32 - bits);
  const [once, again] = [new Uint32Array(2 ** (bits - 5)), new Uint32Array(2 ** (bits - 5))];
  for (let row = 0; row < count; row++) {
    const place = placeOf(row);
    const bit = 1 << (place & 31);
    again[place >>> 5]! |= once[place >>> 5]! & bit;
    once[place >>> 5]! |= bit;
  }
  const rows: number[] = [];
  for (let row = 0; row < count; row++) {
    const place = placeOf(row);
    if (((again[place >>> 5]! >>> (place & 31)) & 1) === 1) rows.push(row);
  }
  return rows;
}

/** The id of a row among those that a hashed file's reader gives. */
function recordIdAt(ids: Buffer, row: number): string {
  return ids.toString("latin1", row * ID_LENGTH, (row + 1) * ID_LENGTH);
}

/** All ids, each as a text of its own. */
export function recordIdTexts(ids: Buffer): string[] {
  return Array.from({ length: ids.length / ID_LENGTH }, (_, row) => recordIdAt(ids, row));
}
