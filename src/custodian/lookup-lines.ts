import { ID_HALVES } from "../exchange/row-group.ts";
import type { CellBytes } from "./csv/cell-bytes.ts";

/** Own ids of records, as runs of bytes. */
export interface IdBytes {
  readonly bytes: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** The own id of each record of a slice: its cell without white space around it, or its row number where no column holds one. */
export function trimmedIds(cells: CellBytes, columns: number, idColumn: number, firstRow: number): IdBytes {
  const starts = new Int32Array(cells.count);
  const ends = new Int32Array(cells.count);
  if (idColumn < 0) {
    const bytes = Buffer.allocUnsafe(cells.count * 10);
    let end = 0;
    for (let i = 0; i < cells.count; i++) {
      starts[i] = end;
      end += bytes.write(String(firstRow + cells.numbers[i]!), end, "latin1");
      ends[i] = end;
    }
    return { bytes, starts, ends };
  }
  const { bytes, bounds } = cells;
  for (let i = 0; i < cells.count; i++) {
    const at = (i * columns + idColumn) * 2;
    let start = bounds[at]!;
    let end = bounds[at + 1]!;
    if (start < end && !(isPlain(bytes[start]!) && isPlain(bytes[end - 1]!))) {
      const text = bytes.toString("utf8", start, end);
      start += Buffer.byteLength(text.slice(0, text.length - text.trimStart().length));
      end = start + Buffer.byteLength(text.trim());
    }
    starts[i] = start;
    ends[i] = end;
  }
  return { bytes, starts, ends };
}

/** Whether a byte is an ASCII character other than white space. */
function isPlain(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f;
}

const HEX = Buffer.from("0123456789abcdef");
const QUOTE = 0x22;
const COMMA = 0x2c;
const CR = 0x0d;
const LF = 0x0a;

/** Lines of the lookup file, as `csvCell` would have them: the record id of each record and its own id. */
export function lookupLines(recordIds: Uint32Array, { bytes, starts, ends }: IdBytes): Uint8Array {
  const ids = new Uint8Array(recordIds.buffer, recordIds.byteOffset, recordIds.byteLength);
  const count = recordIds.length / ID_HALVES;
  let most = count * (ID_HALVES * 8 + 4);
  for (let i = 0; i < count; i++) most += 2 * (ends[i]! - starts[i]!);
  const lines = new Uint8Array(most);
  let at = 0;
  for (let i = 0, id = 0; i < count; i++) {
    for (let n = 0; n < ID_HALVES * 4; n++) {
      const byte = ids[id++]!;
      lines[at++] = HEX[byte >> 4]!;
      lines[at++] = HEX[byte & 15]!;
    }
    lines[at++] = COMMA;
    const first = at;
    let quoted = false;
    for (let b = starts[i]!; b < ends[i]!; b++) {
      const byte = bytes[b]!;
      if (byte === QUOTE) lines[at++] = QUOTE;
      quoted ||= byte === QUOTE || byte === COMMA || byte === CR || byte === LF;
      lines[at++] = byte;
    }
    if (quoted) {
      lines.copyWithin(first + 1, first, at++);
      lines[first] = QUOTE;
      lines[at++] = QUOTE;
    }
    lines[at++] = LF;
  }
  return lines.subarray(0, at);
}
