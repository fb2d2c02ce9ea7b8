import { describe, expect, it } from "vitest";
import { diceSpeed, gramFilters, hammingSpeed, randomFilters } from "../../src/bench/kernel-speed.ts";
import { plot } from "../../src/bench/plot.ts";
import { type Result, figuresOf, ours } from "../../src/bench/result.ts";
import { resultTable } from "../../src/bench/result-table.ts";

const result = (changes: Partial<Result>): Result => ({ work: "hash", tool: ours, records: 1000, unit: "records", units: 1000, seconds: [1, 4, 2], cpuSeconds: [], proof: 1000, slack: 0, ...changes });

describe("figures", () => {
  it("give least, middle and greatest time and the rate at the middle", () => {
    expect(figuresOf([result({})])[0]).toMatchObject({ seconds: { minimum: 1, median: 2, maximum: 4 }, rate: 500 });
    expect(figuresOf([result({ seconds: [1, 3] })])[0]!.seconds.median).toBe(2);
  });

  it("give a ratio to a peer that did equal work, and none to one that did more", () => {
    const peer = (proof: number): Result => result({ tool: "peer", seconds: [6], proof });
    expect(figuresOf([result({}), peer(1000)])[1]!.ratio).toBe(3);
    expect(figuresOf([result({}), peer(1001)])[1]!.ratio).toBeNull();
    expect(figuresOf([result({ slack: 0.01 }), { ...peer(1005), slack: 0.01 }])[1]!.ratio).toBe(3);
    expect(figuresOf([result({ records: 10 }), peer(1000)])[1]!.ratio).toBeNull();
  });

  it("give no ratio to a peer that found as much but not the same", () => {
    const ratioOf = (same: string): unknown => figuresOf([result({ same: "a" }), result({ tool: "peer", same })])[1]!.ratio;
    expect(ratioOf("a")).toBe(1);
    expect(ratioOf("b")).toBeNull();
  });

  it("compare tools that count pairs of their own choice by their rates", () => {
    const work = { work: "compare", unit: "pairs" } as const;
    expect(figuresOf([result({ ...work, units: 8000 }), result({ ...work, tool: "peer", units: 1000, seconds: [1] })])[1]!.ratio).toBe(4);
  });

  it("stand in a table", () => {
    const [headings, , row] = resultTable(figuresOf([result({}), result({ tool: "peer", seconds: [30], proof: 2000 })]));
    expect(row).toHaveLength(headings!.length);
    expect(row!.at(-1)).toBe("not at equal work");
  });
});

describe("the kernel's speed", () => {
  it("is measured on filters in which only the planted pairs are near, by either measure", () => {
    const [random, grams] = [randomFilters(200), gramFilters(200)];
    const [near, similar] = [hammingSpeed(random)(), diceSpeed(random)()];
    expect(near.found).toBe(4);
    expect(similar.pairs).toBe(near.pairs);
    expect(diceSpeed(grams)().found).toBe(4);
  });
});

describe("the plot", () => {
  it("draws a line for what was measured at several sizes, within its frame", () => {
    const svg = plot([1e4, 1e5, 1e6].map((records) => result({ records, seconds: [records / 1e5] })), "a <machine>");
    expect(svg.match(/<circle/g)).toHaveLength(3);
    expect(svg).toContain("saltlink, hash");
    expect(svg).toContain("a &lt;machine&gt;");
    const points = [...svg.matchAll(/c[xy]="([\d.]+)"/g)].map(([, at]) => Number(at));
    expect(Math.min(...points)).toBeGreaterThan(0);
    expect(Math.max(...points)).toBeLessThan(720);
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});
