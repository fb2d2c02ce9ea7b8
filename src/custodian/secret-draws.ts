import { randomFillSync } from "node:crypto";

const draws = new Uint32Array(16384);
let drawn = draws.length;

function draw(): number {
  if (drawn === draws.length) {
    randomFillSync(draws);
    drawn = 0;
  }
  return draws[drawn++]!;
}

/** Whether something happens that happens with this probability, to 32 bits. */
export function happens(probability: number): boolean {
  return probability >= 1 || draw() < probability * 2 ** 32;
}

/** A uniform integer below `bound` from the system's CSPRNG: the leading half of draw x bound, with what is left over rejected (Lemire 2019). Divisions cost more than the draw. */
export function drawBelow(bound: number): number {
  if (bound === 1) return 0;
  while (true) {
    const product = draw() * bound; // exact up to bounds of 2^21
    const lead = Math.floor(product / 2 ** 32);
    const rest = product - lead * 2 ** 32;
    if (rest >= bound || rest >= 2 ** 32 % bound) return lead;
  }
}
