// Cells that have come before: what they come to is found by their bytes, and neither is a string made of them nor a value written again. A few thousand names, dates and sexes cover most records.

// The *slice*, where records come from: u32 its bytes, u32 the bounds of its cells (start and end of each, from its bytes' beginning), u32 for each record where its bounds begin (by number), u32 where the addresses
// go: of each record one for each field, u32 how many fields.
// A *field*: u32 its number, u32 list of its columns, u32 how many, u32 hash table of the cells that are kept (0: none are, but equal cells of the record before are known), u32 its slots less one.
// A slot: u32 where the kept cells lie, u32 of their hash; 0, 0 is free. Kept cells: u32 the address, then of each cell u32 its bytes, and these.

/**
 * Hashes a field's cells of the records of a batch, u32 each, and looks at where each is kept and at what it comes to: step by step, in loops so short that the processor waits for many of these loads at once. At every record by itself it would
 * wait for each, and what is looked for is seldom in the cache. Behind the hashes `count` more u32 are scratch. Returns nothing of meaning, or the loads would be left out.
 */
export function hashBatch(slice: usize, field: usize, from: i32, to: i32, hashes: usize): u32 {
  const table = <usize>load<u32>(field, 12);
  const last = load<u32>(field, 16);
  if (table == 0) return 0;
  const bytes = <usize>(to - from) << 2;
  const end = hashes + bytes;
  for (let i = from, hash = hashes; i < to; i++, hash += 4) store<u32>(hash, hashCells(slice, field, i));
  for (let hash = hashes; hash < end; hash += 4) store<u32>(hash + bytes, load<u32>(table + (<usize>(load<u32>(hash) & last) << 3)));
  for (let kept = end; kept < end + bytes; kept += 4) store<u32>(kept, load<u32>(<usize>load<u32>(kept)));
  let seen: u32 = 0;
  for (let address = end; address < end + bytes; address += 4) seen += load<u32>(<usize>load<u32>(address)) + load<u32>(<usize>load<u32>(address) + 64);
  return seen;
}

/** Finds the addresses of a field of the records from `from` on, of a batch that begins with record `first` and whose hashes are known; returns the first whose cells are new, or `to`. Cells of the record before `first` are not known. */
export function findCells(slice: usize, field: usize, first: i32, from: i32, to: i32, hashes: usize): i32 {
  const table = <usize>load<u32>(field, 12);
  const last = load<u32>(field, 16);
  const stride = <usize>load<u32>(slice, 16) << 2;
  let address = <usize>load<u32>(slice, 12) + (<usize>load<u32>(field) << 2) + <usize>from * stride;
  hashes += <usize>(from - first) << 2;
  for (let i = from; i < to; i++, address += stride, hashes += 4) {
    if (table == 0) {
      if (i == first || !sameCells(slice, field, i, i - 1)) return i;
      store<u32>(address, load<u32>(address - stride));
      continue;
    }
    const hash = load<u32>(hashes);
    let slot = hash & last;
    let kept: usize = 0;
    for (;; slot = (slot + 1) & last) {
      const at = table + (<usize>slot << 3);
      kept = <usize>load<u32>(at);
      if (kept == 0) return i;
      if (load<u32>(at, 4) == hash && areKept(kept + 4, slice, field, i)) break;
    }
    store<u32>(address, load<u32>(kept));
  }
  return to;
}

/** Keeps the cells of a record in the field's table, at `kept`; what they come to is at `address`. Returns the end of what was written. */
export function keepCells(slice: usize, field: usize, i: i32, kept: usize, address: usize): usize {
  const table = <usize>load<u32>(field, 12);
  const last = load<u32>(field, 16);
  const hash = hashCells(slice, field, i);
  let slot = hash & last;
  while (load<u32>(table + (<usize>slot << 3)) != 0) slot = (slot + 1) & last;
  store<u32>(table + (<usize>slot << 3), <u32>kept);
  store<u32>(table + (<usize>slot << 3), hash, 4);
  store<u32>(kept, <u32>address);
  let at = kept + 4;
  for (let c = 0; c < load<i32>(field, 8); c++) {
    const bounds = boundsOf(slice, field, i, c);
    const length = load<u32>(bounds, 4) - load<u32>(bounds);
    store<u32>(at, length);
    memory.copy(at + 4, <usize>load<u32>(slice) + load<u32>(bounds), length);
    at += 4 + length;
  }
  return at;
}

/** Moves what a field's table keeps into a larger one, which is empty. */
export function moveTable(field: usize, table: usize, last: u32): void {
  const before = <usize>load<u32>(field, 12);
  for (let at = before; at <= before + (<usize>load<u32>(field, 16) << 3); at += 8) {
    if (load<u32>(at) == 0) continue;
    let slot = load<u32>(at, 4) & last;
    while (load<u32>(table + (<usize>slot << 3)) != 0) slot = (slot + 1) & last;
    store<u64>(table + (<usize>slot << 3), load<u64>(at));
  }
  store<u32>(field, <u32>table, 12);
  store<u32>(field, last, 16);
}

// @ts-ignore: decorator
@inline
function boundsOf(slice: usize, field: usize, i: i32, c: i32): usize {
  const column = <usize>load<u32>(<usize>load<u32>(field, 4) + (<usize>c << 2));
  return <usize>load<u32>(slice, 4) + (<usize>load<u32>(<usize>load<u32>(slice, 8) + (<usize>i << 2)) << 2) + (column << 3);
}

/** Eight bytes at a time, of which those behind the end are left out. For this table alone. */
// @ts-ignore: decorator
@inline
function hashCells(slice: usize, field: usize, i: i32): u32 {
  const bytes = <usize>load<u32>(slice);
  let hash: u64 = 0;
  for (let c = 0; c < load<i32>(field, 8); c++) {
    const bounds = boundsOf(slice, field, i, c);
    let at = bytes + load<u32>(bounds);
    let left = load<i32>(bounds, 4) - load<i32>(bounds);
    hash = mixed(hash ^ left);
    for (; left >= 8; left -= 8, at += 8) hash = mixed(hash ^ load<u64>(at));
    if (left > 0) hash = mixed(hash ^ firstBytes(load<u64>(at), left));
  }
  return <u32>hash;
}

// @ts-ignore: decorator
@inline
function mixed(x: u64): u64 {
  x *= 0x9e3779b97f4a7c15;
  return x ^ (x >> 32);
}

// @ts-ignore: decorator
@inline
function firstBytes(x: u64, bytes: i32): u64 {
  return x & ((<u64>1 << (bytes << 3)) - 1);
}

/** Whether the cells of a record are those that lie at `kept`. */
// @ts-ignore: decorator
@inline
function areKept(kept: usize, slice: usize, field: usize, i: i32): bool {
  for (let c = 0; c < load<i32>(field, 8); c++) {
    const bounds = boundsOf(slice, field, i, c);
    const length = load<u32>(bounds, 4) - load<u32>(bounds);
    if (load<u32>(kept) != length || !sameBytes(kept + 4, <usize>load<u32>(slice) + load<u32>(bounds), length)) return false;
    kept += 4 + length;
  }
  return true;
}

// @ts-ignore: decorator
@inline
function sameCells(slice: usize, field: usize, i: i32, j: i32): bool {
  for (let c = 0; c < load<i32>(field, 8); c++) {
    const a = boundsOf(slice, field, i, c);
    const b = boundsOf(slice, field, j, c);
    const length = load<u32>(a, 4) - load<u32>(a);
    if (load<u32>(b, 4) - load<u32>(b) != length || !sameBytes(<usize>load<u32>(slice) + load<u32>(a), <usize>load<u32>(slice) + load<u32>(b), length)) return false;
  }
  return true;
}

// @ts-ignore: decorator
@inline
function sameBytes(a: usize, b: usize, length: u32): bool {
  let left = <i32>length;
  for (; left >= 8; left -= 8, a += 8, b += 8) if (load<u64>(a) != load<u64>(b)) return false;
  return left == 0 || firstBytes(load<u64>(a) ^ load<u64>(b), left) == 0;
}
