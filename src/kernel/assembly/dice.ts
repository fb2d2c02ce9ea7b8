import { LANES, TABLE_BYTES, fillTable, layPlanes, listBits, listBytes, nearLanes, planesBytes } from "./bit-planes";

// All pairs of two lists of plain filters with a Dice coefficient of at least a threshold. Both lists are sorted by weight, so that whole groups fall out by their weights alone: 2 min / (sum of both) bounds Dice
// (Swamidass and Baldi 2007, section 3). What is left is counted by planes, and a group is left as soon as none of its records can reach the threshold.

/** Sorts filters by weight. `sorted`: the filters again, `weights`: u16 each, zeros to the end of the last group, `order`: their rows before, u32; `slots`: u32 x (64 x words + 1). */
export function sortByWeight(filters: usize, count: u32, words: i32, sorted: usize, weights: usize, order: usize, slots: usize): void {
  const size = <usize>words << 3;
  memory.fill(slots, 0, ((<usize>words << 6) + 1) << 2);
  for (let row: u32 = 0; row < count; row++) {
    const slot = slots + (<usize>weightOf(filters + <usize>row * size, words) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let before: u32 = 0;
  for (let w: usize = 0; w <= <usize>words << 6; w++) {
    const n = load<u32>(slots + (w << 2));
    store<u32>(slots + (w << 2), before);
    before += n;
  }
  for (let row: u32 = 0; row < count; row++) {
    const filter = filters + <usize>row * size;
    const weight = weightOf(filter, words);
    const slot = slots + (<usize>weight << 2);
    const at = <usize>load<u32>(slot);
    store<u32>(slot, <u32>at + 1);
    memory.copy(sorted + at * size, filter, size);
    store<u16>(weights + (at << 1), <u16>weight);
    store<u32>(order + (at << 2), row);
  }
  const end = ((<usize>count + LANES - 1) / LANES) * LANES;
  memory.fill(weights + (<usize>count << 1), 0, (end - count) << 1);
}

function weightOf(filter: usize, words: i32): u32 {
  let weight: u64 = 0;
  for (const end = filter + (<usize>words << 3); filter < end; filter += 8) weight += popcnt(load<u64>(filter));
  return <u32>weight;
}

/** Bytes of a group, 128 filters. */
export function groupBytes(words: i32): usize {
  return planesBytes(words);
}

/** Groups of a sorted list: for every 128 filters groupBytes(words). */
export function layGroups(sorted: usize, weights: usize, count: u32, words: i32, groups: usize): void {
  const size = <usize>words << 3;
  for (let first: usize = 0; first < count; first += LANES, groups += planesBytes(words)) layPlanes(sorted + first * size, size, words, weights + (first << 1), groups);
}

const TILE: u32 = 32; // rows of A whose lists stay in cache while the groups pass by

/** Bytes of scratch that diceAbove needs. */
export function diceScratch(words: i32): usize {
  return TABLE_BYTES + <usize>TILE * listBytes(words);
}

/** Rows and Dice coefficient (f64) of the pairs that reach the threshold (above 0). `cursor`: u32 row of A, u32 group, where to go on when the output has no room for TILE x LANES more. */
export function diceAbove(sortedA: usize, weightsA: usize, orderA: usize, countA: u32, sortedB: usize, weightsB: usize, orderB: usize, countB: u32, groups: usize, words: i32, threshold: f64, cursor: usize, scratch: usize, outA: usize, outB: usize, outDice: usize, capacity: u32): u32 {
  const size = <usize>words << 3;
  const lists = scratch + TABLE_BYTES;
  const groupCount = (countB + LANES - 1) / LANES;
  let count: u32 = 0;
  let g = load<u32>(cursor, 4);
  fillTable(scratch);
  for (let first = load<u32>(cursor); first < countA; first += TILE, g = 0) {
    const end = min(first + TILE, countA);
    for (let a = first; a < end; a++) listBits(sortedA + <usize>a * size, words, scratch, lists + <usize>(a - first) * listBytes(words));
    for (; g < groupCount; g++) {
      if (capacity - count < TILE * LANES) {
        store<u32>(cursor, first);
        store<u32>(cursor, g, 4);
        return count;
      }
      const planes = groups + <usize>g * planesBytes(words);
      const firstB = g * LANES;
      const lightest = <f64>load<u16>(weightsB + (<usize>firstB << 1));
      const heaviest = <f64>load<u16>(weightsB + (<usize>(min(firstB + LANES, countB) - 1) << 1));
      for (let a = first; a < end; a++) {
        const weightA = <i32>load<u16>(weightsA + (<usize>a << 1));
        // 2 (weight of A - misses) >= threshold x (sum of weights); a little more for rounding, what it lets through is looked at again
        const most = Math.floor(<f64>weightA - threshold * (<f64>weightA + lightest) / 2 + 1e-6);
        if (most < 0 || <f64>weightA - heaviest > most) continue;
        const list = lists + <usize>(a - first) * listBytes(words);
        const near = nearLanes<u16>(planes, words, list, list + (((<usize>weightA + 15) & ~15) << 1), <i32>most, false);
        for (let half: u32 = 0; half < 2; half++) {
          for (let lanes = half == 0 ? i64x2.extract_lane(near, 0) : i64x2.extract_lane(near, 1); lanes != 0; lanes &= lanes - 1) {
            const b = firstB + (half << 6) + <u32>ctz(lanes);
            if (b >= countB) break;
            const dice = diceOf(sortedA + <usize>a * size, sortedB + <usize>b * size, words, weightA + <i32>load<u16>(weightsB + (<usize>b << 1)));
            if (dice < threshold) continue;
            store<u32>(outA + (<usize>count << 2), load<u32>(orderA + (<usize>a << 2)));
            store<u32>(outB + (<usize>count << 2), load<u32>(orderB + (<usize>b << 2)));
            store<f64>(outDice + (<usize>count << 3), dice);
            count++;
          }
        }
      }
    }
  }
  store<u32>(cursor, countA);
  return count;
}

function diceOf(a: usize, b: usize, words: i32, weights: i32): f64 {
  let both: u64 = 0;
  for (const end = a + (<usize>words << 3); a < end; a += 8, b += 8) both += popcnt(load<u64>(a) & load<u64>(b));
  return (2 * <f64>both) / <f64>weights;
}
