// The encoding kernel: records' values in, filters and words out. Twin of ../reference/encode-record.ts. The host finds or writes what cells come to (cells.ts), then one call encodes many records.
// And what becomes of encoded rows: which values they share (shared.ts), their order and their columns (rows.ts).
import { BLOCK, beginMessages, encrypt, encryptMessages, JOB, layMessage } from "./cmac";
import { layGrams, PART, writeFilter } from "./filters";
export { findCells, hashBatch, keepCells, moveTable } from "./cells";
export { cutCells, lineEnds } from "./csv";
export { distancesTo } from "./distances";
export { noteRecords, signsOf } from "./notes";
export { layRows, shuffle } from "./rows";
export { countBuckets, fillBuckets, findShared, layShared, sharedInBuckets, tableSlots, takeKeys } from "./shared";

/** First byte that the host may use. */
export function heapBase(): usize {
  return __heap_base;
}

// A *group* of values that are kept together: u32 list of where the first record's lie, u32 how many. At its address they lie one after the other.
const GROUP: usize = 8;
const VALUE: usize = 8;
const PAIR: usize = 12;
// A *filter*: u32 log2 of its bits, u32 number of its first part, u32 how many, u32 hashes, u32 columns of the diffusion.
const FILTER: usize = 20;
// The *program*: u32 groups, u32 how many, u32 jobs (the anchors of all parts, then the words), u32 how many are anchors, u32 how many are words, u32 filters, u32 how many, u32 parts, u32 bytes of a record's values, u32 CMAC's sub-key for a padded
// block, and scratch: u32 for what is longer than a block, u32 for the list of that, u32 for chains, u32 for states (16 bytes for each job of each record), u32 for whether they are there (a byte), u32 for n-grams, u32 for where those of each part end. Then
// u32 pairs of values to be put in order (each: where the first record's two lie, and where the lower goes, with the other behind it), u32 how many.

/** Encodes records whose values lie at `addresses`, one for each group: record i to `out` plus its place (in steps of `width` bytes). As many at once as there is scratch for. */
export function encodeRecords(program: usize, addresses: usize, count: i32, places: usize, out: usize, width: usize): void {
  takeValues(program, addresses, count);
  orderValues(program, count);
  layMessages(program, count);
  const jobs = load<i32>(program, 12) + load<i32>(program, 16);
  const states = <usize>load<u32>(program, 52);
  encryptMessages(states, states + <usize>(count * jobs) * BLOCK, <usize>load<u32>(program, 48));
  const grams = <usize>load<u32>(program, 60);
  encrypt(grams, layFilters(program, count) - grams);
  out = writeFilters(program, count, places, out, width);
  writeWords(program, count, places, out, width);
}

function takeValues(program: usize, addresses: usize, count: i32): void {
  const groups = <usize>load<u32>(program);
  const end = groups + <usize>load<u32>(program, 4) * GROUP;
  const size = <usize>load<u32>(program, 32);
  for (let shift: usize = 0; count > 0; count--, shift += size) {
    for (let group = groups; group < end; group += GROUP, addresses += 4) {
      const list = <usize>load<u32>(group);
      const from = <usize>load<u32>(addresses);
      for (let v: usize = 0; v < <usize>load<u32>(group, 4); v++) store<u64>(<usize>load<u32>(list + (v << 2)) + shift, load<u64>(from + v * VALUE));
    }
  }
}

/** Puts pairs of each record's values in the order of their bytes. */
function orderValues(program: usize, count: i32): void {
  const pairs = <usize>load<u32>(program, 68);
  const end = pairs + <usize>load<u32>(program, 72) * PAIR;
  const size = <usize>load<u32>(program, 32);
  for (let shift: usize = 0; count > 0; count--, shift += size) {
    for (let pair = pairs; pair < end; pair += PAIR) {
      const one = load<u64>(<usize>load<u32>(pair) + shift);
      const other = load<u64>(<usize>load<u32>(pair, 4) + shift);
      const to = <usize>load<u32>(pair, 8) + shift;
      const isBehind = comesBefore(other, one);
      store<u64>(to, isBehind ? other : one);
      store<u64>(to, isBehind ? one : other, VALUE);
    }
  }
}

/** Whether a value, as where it lies and its length, comes before another: their last byte, the separator, is lower than any other. */
function comesBefore(one: u64, other: u64): bool {
  const at = <usize><u32>one;
  const offset = <usize><u32>other - at;
  const end = at + min(<usize>(one >> 32), <usize>(other >> 32));
  for (let byte = at; byte < end; byte++) {
    const x = load<u8>(byte);
    const y = load<u8>(byte + offset);
    if (x != y) return x < y;
  }
  return false;
}

function layMessages(program: usize, count: i32): void {
  const jobs = <usize>load<u32>(program, 8);
  const end = jobs + <usize>(load<u32>(program, 12) + load<u32>(program, 16)) * JOB;
  const size = <usize>load<u32>(program, 32);
  let state = <usize>load<u32>(program, 52);
  let isThere = <usize>load<u32>(program, 56);
  beginMessages(<usize>load<u32>(program, 40), <usize>load<u32>(program, 44));
  for (let shift: usize = 0; count > 0; count--, shift += size) {
    for (let job = jobs; job < end; job += JOB, state += BLOCK) store<u8>(isThere++, <u8>layMessage(job, shift, state));
  }
}

/** Lays the n-grams of all records, filter after filter, since the columns of one fit the first cache; returns their end. */
function layFilters(program: usize, count: i32): usize {
  const filters = <usize>load<u32>(program, 20);
  const jobs = <usize>(load<u32>(program, 12) + load<u32>(program, 16));
  const parts = <usize>load<u32>(program, 28);
  const size = <usize>load<u32>(program, 32);
  const padded = <usize>load<u32>(program, 36);
  const states = <usize>load<u32>(program, 52);
  const isThere = <usize>load<u32>(program, 56);
  let gram = <usize>load<u32>(program, 60);
  let ends = <usize>load<u32>(program, 64);
  for (let filter = filters; filter < filters + <usize>load<u32>(program, 24) * FILTER; filter += FILTER) {
    const first = <usize>load<u32>(filter, 4);
    const behind = first + <usize>load<u32>(filter, 8);
    for (let slot: usize = 0; slot < <usize>count; slot++, ends += 4) {
      for (let p = first; p < behind; p++) {
        const part = parts + p * PART;
        const job = slot * jobs + p;
        if (load<u8>(isThere + job) != 0 && load<u32>(<usize>load<u32>(part) + slot * size, 4) != 0) gram = layGrams(part, slot * size, states + job * BLOCK, padded, gram);
      }
      store<u32>(ends, <u32>gram);
    }
  }
  return gram;
}

/** Returns where the words begin. */
function writeFilters(program: usize, count: i32, places: usize, out: usize, width: usize): usize {
  const filters = <usize>load<u32>(program, 20);
  let gram = <usize>load<u32>(program, 60);
  let ends = <usize>load<u32>(program, 64);
  for (let filter = filters; filter < filters + <usize>load<u32>(program, 24) * FILTER; filter += FILTER) {
    const log2Bits = load<i32>(filter);
    for (let slot: usize = 0; slot < <usize>count; slot++, ends += 4) {
      const end = <usize>load<u32>(ends);
      writeFilter(gram, end, log2Bits, load<i32>(filter, 12), <usize>load<u32>(filter, 16), out + <usize>load<u32>(places + (slot << 2)) * width);
      gram = end;
    }
    out += 1 << (log2Bits - 3);
  }
  return out;
}

/** A word is the first eight bytes of an output, never zero: that is what is missing. */
function writeWords(program: usize, count: i32, places: usize, out: usize, width: usize): void {
  const anchors = <usize>load<u32>(program, 12);
  const words = <usize>load<u32>(program, 16);
  let state = <usize>load<u32>(program, 52);
  let isThere = <usize>load<u32>(program, 56);
  for (; count > 0; count--, places += 4) {
    let to = out + <usize>load<u32>(places) * width;
    state += anchors * BLOCK;
    isThere += anchors;
    for (const end = to + (words << 3); to < end; to += 8, state += BLOCK) {
      const word = load<u64>(state);
      store<u64>(to, load<u8>(isThere++) == 0 ? 0 : word == 0 ? 1 : word);
    }
  }
}
