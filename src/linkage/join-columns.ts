import { type ReadWords, type WordPlaces, readWords } from "../exchange/word-places.ts";
import type { LinkKernel } from "../kernel/link-kernel.ts";
import { mixIntoDigests } from "./load-columns.ts";
import type { Absorbed } from "./merge-tuples.ts";

/** Room in which one rule at a time is joined; rules that are joined at once have one each. Addresses of what `joinColumns` needs. */
export interface JoinRoom {
  readonly sortedA: number;
  readonly orderA: number;
  readonly sortedB: number;
  readonly orderB: number;
  readonly keys: number;
  readonly sortedScratch: number;
  /** Also for matches. */
  readonly orderScratch: number;
  /** Also where piles end. */
  readonly digits: number;
  readonly blocks: number;
  /** For piles of up to `largestPile` rows; larger ones are sorted. */
  readonly table: number;
  readonly largestPile: number;
  readonly counts: number;
  /** How far a task has come with the digests: a u32. */
  readonly mixed: number;
  /** What lies above this mark can be given back when only the orders are needed any more. */
  readonly ordersEnd: number;
}

/** One file's key column. */
interface KeyColumn {
  readonly column: number;
  readonly rows: number;
  /** Where its part in the records' content digests is added. No two tasks at a time may have the same. */
  readonly digests: number;
}

/** What they are absorbed into (merge-tuples.ts) with the rule's bit, and where tuples go that are not: u32 for each of the smaller file's rows, and one more. */
interface Matches extends Absorbed {
  readonly bit: bigint;
  readonly a: number;
  readonly b: number;
}

export interface JoinJob {
  /** One column to find the blocks within a file. */
  readonly join: readonly KeyColumn[];
  /** Bits that count. */
  readonly mask: bigint;
  /** What becomes of keys that one record of each file has; undefined where all keys are asked for in order. */
  readonly matches: Matches | "counted" | undefined;
  readonly room: JoinRoom;
}

/** A job for another thread. */
export interface JoinTask extends JoinJob {
  readonly places: readonly WordPlaces[];
}

/** What became of a task. */
export const JOINED = { unreadable: 0, fine: 1, interrupted: 2 } as const;

const INDEX = 4;
const WORD = 8;
const READ_ROWS = 1 << 14; // few enough that a part is still in the cache when it is added to the digests
const PILES = 512;
/** What sorting keys counts in. */
export const DIGITS_BYTES = (512 + 2048) * INDEX;
const MIXING = { no: 0, begun: 1, done: 2 } as const;

export function runJoinTask(kernel: LinkKernel, memory: WebAssembly.Memory, { places, ...job }: JoinTask): number {
  try {
    return joinColumns(kernel, memory, job, places.map((of): ReadWords => (column, from, target) => readWords(of, column, from, target)));
  } catch {
    return JOINED.unreadable;
  }
}

/**
 * Joins two key columns, or one with itself. Keys that hardly any two records of a file share are joined through hash tables; others, and those that are asked for in order, are sorted. `counts` becomes the number of matches, of blocks, and of the matches that were not absorbed.
 * A column's part in the digests must not be added twice: a task that is tried again though it was about it ends as interrupted.
 *
 * @param reads of each file
 */
export function joinColumns(kernel: LinkKernel, memory: WebAssembly.Memory, { join, mask, matches, room }: JoinJob, reads: readonly ReadWords[]): number {
  const [a, b] = join as readonly [KeyColumn, KeyColumn?];
  const counts = new Uint32Array(memory.buffer, room.counts, 3);
  const mixed = new Uint32Array(memory.buffer, room.mixed, 1);
  if (mixed[0] === MIXING.begun) return JOINED.interrupted;
  const load = (side: number): void => {
    const { column, rows, digests } = join[side]!;
    for (let row = 0; row < rows; row += READ_ROWS) {
      const count = Math.min(READ_ROWS, rows - row);
      const at = room.keys + row * WORD;
      reads[side]!(column, row, new Uint8Array(memory.buffer, at, count * WORD));
      if (mixed[0] === MIXING.begun) mixIntoDigests(kernel, column, at, count, digests + row * WORD);
    }
    if (side === join.length - 1) mixed[0] = MIXING.done;
  };
  if (mixed[0] === MIXING.no) mixed[0] = MIXING.begun;
  if (matches !== undefined && b !== undefined) {
    const [endsA, endsB] = [room.digits, room.digits + PILES * INDEX] as const;
    const [rowsA, rowsB] = [room.sortedScratch, room.sortedScratch + a.rows * INDEX] as const;
    load(0);
    const largestA = kernel.dealKeys(room.keys, a.rows, room.sortedA, rowsA, endsA);
    load(1);
    const largestB = kernel.dealKeys(room.keys, b.rows, room.sortedB, rowsB, endsB);
    const largest = Math.max(largestA, largestB);
    if (largest <= room.largestPile) {
      kernel.joinPiles(room.sortedA, rowsA, endsA, room.sortedB, rowsB, endsB, largest, room.table, room.orderScratch, a.rows, room.orderA, room.orderB, room.blocks, room.counts);
      if (matches !== "counted") counts[2] = kernel.absorbMatches(room.orderScratch, a.rows, matches.bit, matches.partners, matches.seen, matches.a, matches.b);
      return JOINED.fine;
    }
  }
  const sort = (side: number, sorted: number, order: number): number => {
    load(side);
    return kernel.sortByKey(room.keys, join[side]!.rows, mask, sorted, order, room.sortedScratch, room.orderScratch, room.digits);
  };
  const countA = sort(0, room.sortedA, room.orderA);
  const countB = b === undefined ? countA : sort(1, room.sortedB, room.orderB);
  counts[0] = counts[2] = 0;
  counts[1] = kernel.findBlocks(room.sortedA, countA, room.sortedB, countB, Number(b === undefined), room.blocks);
  return JOINED.fine;
}

/** A pile's usual share of the rows, several times over. */
export function largestPile(rows: number): number {
  return Math.max(1 << 10, Math.ceil((4 * rows) / PILES));
}
