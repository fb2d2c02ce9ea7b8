import { randomFillSync } from "node:crypto";

const draws = new Uint32Array(16384);
let drawn = draws.length;

/** A uniform integer below `bound` from the system's CSPRNG: rejection removes the bias of the remainder. */
export function drawBelow(bound: number): number {
  if (bound === 1) return 0;
  const limit = Math.floor(4294967296 / bound) * bound;
  while (true) {
    if (drawn === draws.length) {
      randomFillSync(draws);
      drawn = 0;
    }
    const draw = draws[drawn++]!;
    if (draw < limit) return draw % bound;
  }
}

/** The numbers below `count` in random order (Fisher & Yates). */
export function randomOrder(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = drawBelow(last + 1);
    const held = order[last]!;
    order[last] = order[other]!;
    order[other] = held;
  }
  return order;
}
