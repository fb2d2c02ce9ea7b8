import { SaltlinkError } from "../../errors.ts";

/** A run of whole records. */
export interface Slice {
  readonly bytes: Buffer;
  /** Row number of its first record; the header is row 1. */
  readonly firstRow: number;
  readonly records: number;
}

const LONGEST_RECORD = 64 * 1024;
const QUOTE = 0x22;
const CR = 0x0d;
const LF = 0x0a;
const DELIMITERS = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/**
 * Cuts CSV bytes at the ends of records, so that workers parse slices independently. The first slice is the header alone.
 *
 * A quote opens only at the start of a cell, as in fast-csv. The cap on a record bounds what an unclosed quote can do: without it the parser
 * is quadratic in the rest of the file.
 */
export async function* cutSlices(chunks: AsyncIterable<Buffer>, path: string, sliceBytes: number, delimiter?: Delimiter): AsyncGenerator<Slice> {
  let pending: Buffer = Buffer.alloc(0);
  let row = 1;
  let separators = delimiter === undefined ? DELIMITERS.map((character) => character.charCodeAt(0)) : [delimiter.charCodeAt(0)];
  const scanner = { at: 0, recordStart: 0, inQuotes: false, cellStart: true, ends: [] as number[] };

  function scan(last: boolean): void {
    let { at, recordStart, inQuotes, cellStart } = scanner;
    for (; at < pending.length; at++) {
      const byte = pending[at]!;
      if (inQuotes) {
        if (byte === QUOTE) {
          if (at + 1 === pending.length && !last) break;
          if (pending[at + 1] === QUOTE) at++;
          else inQuotes = false;
        } else if (at - recordStart > LONGEST_RECORD) throw unclosed(path, row + scanner.ends.length);
      } else if (byte === QUOTE && cellStart) {
        inQuotes = true;
        cellStart = false;
      } else if (byte === LF || byte === CR) {
        if (byte === CR && at + 1 === pending.length && !last) break;
        if (byte === CR && pending[at + 1] === LF) at++;
        scanner.ends.push(at + 1);
        recordStart = at + 1;
        cellStart = true;
      } else {
        cellStart = separators.includes(byte);
        if (at - recordStart > LONGEST_RECORD) {
          throw new SaltlinkError("input", `${path} row ${row + scanner.ends.length}: longer than ${LONGEST_RECORD / 1024} KiB, as no record of a person is; check the line endings`);
        }
      }
    }
    if (last && inQuotes) throw unclosed(path, row + scanner.ends.length);
    if (last && recordStart < pending.length) scanner.ends.push(pending.length);
    Object.assign(scanner, { at, recordStart, inQuotes, cellStart });
  }

  function take(records: number): Slice {
    const length = scanner.ends[records - 1]!;
    const slice = { bytes: pending.subarray(0, length), firstRow: row, records };
    pending = pending.subarray(length);
    scanner.ends = scanner.ends.slice(records).map((end) => end - length);
    scanner.at -= length;
    scanner.recordStart -= length;
    row += records;
    return slice;
  }

  /** Records that fill a slice; 0 when there are not enough yet. */
  const fullSlice = (): number => scanner.ends.findIndex((end) => end >= sliceBytes) + 1;

  function* cut(last: boolean): Generator<Slice> {
    scan(last);
    if (row === 1 && scanner.ends.length > 0) {
      const header = take(1);
      separators = [(delimiter ?? delimiterOf(header.bytes.toString())).charCodeAt(0)];
      yield header;
    }
    for (let enough = fullSlice(); enough > 0; enough = fullSlice()) yield take(enough);
    if (last && scanner.ends.length > 0) yield take(scanner.ends.length);
  }

  for await (const chunk of chunks) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    yield* cut(false);
  }
  yield* cut(true);
}

/** The delimiter that a header line holds most often; a comma when it holds none. */
export function delimiterOf(header: string): Delimiter {
  const counts = DELIMITERS.map((delimiter) => header.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

function unclosed(path: string, row: number): SaltlinkError {
  return new SaltlinkError("input", `${path} row ${row}: a quote is opened and never closed; close it or double it`);
}
