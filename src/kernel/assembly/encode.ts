// The encoding kernel: records' values in, filters and words out. Twin of ../reference/encode-record.ts. The host finds or writes what cells come to (cells.ts), then one call encodes many records.
// And what becomes of encoded rows: which values they share (shared.ts), their order and their columns (rows.ts).
import { copyWords } from "./copy-words";
import { queueFilters, setQueued, writeFilters } from "./filters";
import { finishJobs, JOB, KEPT, KEPT_MISSING, keepWord, keptAt, prepareKeys, queueJob } from "./prf";
export { findCells, hashBatch, keepCells, moveTable } from "./cells";
export { cutCells, lineEnds } from "./csv";
export { distancesTo } from "./distances";
export { noteRecords, signsOf } from "./notes";
export { hashNumbers, prepareKeys } from "./prf";
export { layRows, shuffle } from "./rows";
export { countBuckets, fillBuckets, findShared, layShared, sharedInBuckets, tableSlots, takeKeys } from "./shared";

/** First byte that the host may use. */
export function heapBase(): usize {
  return __heap_base;
}

// A *group* of values that are kept together: u32 list of where the first record's lie, u32 how many. At its address they lie one after the other.
const GROUP: usize = 8;
const VALUE: usize = 8;
/** Records that are encoded together, so that all lanes are filled. */
const SLOTS = 4;
const STATE: usize = 32;
const KEY_BLOCK: usize = 64;
// The *program*: u32 groups, u32 how many, u32 jobs of the anchors, one for each part, u32 how many, u32 jobs of the words, u32 how many, u32 filters, u32 how many, u32 parts, u32 scratch for what is prepared, u32 scratch for a text,
// u32 where records are put together, u32 bytes of one, u32 bytes of a record's values, u32 states of parts, u32 scratch for where states lie.

/** Encodes records whose values lie at `addresses`, one for each group: record i to `out` plus its place (in steps of `width` bytes). */
export function encodeRecords(program: usize, addresses: usize, count: i32, places: usize, out: usize, width: usize): void {
  const groupBytes = <usize>load<u32>(program, 4) << 2;
  const wordJobs = <usize>load<u32>(program, 16);
  const words = load<i32>(program, 20);
  const filters = <usize>load<u32>(program, 24);
  const filterCount = load<i32>(program, 28);
  const records = <usize>load<u32>(program, 44);
  const size = <usize>load<u32>(program, 48);
  const values = <usize>load<u32>(program, 52);
  const states = <usize>load<u32>(program, 60);
  const stateBytes = <usize>load<u32>(program, 12) << 2;
  for (let from = 0; from < count; from += SLOTS, addresses += groupBytes * SLOTS) {
    const slots = min(count - from, SLOTS);
    for (let slot = 0; slot < slots; slot++) takeValues(program, addresses + <usize>slot * groupBytes, <usize>slot * values);
    prepareAnchors(program, addresses, slots);
    for (let slot = 0; slot < slots; slot++) queueFilters(filters, filterCount, <usize>load<u32>(program, 32), states + <usize>slot * stateBytes, slot, <usize>slot * values, <usize>load<u32>(program, 40));
    setQueued();
    writeFilters(filters, filterCount, slots, size);
    for (let slot = 0; slot < slots; slot++) queueWords(wordJobs, words, addresses + <usize>slot * groupBytes, <usize>slot * values, <usize>slot * size);
    finishJobs(true);
    for (let slot = 0; slot < slots; slot++) copyWords(out + <usize>load<u32>(places + (<usize>(from + slot) << 2)) * width, records + <usize>slot * size, size);
  }
}

function takeValues(program: usize, addresses: usize, shift: usize): void {
  let group = <usize>load<u32>(program);
  for (const end = group + <usize>load<u32>(program, 4) * GROUP; group < end; group += GROUP, addresses += 4) {
    const list = <usize>load<u32>(group);
    const from = <usize>load<u32>(addresses);
    for (let v: usize = 0; v < <usize>load<u32>(group, 4); v++) store<u64>(<usize>load<u32>(list + (v << 2)) + shift, load<u64>(from + v * VALUE));
  }
}

/** Says where the states of all parts' anchored keys lie. What depends on the cells of one group alone (the date of birth) is there already when these came before. */
function prepareAnchors(program: usize, addresses: usize, slots: i32): void {
  const jobs = <usize>load<u32>(program, 8);
  const parts = load<i32>(program, 12);
  const groupBytes = <usize>load<u32>(program, 4) << 2;
  const prepared = <usize>load<u32>(program, 36);
  const values = <usize>load<u32>(program, 52);
  const ownStates = <usize>load<u32>(program, 56);
  const states = <usize>load<u32>(program, 60);
  let count = 0;
  for (let slot = 0, i = 0; slot < slots; slot++, addresses += groupBytes) {
    for (let p = 0; p < parts; p++, i++) {
      const job = jobs + <usize>p * JOB;
      const kept = keptAt(job, addresses);
      let state = kept == 0 ? ownStates + <usize>i * STATE : kept + 4;
      const known = kept == 0 ? 0 : load<u32>(kept);
      if (known == 0) {
        const output = <usize>load<u32>(job, 12) + <usize>(slot * parts) * KEY_BLOCK;
        const isWhole = queueJob(job, <usize>slot * values, output, false, 0);
        if (kept != 0) store<u32>(kept, isWhole ? KEPT : KEPT_MISSING);
        if (isWhole) {
          store<u32>(prepared + (count << 3), <u32>output);
          store<u32>(prepared + (count << 3), <u32>state, 4);
          count++;
        } else state = 0;
      } else if (known == KEPT_MISSING) state = 0;
      store<u32>(states + (<usize>i << 2), <u32>state);
    }
  }
  finishJobs(false);
  prepareKeys(prepared, count);
}

function queueWords(jobs: usize, count: i32, addresses: usize, shift: usize, outputShift: usize): void {
  for (const end = jobs + <usize>count * JOB; jobs < end; jobs += JOB) {
    const kept = keptAt(jobs, addresses);
    const output = <usize>load<u32>(jobs, 12) + outputShift;
    if (kept != 0 && load<u32>(kept) != 0) store<u64>(output, load<u64>(kept, 4));
    else if (!queueJob(jobs, shift, output, true, kept)) {
      store<u64>(output, 0);
      if (kept != 0) keepWord(kept, 0);
    }
  }
}
