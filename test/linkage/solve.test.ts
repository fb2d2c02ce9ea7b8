import { describe, expect, it } from "vitest";
import { linkKernel } from "../../src/kernel/link-kernel.ts";
import { SharedMemory } from "../../src/linkage/shared-memory.ts";
import { type SolveOptions, solve } from "../../src/linkage/solve.ts";

/** Pairs as [row of A, row of B, observation]; one weight, probability and explained flag per observation. */
function problem(pairs: readonly (readonly [number, number, number])[], model: { weights: number[]; probabilities: number[]; explained?: number[]; kept?: number[] }, rows = 10): SolveOptions {
  const memory = new SharedMemory();
  const digests = memory.reserve(rows * 8);
  memory.i64(digests, rows).forEach((_, row, view) => (view[row] = BigInt((row * 7919) % 101)));
  return {
    candidates: {
      count: pairs.length,
      rowsA: Uint32Array.from(pairs, ([a]) => a),
      rowsB: Uint32Array.from(pairs, ([, b]) => b),
      observation: Uint32Array.from(pairs, ([, , o]) => o),
      observations: model.weights.map((_, o) => ({ observed: 0n, missing: 0n, pairs: pairs.filter(([, , of]) => of === o).length })),
      rules: [],
    },
    model: { weights: Float64Array.from(model.weights), probabilities: Float64Array.from(model.probabilities), explained: Uint8Array.from(model.explained ?? model.weights.map(() => 1)), kept: Float64Array.from(model.kept ?? model.weights.map(() => 1)) },
    a: { rows, digests },
    b: { rows, digests },
    memory,
    kernel: linkKernel(memory.memory),
    cardinality: "one-to-one",
    threshold: 0.5,
  } as unknown as SolveOptions;
}

const linked = (options: SolveOptions): string[] => {
  const { pairs } = solve(options);
  return Array.from(pairs, (pair) => `${options.candidates.rowsA[pair]}-${options.candidates.rowsB[pair]}`).sort();
};

describe("solving one to one", () => {
  it("takes the better pair first and leaves its rivals out", () => {
    expect(linked(problem([[0, 0, 1], [0, 1, 0], [1, 0, 1]], { weights: [20, 10], probabilities: [0.99, 0.9] }))).toEqual(["0-1", "1-0"]);
  });

  it("counts only rivals that have no partner yet", () => {
    const eight = Array.from({ length: 8 }, (_, i) => [i, i, 0] as const);
    const options = problem([...eight, [8, 9, 1]], { weights: [20, -1], probabilities: [0.999, 0.15] });
    // 2 x 2 of 10 x 10 are free: 0.15 / (0.15 + 0.85 x 0.04) = 0.815
    expect(linked(options)).toContain("8-9");
    expect(solve(options).probabilities.at(-1)).toBeCloseTo(0.8152, 3);
    expect(linked(problem([[8, 9, 0]], { weights: [-1], probabilities: [0.15] }))).toEqual([]);
  });

  it("passes over what the model cannot explain", () => {
    const eight = Array.from({ length: 8 }, (_, i) => [i, i, 0] as const);
    const model = { weights: [20, 0, -1], probabilities: [0.999, 0, 0.15], explained: [1, 0, 1] };
    expect(linked(problem([...eight, [8, 8, 1], [8, 9, 2]], model))).toContain("8-9");
    expect(linked({ ...problem([[0, 0, 1]], model), threshold: 0 })).toEqual([]);
  });

  it("breaks ties by the records' content, not by their order", () => {
    const tied = problem([[0, 0, 0], [0, 1, 0]], { weights: [5], probabilities: [0.9] });
    const turned = problem([[0, 1, 0], [0, 0, 0]], { weights: [5], probabilities: [0.9] });
    expect(linked(tied)).toEqual(linked(turned));
    expect([...solve(tied).tied]).toEqual([1]);
  });
});

describe("other cardinalities", () => {
  const pairs = [[0, 0, 0], [0, 1, 0], [1, 0, 0]] as const;
  const model = { weights: [5], probabilities: [0.9] };

  it("let many records have one partner, or many", () => {
    expect(linked({ ...problem(pairs, model), cardinality: "many-to-many" })).toEqual(["0-0", "0-1", "1-0"]);
    const manyToOne = linked({ ...problem(pairs, model), cardinality: "many-to-one" });
    expect(manyToOne).toHaveLength(2);
    expect(manyToOne).toContain("1-0");
  });
});
