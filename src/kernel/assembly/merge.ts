import { startsOf } from "./starts";

// Merging. Tuples are first dealt out by ranges of rows of A, so that a range is merged within the cache and no tuple is looked at for another range's sake: half the time of reading all of them for
// every one of eight ranges.

/** Deals tuples out by ranges of 2^`shift` rows of A, `ranges` in all. `ends`: u32 for every range, where its tuples end. `levels` may be 0. */
export function dealTuples(rowsA: usize, rowsB: usize, levels: usize, count: u32, shift: u32, ranges: u32, ends: usize, outA: usize, outB: usize, outLevels: usize): void {
  memory.fill(ends, 0, <usize>ranges << 2);
  for (let t: usize = 0; t < count; t++) {
    const slot = ends + (<usize>(load<u32>(rowsA + (t << 2)) >> shift) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  startsOf(ends, ranges);
  for (let t: usize = 0; t < count; t++) {
    const row = load<u32>(rowsA + (t << 2));
    const slot = ends + (<usize>(row >> shift) << 2);
    const at = <usize>load<u32>(slot);
    store<u32>(slot, <u32>at + 1);
    store<u32>(outA + (at << 2), row);
    store<u32>(outB + (at << 2), load<u32>(rowsB + (t << 2)));
    if (levels) store<u32>(outLevels + (at << 2), load<u32>(levels + (t << 2)));
  }
}

/**
 * Most tuples of the rules say the same again: that a row of A goes with the *partner* it had before. Marks these in `seen` (u64 for every row of A, no other thread's) with the rule's bit, where a row has no partner yet makes this one its partner (u32 for every row,
 * 0xffffffff for none, all threads'), and puts the others out. Which partner a row gets may depend on timing; what `mergeTuples` makes of all of it does not. `matches`: u32 for every row of A, the row of B or 0xffffffff for none. Returns the number of tuples put out; there
 * must be room for one more.
 */
export function absorbMatches(matches: usize, rows: u32, bit: u64, partners: usize, seen: usize, outA: usize, outB: usize): u32 {
  const none: u32 = 0xffffffff;
  let left: usize = 0;
  for (let a: usize = 0; a < rows; a++) {
    const b = load<u32>(matches + (a << 2));
    let partner = load<u32>(partners + (a << 2));
    if ((<u32>(partner == none) & <u32>(b != none)) != 0) {
      partner = atomic.cmpxchg<u32>(partners + (a << 2), none, b);
      if (partner == none) partner = b;
    }
    const is = <u64>(b != none);
    const same = is & <u64>(partner == b);
    const marks = seen + (a << 3);
    store<u64>(marks, load<u64>(marks) | (bit & (0 - same)));
    store<u32>(outA + (left << 2), <u32>a);
    store<u32>(outB + (left << 2), b);
    left += <usize>(is ^ same);
  }
  return <u32>left;
}

/** Adds marks of one thread to those of another. */
export function uniteMarks(from: usize, count: u32, marks: usize): void {
  for (const end = from + (<usize>count << 3); from < end; from += 8, marks += 8) store<u64>(marks, load<u64>(marks) | load<u64>(from));
}

// A *list* is one rule's tuples: u32 pointers to rows of A, rows of B and levels (0 when there are none), u32 count, u64 observed bits of the rule,
// u64 shift of the levels: 32 bytes.

/**
 * Unites what the rules saw: of all tuples, whose rows of A are in [lo, hi), one pair each with the OR of the observed bits, in order of (row of A, row of B).
 * `partners`, `seen`: what has been absorbed, or 0. `starts`: u32 x (hi - lo) scratch; `scratchB`, `scratchObserved`: room for all tuples; returns the number of pairs.
 */
export function mergeTuples(lists: usize, listCount: u32, lo: u32, hi: u32, partners: usize, seen: usize, starts: usize, scratchB: usize, scratchObserved: usize, outA: usize, outB: usize, outObserved: usize): u32 {
  const size = hi - lo;
  memory.fill(starts, 0, <usize>size << 2);
  for (let l: u32 = 0; l < listCount; l++) {
    const list = lists + (<usize>l << 5);
    let rows = <usize>load<u32>(list);
    for (const end = rows + ((<usize>load<u32>(list, 12)) << 2); rows < end; rows += 4) {
      const slot = starts + (<usize>(load<u32>(rows) - lo) << 2);
      store<u32>(slot, load<u32>(slot) + 1);
    }
  }
  const marks = seen + (<usize>lo << 3);
  const known = partners + (<usize>lo << 2);
  if (partners) {
    for (let i: usize = 0; i < size; i++) store<u32>(starts + (i << 2), load<u32>(starts + (i << 2)) + <u32>(load<u64>(marks + (i << 3)) != 0));
  }
  startsOf(starts, size);
  if (partners) {
    for (let i: usize = 0; i < size; i++) {
      const observed = load<u64>(marks + (i << 3));
      if (observed == 0) continue;
      const at = <usize>load<u32>(starts + (i << 2));
      store<u32>(starts + (i << 2), <u32>at + 1);
      store<u32>(scratchB + (at << 2), load<u32>(known + (i << 2)));
      store<u64>(scratchObserved + (at << 3), observed);
    }
  }
  for (let l: u32 = 0; l < listCount; l++) {
    const list = lists + (<usize>l << 5);
    const rowsA = <usize>load<u32>(list);
    const rowsB = <usize>load<u32>(list, 4);
    const levels = <usize>load<u32>(list, 8);
    const count = <usize>load<u32>(list, 12);
    const bits = load<u64>(list, 16);
    const shift = load<u64>(list, 24);
    for (let t: usize = 0; t < count; t++) {
      const slot = starts + (<usize>(load<u32>(rowsA + (t << 2)) - lo) << 2);
      const at = <usize>load<u32>(slot);
      store<u32>(slot, <u32>at + 1);
      store<u32>(scratchB + (at << 2), load<u32>(rowsB + (t << 2)));
      store<u64>(scratchObserved + (at << 3), levels ? bits | (<u64>load<u32>(levels + (t << 2)) << shift) : bits);
    }
  }
  // starts[i] is now the end of row i
  let count: usize = 0;
  let first: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const end = load<u32>(starts + (<usize>i << 2));
    const begin = count;
    for (let t = first; t < end; t++) {
      const rowB = load<u32>(scratchB + (<usize>t << 2));
      const observed = load<u64>(scratchObserved + (<usize>t << 3));
      let at = count;
      while (at > begin && load<u32>(outB + (at << 2) - 4) > rowB) at--;
      if (at > begin && load<u32>(outB + (at << 2) - 4) == rowB) {
        store<u64>(outObserved + (at << 3) - 8, load<u64>(outObserved + (at << 3) - 8) | observed);
        continue;
      }
      for (let i = count; i > at; i--) {
        store<u32>(outB + (i << 2), load<u32>(outB + (i << 2) - 4));
        store<u64>(outObserved + (i << 3), load<u64>(outObserved + (i << 3) - 8));
      }
      store<u32>(outB + (at << 2), rowB);
      store<u64>(outObserved + (at << 3), observed);
      store<u32>(outA + (count << 2), lo + i);
      count++;
    }
    first = end;
  }
  return <u32>count;
}

/**
 * Counts distinct observations: (observed bits, what is missing in either record). `table`: 2^`log2Slots` entries of u64 observed, u64 missing, u32 count, u32 spare,
 * zeroed by the caller; a slot with count 0 is free. `known`: those that are in the table already. `outSlot`: the slot of every pair. Returns the number of distinct ones added, or -1 when the table is three quarters full.
 */
export function countObservations(pairsA: usize, pairsB: usize, observed: usize, count: u32, missingA: usize, missingB: usize, table: usize, log2Slots: u32, known: i32, outSlot: usize): i32 {
  const mask = (<usize>1 << log2Slots) - 1;
  const limit = <i32>((mask >> 2) * 3);
  let distinct = 0;
  for (let i: usize = 0; i < count; i++) {
    const bits = load<u64>(observed + (i << 3));
    const missing = load<u64>(missingA + ((<usize>load<u32>(pairsA + (i << 2))) << 3)) | load<u64>(missingB + ((<usize>load<u32>(pairsB + (i << 2))) << 3));
    let slot = <usize>(((bits ^ (missing * 0x9e3779b97f4a7c15)) * 0xd6e8feb86659fd93) >> 32) & mask;
    while (true) {
      const entry = table + slot * 24;
      const n = load<u32>(entry, 16);
      if (n == 0) {
        if (known + ++distinct > limit) return -1;
        store<u64>(entry, bits);
        store<u64>(entry, missing, 8);
        store<u32>(entry, 1, 16);
        break;
      }
      if (load<u64>(entry) == bits && load<u64>(entry, 8) == missing) {
        store<u32>(entry, n + 1, 16);
        break;
      }
      slot = (slot + 1) & mask;
    }
    store<u32>(outSlot + (i << 2), <u32>slot);
  }
  return distinct;
}

/** Counts distinct masks of missing values. `table`: 2^`log2Slots` entries of u64 mask and u64 count, zeroed by the caller; a slot with count 0 is free. Returns the number of distinct ones, or -1 when the table is three quarters full. */
export function countMasks(masks: usize, rows: u32, table: usize, log2Slots: u32): i32 {
  const mask = (<usize>1 << log2Slots) - 1;
  const limit = <i32>((3 << log2Slots) >> 2);
  let distinct = 0;
  for (const end = masks + (<usize>rows << 3); masks < end; masks += 8) {
    const missing = load<u64>(masks);
    let entry = table + ((<usize>((missing * 0x9e3779b97f4a7c15) >> 32) & mask) << 4);
    while (load<u64>(entry, 8) != 0 && load<u64>(entry) != missing) entry = table + ((entry + 16 - table) & ((mask << 4) | 15));
    if (load<u64>(entry, 8) == 0) {
      if (++distinct > limit) return -1;
      store<u64>(entry, missing);
    }
    store<u64>(entry, load<u64>(entry, 8) + 1, 8);
  }
  return distinct;
}
