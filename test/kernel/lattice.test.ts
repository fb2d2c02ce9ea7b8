import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Layer, expected, forward } from "../../src/kernel/reference/lattice.ts";
import { LatticeSums } from "../../src/linkage/lattice-sums.ts";
import { random } from "../../src/random.ts";

interface Drawn {
  readonly layers: readonly Layer[];
  readonly finals: Int32Array;
  readonly size: number;
  readonly probabilities: (name: string) => Float64Array[];
  readonly weights: Float64Array;
}

/** Layers of any shape, edges in any order, nodes without edges, classes without states; numbers from 1e-9 to 1 and zeros. */
function drawn(seed: number, sizes: readonly { states: number; classes: number; edges: number; nodes: number }[]): Drawn {
  const next = random(`lattice ${seed}`);
  const below = (limit: number): number => Math.floor(next() * limit);
  const some = (length: number, limit: number): Int32Array => Int32Array.from({ length }, () => below(limit));
  const layers = sizes.map(({ states, classes, edges, nodes }, l): Layer => ({ classOf: some(states, classes), classes, edges: Int32Array.from({ length: edges * 3 }, (_, i) => below([l === 0 ? 1 : sizes[l - 1]!.nodes, nodes, classes][i % 3]!)), nodes }));
  const size = 1 + below(6);
  const numbers = (length: number, of: () => number): Float64Array => Float64Array.from({ length }, () => (of() < 0.1 ? 0 : 10 ** (-9 * of())));
  return {
    layers,
    finals: some(sizes.at(-1)!.nodes, size),
    size,
    probabilities: (name) => {
      const of = random(`${name} ${seed}`);
      return sizes.map(({ states }) => numbers(states, of));
    },
    weights: numbers(size, next),
  };
}

const layer = fc.record({ states: fc.integer({ min: 1, max: 30 }), classes: fc.integer({ min: 1, max: 8 }), edges: fc.integer({ min: 0, max: 60 }), nodes: fc.integer({ min: 1, max: 20 }) });

describe("the kernel's sums over lattices", () => {
  it("are the plain twin's, to the last bit", () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(layer, { minLength: 1, maxLength: 5 }), (seed, sizes) => {
        const { layers, finals, size, probabilities, weights } = drawn(seed, sizes);
        const sums = new LatticeSums(layers, finals, size);
        const [one, other] = [probabilities("one"), probabilities("other")];
        // passes do not disturb each other
        sums.likelihood(one, 0);
        const [plain, plainOther] = [forward(layers, finals, size, one), forward(layers, finals, size, other)];
        expect([...sums.likelihood(other, 2)]).toEqual([...plainOther.seen]);
        const counts = one.map((states) => new Float64Array(states.length));
        sums.expect(one, weights, counts, 0);
        expect(counts).toEqual(expected(layers, finals, one, weights, plain));
        expect([...sums.likelihood(one, 0)]).toEqual([...plain.seen]);
        // counts are added to what is there
        const before = counts.map((states) => states.map((_, s) => s + 0.5));
        const after = before.map((states) => states.slice());
        sums.expect(one, weights, after, 0);
        after.forEach((states, l) => states.forEach((count, s) => expect(count).toBe(before[l]![s]! + counts[l]![s]!)));
      }),
    );
  });
});
