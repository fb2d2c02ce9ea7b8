// The encoding kernel: records' values in, filters and words out. Twin of ../reference/encode-record.ts. The host finds or writes what cells come to (cells.ts), then one call encodes many records.
// And what becomes of encoded rows: which values they share (shared.ts), their order and their columns (rows.ts).
import { fillFilters } from "./filters";
import { runJobs } from "./prf";
export { findCells, hashBatch, keepCells, moveTable } from "./cells";
export { distancesTo } from "./distances";
export { noteRecords } from "./notes";
export { hashNumbers, prepareKeys } from "./prf";
export { layRows, shuffle } from "./rows";
export { countBuckets, fillBuckets, findShared, layShared, sharedInBuckets, tableSlots, takeKeys } from "./shared";

/** First byte that the host may use. */
export function heapBase(): usize {
  return __heap_base;
}

// A *group* of values that are kept together: u32 list of where they lie, u32 how many. At its address they lie one after the other.
const GROUP: usize = 8;
const VALUE: usize = 8;
// The *program*: u32 groups, u32 how many, u32 jobs of the anchors, u32 how many, u32 jobs of the words, u32 how many, u32 filters, u32 how many, u32 parts, u32 scratch for their keys, u32 scratch for a text,
// u32 where a record is put together, u32 its bytes.

/** Encodes records whose values lie at `addresses`, one for each group: record i to `out` plus its place (in steps of `width` bytes). */
export function encodeRecords(program: usize, addresses: usize, count: i32, places: usize, out: usize, width: usize): void {
  const groups = <usize>load<u32>(program);
  const groupCount = load<i32>(program, 4);
  const anchors = load<i32>(program, 12);
  const record = <usize>load<u32>(program, 44);
  const size = <usize>load<u32>(program, 48);
  for (let i = 0; i < count; i++) {
    for (let g = 0; g < groupCount; g++, addresses += 4) {
      const group = groups + <usize>g * GROUP;
      const list = <usize>load<u32>(group);
      const from = <usize>load<u32>(addresses);
      for (let v: usize = 0; v < <usize>load<u32>(group, 4); v++) store<u64>(<usize>load<u32>(list + (v << 2)), load<u64>(from + v * VALUE));
    }
    runJobs(<usize>load<u32>(program, 8), anchors, false);
    fillFilters(<usize>load<u32>(program, 24), load<i32>(program, 28), <usize>load<u32>(program, 32), anchors, <usize>load<u32>(program, 36), <usize>load<u32>(program, 40));
    runJobs(<usize>load<u32>(program, 16), load<i32>(program, 20), true);
    memory.copy(out + <usize>load<u32>(places + (<usize>i << 2)) * width, record, size);
  }
}
