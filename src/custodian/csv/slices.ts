import { CsvKernel } from "../../kernel/csv-kernel.ts";
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
const SPACE = 0x20;
const TAB = 0x09;
const CR = 0x0d;
const LF = 0x0a;
const DELIMITERS = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/**
 * Cuts CSV bytes at the ends of records, so that workers parse slices independently. The first slice is the header alone.
 *
 * A quote opens only at the start of a cell, as in `parseRecords`. The cap on a record bounds what an unclosed quote can take with it.
 */
export async function* cutSlices(chunks: AsyncIterable<Buffer>, path: string, sliceBytes: number, delimiter?: Delimiter): AsyncGenerator<Slice> {
  let pending: Buffer = Buffer.alloc(0);
  let row = 1;
  let separators = (delimiter === undefined ? DELIMITERS : [delimiter]).map((character) => character.charCodeAt(0));
  const kernel = new CsvKernel();
  const scanner = { at: 0, recordStart: 0, inQuotes: false, ends: [] as number[] };

  /** Whether a quote outside quotes opens: what stands before it in its cell is blank. */
  function opensAt(quote: number, recordStart: number): boolean {
    let before = quote - 1;
    while (before >= recordStart && (pending[before] === SPACE || pending[before] === TAB) && !separators.includes(pending[before]!)) before--;
    return before < recordStart || separators.includes(pending[before]!);
  }

  /** Finds the ends of records, at most so many of them: up to a quote with the kernel, since the main thread reads every byte of the file here. */
  function scan(last: boolean, most: number): void {
    let { at, recordStart, inQuotes } = scanner;
    const { ends } = scanner;
    if (most === Infinity && !inQuotes) {
      const first = recordStart;
      const found = kernel.lineEnds(pending.subarray(first), LONGEST_RECORD);
      for (const end of found.ends) ends.push((recordStart = first + end));
      at = Math.max(at, first + found.stop);
    }
    const tooLong = (): SaltlinkError => new SaltlinkError("input", `${path} row ${row + ends.length}: longer than ${LONGEST_RECORD / 1024} KiB, as no record of a person is; check the line endings`);
    for (; at < pending.length && ends.length < most; at++) {
      const byte = pending[at]!;
      if (byte > QUOTE) continue; // no quote, no line end
      if (inQuotes) {
        if (byte === QUOTE) {
          if (at + 1 === pending.length && !last) break;
          if (pending[at + 1] === QUOTE) at++;
          else inQuotes = false;
        }
        if (at - recordStart > LONGEST_RECORD) throw unclosed(path, row + ends.length);
      } else if (byte === QUOTE) {
        inQuotes = opensAt(at, recordStart);
      } else if (byte === LF || byte === CR) {
        if (byte === CR && at + 1 === pending.length && !last) break;
        if (at - recordStart > LONGEST_RECORD) throw tooLong();
        if (byte === CR && pending[at + 1] === LF) at++;
        ends.push(at + 1);
        recordStart = at + 1;
      }
    }
    if (at - recordStart > LONGEST_RECORD) throw inQuotes ? unclosed(path, row + ends.length) : tooLong();
    if (last && inQuotes) throw unclosed(path, row + ends.length);
    if (last && at === pending.length && recordStart < at) {
      ends.push(at);
      recordStart = at;
    }
    Object.assign(scanner, { at, recordStart, inQuotes });
  }

  /** Slices of the records found; what fills none stays pending unless it is the last. */
  function* take(last: boolean, bytes: number): Generator<Slice> {
    const { ends } = scanner;
    let start = 0;
    let from = 0;
    for (let i = 0; i < ends.length; i++) {
      if (ends[i]! - start < bytes && !(last && i === ends.length - 1)) continue;
      const slice = { bytes: pending.subarray(start, ends[i]), firstRow: row, records: i + 1 - from };
      row += slice.records;
      start = ends[i]!;
      from = i + 1;
      yield slice;
    }
    pending = pending.subarray(start);
    scanner.ends = ends.slice(from).map((end) => end - start);
    scanner.at -= start;
    scanner.recordStart -= start;
  }

  function* cut(last: boolean): Generator<Slice> {
    if (row === 1) {
      // by itself: what separates the records below is not known before
      scan(last, 1);
      for (const header of take(last, 1)) {
        separators = [(delimiter ?? delimiterOf(header.bytes.toString())).charCodeAt(0)];
        yield header;
      }
      if (row === 1) return;
    }
    scan(last, Infinity);
    yield* take(last, sliceBytes);
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
