/** Number of ones in 32 bits. */
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
