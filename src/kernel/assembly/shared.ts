// Values of keys that several records share. An *entry* is 31 bits of a key's word, the last bit 0; 0 is missing, as it is free in a table.

/** The bit of an entry that is not the word's: in a table, that the value came again. */
const AGAIN: u32 = 1;

// @ts-ignore: decorator
@inline
function entryOf(word: u64): u32 {
  return word == 0 ? 0 : max(<u32>2, <u32>word & ~AGAIN);
}

/** Takes the key words out of rows `width` bytes apart, whose keys begin at `rows`: column after column an entry of each. */
export function takeKeys(rows: usize, count: i32, width: usize, keys: i32, entries: usize): void {
  const pitch = <usize>count << 2;
  for (let i = 0; i < count; i++, rows += width, entries += 4) {
    for (let k: usize = 0; k < <usize>keys; k++) store<u32>(entries + k * pitch, entryOf(load<u64>(rows + (k << 3))));
  }
}

/** Counts entries by bucket, their leading bits; other buckets than the `buckets` from `first` on are left out, as missing entries are. */
export function countBuckets(part: usize, count: i32, shift: u32, first: u32, counts: usize, buckets: u32): void {
  for (const end = part + (<usize>count << 2); part < end; part += 4) {
    const entry = load<u32>(part);
    const bucket = (entry >> shift) - first;
    if (entry == 0 || bucket >= buckets) continue;
    const slot = counts + (<usize>bucket << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
}

/** Puts the same entries where `next` says that their buckets go on. */
export function fillBuckets(part: usize, count: i32, shift: u32, first: u32, next: usize, buckets: u32, entries: usize): void {
  for (const end = part + (<usize>count << 2); part < end; part += 4) {
    const entry = load<u32>(part);
    const bucket = (entry >> shift) - first;
    if (entry == 0 || bucket >= buckets) continue;
    const slot = next + (<usize>bucket << 2);
    const at = load<u32>(slot);
    store<u32>(slot, at + 1);
    store<u32>(entries + (<usize>at << 2), entry);
  }
}

/** Writes the values that come again in a bucket to `shared`, once each; `table`: twice the entries and more, a power of two. Returns the end; adds up how many entries have one at `records`. */
function sharedIn(bucket: usize, end: usize, table: usize, shared: usize, records: usize): usize {
  const slots = tableSlots(<u32>((end - bucket) >> 2));
  memory.fill(table, 0, <usize>slots << 2);
  let found: u32 = 0;
  for (; bucket < end; bucket += 4) {
    const entry = load<u32>(bucket);
    const slot = slotOf(table, slots, entry);
    const known = load<u32>(slot);
    if (known == 0) store<u32>(slot, entry);
    else {
      if ((known & AGAIN) == 0) {
        store<u32>(slot, known | AGAIN);
        store<u32>(shared, entry);
        shared += 4;
        found++;
      }
      found++;
    }
  }
  store<u32>(records, load<u32>(records) + found);
  return shared;
}

/** The same of all buckets, which end where `ends` says; returns how many values come again. */
export function sharedInBuckets(entries: usize, ends: usize, buckets: i32, table: usize, shared: usize, records: usize): u32 {
  let at = shared;
  let from = entries;
  for (const last = ends + (<usize>buckets << 2); ends < last; ends += 4) {
    const end = entries + (<usize>load<u32>(ends) << 2);
    at = sharedIn(from, end, table, at, records);
    from = end;
  }
  return <u32>((at - shared) >> 2);
}

/** Slots of a table of so many values: a power of two that they fill to two thirds at most. */
export function tableSlots(values: u32): u32 {
  return 1 << (32 - clz<u32>(values + (values >> 1) + 1));
}

/** Where an entry is in a table, or would be. */
// @ts-ignore: decorator
@inline
function slotOf(table: usize, slots: u32, entry: u32): usize {
  let slot = (entry * 0x9e3779b1) >> clz<u32>(slots - 1);
  for (let known = load<u32>(table + (<usize>slot << 2)); known != 0 && (known & ~AGAIN) != entry; known = load<u32>(table + (<usize>slot << 2))) slot = (slot + 1) & (slots - 1);
  return table + (<usize>slot << 2);
}

/** Which of eight times as many bits as there are slots is an entry's. */
// @ts-ignore: decorator
@inline
function bitOf(slots: u32, entry: u32): u32 {
  return (entry * 0x9e3779b1) >> (clz<u32>(slots - 1) - 3);
}

/** Lays shared values out as a table of so many slots, and their bits. */
export function layShared(shared: usize, count: u32, table: usize, slots: u32, maybe: usize): void {
  for (const end = shared + (<usize>count << 2); shared < end; shared += 4) {
    const entry = load<u32>(shared);
    store<u32>(slotOf(table, slots, entry), entry);
    const bit = bitOf(slots, entry);
    const byte = maybe + (bit >> 3);
    store<u8>(byte, <u32>load<u8>(byte) | (1 << (bit & 7)));
  }
}

/** Says of each row which of its keys others share, a byte each, and behind these how many. `columns`: of each key u32 its table, u32 slots, u32 bits. */
export function findShared(columns: usize, keys: i32, rows: usize, count: i32, width: usize, isShared: usize): void {
  for (let i = 0; i < count; i++, rows += width) {
    let shared = 0;
    let column = columns;
    for (let k: usize = 0; k < <usize>keys; k++, column += 12) {
      const entry = entryOf(load<u64>(rows + (k << 3)));
      const slots = load<u32>(column, 4);
      const bit = bitOf(slots, entry);
      const found = ((<u32>load<u8>(<usize>load<u32>(column, 8) + (bit >> 3)) >> (bit & 7)) & 1) != 0 && entry != 0 && load<u32>(slotOf(<usize>load<u32>(column), slots, entry)) != 0;
      store<u8>(isShared++, <u8>found);
      shared += <i32>found;
    }
    store<u8>(isShared++, <u8>shared);
  }
}
