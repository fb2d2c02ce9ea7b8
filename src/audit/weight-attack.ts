import { weightOf } from "../filter-bits.ts";
import type { Sample } from "./landmark-attack.ts";

/**
 * The weight attack (after Vidanage et al. 2023, who call the length of a value a vulnerability): a filter's number of ones tells roughly how long its text is. The attacker works out from filters of his own what weights
 * a person's record should have, and names a record after the person for whom the weights that it has are likelier than for all others together. The salt plays no part, and nobody need be known.
 *
 * Every person of the register is one of the sample's (worst case).
 */
export function weightAttack({ count, filters }: Sample): { named: number; judged: number } {
  const columns = filters.map(({ bits, hashes, diffusion, seen, own }) => {
    const weights = (rows: Uint32Array): Int32Array => Int32Array.from({ length: count }, (_, i) => weightOf(rows, (i * bits) / 32, bits / 32));
    return { seen: weights(seen), expected: Array.from(weights(own), (weight) => (weight === 0 ? undefined : expectedWeight(weight, { bits, hashes, diffusion }))) };
  });
  let named = 0;
  for (let record = 0; record < count; record++) {
    let best = -1;
    let likeliest = -Infinity;
    let all = 0; // of all persons, relative to the likeliest
    for (let person = 0; person < count; person++) {
      let likelihood = 0;
      for (const { seen, expected } of columns) {
        const weight = seen[record]!;
        const normal = expected[person];
        if ((weight === 0) !== (normal === undefined)) likelihood = -Infinity;
        else if (normal !== undefined) likelihood -= (weight - normal.mean) ** 2 / (2 * normal.variance) + Math.log(normal.variance) / 2;
        if (likelihood < likeliest - NEGLIGIBLE) break;
      }
      if (likelihood < likeliest - NEGLIGIBLE || likelihood === -Infinity) continue;
      if (likelihood > likeliest) {
        all *= Math.exp(likeliest - likelihood);
        likeliest = likelihood;
        best = person;
      }
      all += Math.exp(likelihood - likeliest);
    }
    if (best === record && 1 / all > SURE) named++;
  }
  return { named, judged: count };
}

/** Logarithm of how much less likely than the likeliest a person must be to count for nothing. */
const NEGLIGIBLE = 20;
/** The attacker names a person who is likelier than all others together. */
const SURE = 0.5;

/** Weight of a filter as it is sent, from that of the same text's filter under another salt and before diffusion: normal, by the variances of balls thrown into bins and of the parity of `diffusion` bits. */
function expectedWeight(own: number, { bits, hashes, diffusion }: { bits: number; hashes: number; diffusion: number }): { mean: number; variance: number } {
  const thrown = -Math.log(Math.max(1 / bits, 1 - own / bits)); // positions thrown per bit
  const collisions = 2 * bits * (Math.exp(-thrown) - (1 + thrown) * Math.exp(-2 * thrown)); // of his filter and of the one seen
  const least = 1 / hashes;
  if (diffusion === 0) return { mean: own, variance: Math.max(least, collisions) };
  const odd = (1 - (1 - (2 * own) / bits) ** diffusion) / 2;
  const slope = diffusion * (1 - (2 * own) / bits) ** (diffusion - 1);
  return { mean: bits * odd, variance: Math.max(least, bits * odd * (1 - odd) + slope ** 2 * collisions) };
}
