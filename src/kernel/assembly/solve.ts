// Solving: candidate pairs by group (those of one observation), best group first; and what is known of pairs, for some of them.

/** Puts pairs group after group, in their order within each. `next`: u32 for every group, where its pairs begin; afterwards where they end. `outPairs`: a pair's number. */
export function groupPairs(groups: usize, rowsA: usize, rowsB: usize, count: u32, next: usize, outPairs: usize, outA: usize, outB: usize): void {
  for (let pair: usize = 0; pair < count; pair++) {
    const slot = next + (<usize>load<u32>(groups + (pair << 2)) << 2);
    const at = <usize>load<u32>(slot);
    store<u32>(slot, <u32>at + 1);
    store<u32>(outPairs + (at << 2), <u32>pair);
    store<u32>(outA + (at << 2), load<u32>(rowsA + (pair << 2)));
    store<u32>(outB + (at << 2), load<u32>(rowsB + (pair << 2)));
  }
}

/**
 * Takes those pairs of a group whose records are free, and marks these as used, but for pairs that are *contested*: a record of theirs stands in another of them. `usedA`, `usedB`: a byte for every record; `timesA`, `timesB`: the same,
 * scratch; all 0 on a side where records may stand in several links. The group's entries are moved about. `contested`: u32 count, then the pairs. Returns the number of pairs taken.
 */
export function takePairs(pairs: usize, rowsA: usize, rowsB: usize, count: u32, usedA: usize, usedB: usize, timesA: usize, timesB: usize, taken: usize, contested: usize): u32 {
  let open: usize = 0;
  for (let i: usize = 0; i < count; i++) {
    const rowA = load<u32>(rowsA + (i << 2));
    const rowB = load<u32>(rowsB + (i << 2));
    if ((usedA != 0 && load<u8>(usedA + rowA)) || (usedB != 0 && load<u8>(usedB + rowB))) continue;
    store<u32>(pairs + (open << 2), load<u32>(pairs + (i << 2)));
    store<u32>(rowsA + (open << 2), rowA);
    store<u32>(rowsB + (open << 2), rowB);
    if (timesA != 0) store<u8>(timesA + rowA, 0);
    if (timesB != 0) store<u8>(timesB + rowB, 0);
    open++;
  }
  if (timesA != 0) countTimes(rowsA, open, timesA);
  if (timesB != 0) countTimes(rowsB, open, timesB);
  let links: u32 = 0;
  let others: u32 = 0;
  for (let i: usize = 0; i < open; i++) {
    const pair = load<u32>(pairs + (i << 2));
    const rowA = load<u32>(rowsA + (i << 2));
    const rowB = load<u32>(rowsB + (i << 2));
    if ((timesA != 0 && load<u8>(timesA + rowA) > 1) || (timesB != 0 && load<u8>(timesB + rowB) > 1)) {
      others++;
      store<u32>(contested + (<usize>others << 2), pair);
      continue;
    }
    if (usedA != 0) store<u8>(usedA + rowA, 1);
    if (usedB != 0) store<u8>(usedB + rowB, 1);
    store<u32>(taken + (<usize>links << 2), pair);
    links++;
  }
  store<u32>(contested, others);
  return links;
}

/** In how many of some pairs each record stands: 1, or 2 for more. */
// @ts-ignore: decorator
@inline
function countTimes(rows: usize, count: usize, times: usize): void {
  for (const end = rows + (count << 2); rows < end; rows += 4) {
    const slot = times + load<u32>(rows);
    store<u8>(slot, load<u8>(slot) == 0 ? 1 : 2);
  }
}

/** Of `values`, u32 each, those at some places; `out` may be where the places are. */
export function wordsAt(places: usize, count: u32, values: usize, out: usize): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 4) store<u32>(out + i, load<u32>(values + (<usize>load<u32>(places + i) << 2)));
}
