import { type EqualityStructure, type Words, classesOf, mix } from "./equality-structure.ts";
import { classLimit, neighboursOf, tellingBuckets, type Neighbours } from "./neighbours.ts";

/** What an attack claims: for each record of the attacked file the person it names, or -1. */
export type Claims = Int32Array;

/**
 * The structure attack (no salt, no known pair): the attacker holds a plaintext register of the people in the file. Each record is described by what it lacks and by how many records share each of
 * its values, and this description is refined by those of the records it shares values with (colour refinement: Weisfeiler & Leman 1968); whoever has a description that nobody else has, on both sides, is named.
 * Beyond classes, pairs that share a rare value are compared on all columns and buckets at once.
 *
 * Returns claims for every number of refinements from none to `refinements`: more of them tell more apart, but differ by more when people are missing.
 */
export function structureAttack(seen: EqualityStructure, register: EqualityStructure, refinements = 3): Claims[] {
  const limit = classLimit(register);
  const telling = tellingBuckets(seen);
  const sides = [register, seen].map((structure) => ({ structure, neighbours: neighboursOf(structure, limit, telling), colours: firstColours(structure) }));
  return Array.from({ length: refinements + 1 }, (_, depth) => {
    if (depth > 0) for (const side of sides) side.colours = refine(side.structure, side.neighbours, side.colours);
    return uniqueMatches(sides[1]!.colours, sides[0]!.colours);
  });
}

function firstColours({ count, columns, masks }: EqualityStructure): Words {
  const low = masks.slice();
  const high = masks.map((mask) => mix(mask + 1));
  columns.forEach(({ classes, sizes }, c) => {
    for (let row = 0; row < count; row++) {
      const size = classes[row]! < 0 ? 0 : sizes[classes[row]!]!;
      low[row] = mix(Math.imul(low[row]!, 0x9e3779b1) + size + c);
      high[row] = mix(Math.imul(high[row]!, 0x85ebca6b) + size * 31 + c);
    }
  });
  return { low, high };
}

/** Each colour takes in the sum of the colours in each of its record's classes, and those of its neighbours with what they have in common. */
function refine({ count, columns }: EqualityStructure, { pairs, a, b, labels }: Neighbours, { low, high }: Words): Words {
  const next = { low: low.slice(), high: high.slice() };
  for (const { classes, sizes } of columns) {
    const sumLow = new Int32Array(sizes.length);
    const sumHigh = new Int32Array(sizes.length);
    for (let row = 0; row < count; row++) {
      const value = classes[row]!;
      if (value < 0) continue;
      sumLow[value]! += mix(low[row]!);
      sumHigh[value]! += mix(high[row]!);
    }
    for (let row = 0; row < count; row++) {
      const value = classes[row]!;
      next.low[row] = mix(Math.imul(next.low[row]!, 0x9e3779b1) + (value < 0 ? 1 : sumLow[value]!));
      next.high[row] = mix(Math.imul(next.high[row]!, 0x85ebca6b) + (value < 0 ? 1 : sumHigh[value]!));
    }
  }
  const aroundLow = new Int32Array(count);
  const aroundHigh = new Int32Array(count);
  for (let pair = 0; pair < pairs; pair++) {
    const label = labels[pair]!;
    const [x, y] = [a[pair]!, b[pair]!];
    aroundLow[x]! += mix(low[y]! ^ label);
    aroundHigh[x]! += mix(high[y]! + label);
    aroundLow[y]! += mix(low[x]! ^ label);
    aroundHigh[y]! += mix(high[x]! + label);
  }
  for (let row = 0; row < count; row++) {
    next.low[row] = mix(next.low[row]! ^ mix(aroundLow[row]!));
    next.high[row] = mix(next.high[row]! + mix(aroundHigh[row]!));
  }
  return next;
}

/** Records whose colour is theirs alone in the file, and some person's alone in the register. */
function uniqueMatches(seen: Words, register: Words): Claims {
  const people = register.low.length;
  const join = (ours: Uint32Array, theirs: Uint32Array): Uint32Array => {
    const both = new Uint32Array(people + theirs.length);
    both.set(ours);
    both.set(theirs, people);
    return both;
  };
  const { classes, sizes } = classesOf({ low: join(register.low, seen.low), high: join(register.high, seen.high) });
  const person = new Int32Array(sizes.length).fill(-1);
  const persons = new Uint8Array(sizes.length);
  for (let row = 0; row < people; row++) {
    const colour = classes[row]!;
    if (colour < 0) continue;
    person[colour] = row;
    if (persons[colour]! < 2) persons[colour]!++;
  }
  return Int32Array.from(seen.low, (_, row) => {
    const colour = classes[people + row]!;
    return colour >= 0 && sizes[colour] === 2 && persons[colour] === 1 ? person[colour]! : -1;
  });
}
