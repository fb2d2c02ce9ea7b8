import { distance } from "./compare";

/** Hamming distances between a filter of so many words, a multiple of eight, and the first `count` of those that lie `stride` bytes apart from `filters` on: u16 each. */
export function distancesTo(filter: usize, filters: usize, stride: usize, count: i32, words: i32, out: usize): void {
  for (const end = out + (<usize>count << 1); out < end; out += 2, filters += stride) store<u16>(out, <u16>distance(filter, filters, words));
}
