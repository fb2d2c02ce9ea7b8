/** Number of ones in 32 bits: sums of ever more neighbouring bits (Warren, Hacker's Delight, section 5-1). */
export function popcount(x: number): number {
  x -= (x >>> 1) & 0x55555555;
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Number of ones in `halves` 32-bit halves from `at` on. */
export function weightOf(bits: Uint32Array, at: number, halves: number): number {
  let weight = 0;
  for (let h = 0; h < halves; h++) weight += popcount(bits[at + h]!);
  return weight;
}

/** Ones in which two runs of `halves` 32-bit halves differ, from `a` and from `b` on. */
export function hamming(bits: Uint32Array, a: number, b: number, halves: number): number {
  let apart = 0;
  for (let h = 0; h < halves; h++) apart += popcount(bits[a + h]! ^ bits[b + h]!);
  return apart;
}
