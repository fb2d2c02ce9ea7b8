// Choosing records by their content digests, which are numbers with a sign.

const PILES: u32 = 1 << 16;

/** By its first 16 bits, in order. */
// @ts-ignore: decorator
@inline
function pileOf(digest: i64): usize {
  return <usize>((digest >> 48) + 0x8000);
}

/** Bytes of scratch for `rows` digests. */
export function smallestScratch(rows: u32): usize {
  return (<usize>PILES << 2) + (<usize>rows << 3);
}

/** Rows with the `most` smallest of more than so many digests, in their order; those of equal digests all, and so perhaps a few more. Returns their number. `chosen`: u32 x `rows`. */
export function smallestDigests(digests: usize, rows: u32, most: u32, scratch: usize, chosen: usize): u32 {
  memory.fill(scratch, 0, <usize>PILES << 2);
  for (let row: usize = 0; row < rows; row++) {
    const slot = scratch + (pileOf(load<i64>(digests + (row << 3))) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let last: usize = 0;
  let before: u32 = 0;
  while (before + load<u32>(scratch + (last << 2)) < most) {
    before += load<u32>(scratch + (last << 2));
    last++;
  }
  const members = scratch + (<usize>PILES << 2);
  let count: usize = 0;
  for (let row: usize = 0; row < rows; row++) {
    const digest = load<i64>(digests + (row << 3));
    if (pileOf(digest) != last) continue;
    store<i64>(members + (count << 3), digest);
    count++;
  }
  // the least of the pile's digests that enough are not above, by halving where it may lie
  let low = (<i64>last - 0x8000) << 48;
  let high = low | 0xffffffffffff;
  while (low < high) {
    const middle = low + ((high - low) >> 1);
    let below = before;
    for (let i: usize = 0; i < count; i++) below += <u32>(load<i64>(members + (i << 3)) <= middle);
    if (below >= most) high = middle;
    else low = middle + 1;
  }
  let at: usize = 0;
  for (let row: usize = 0; row < rows; row++) {
    store<u32>(chosen + (at << 2), <u32>row);
    at += <usize>(load<i64>(digests + (row << 3)) <= high);
  }
  return <u32>at;
}

/** For every row its place among `order` from `first` on, until `end`; u32, 0xffffffff for those that are not there. */
export function placesOf(order: usize, first: u32, end: u32, rows: u32, places: usize): void {
  memory.fill(places, 0xff, <usize>rows << 2);
  for (let i = first; i < end; i++) store<u32>(places + (<usize>load<u32>(order + (<usize>i << 2)) << 2), i - first);
}
