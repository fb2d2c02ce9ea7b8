import { describe, expect, it } from "vitest";
import { countInterval } from "../../src/linkage/count-interval.ts";
import { linkQualities } from "../../src/linkage/link-quality.ts";
import type { Links } from "../../src/linkage/solve.ts";
import { thresholdForPrecision } from "../../src/linkage/threshold-for-precision.ts";
import { random } from "../../src/random.ts";

const linksOf = (...probabilities: number[]): Links => ({ count: probabilities.length, pairs: new Uint32Array(probabilities.length), probabilities: Float64Array.from(probabilities), tied: new Uint8Array(probabilities.length), free: new Float64Array(0) });

describe("the interval of a count", () => {
  it("is the Poisson's where the rate is certain", () => {
    // quantiles 0.025 and 0.975 of the Poisson distribution
    expect(countInterval(1, 0)).toEqual([0, 3]);
    expect(countInterval(10, 0)).toEqual([4, 17]);
    expect(countInterval(100, 0)).toEqual([81, 120]);
    expect(countInterval(0, 1)).toEqual([0, 0]);
  });

  it("covers 95 % of counts whose rate is off", () => {
    const next = random("counts");
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    const poisson = (rate: number): number => {
      let count = 0;
      for (let left = Math.exp(-rate), product = next(); product > left; product *= next()) count++;
      return count;
    };
    const [low, high] = countInterval(20, 0.5);
    const draws = Array.from({ length: 20_000 }, () => poisson(20 * Math.exp(0.5 * normal())));
    const inside = draws.filter((count) => count >= low && count <= high).length / draws.length;
    expect(inside).toBeGreaterThan(0.945);
    expect(inside).toBeLessThan(0.965);
  });

  it("widens with the model's error and handles large counts", () => {
    const [low, high] = countInterval(1e6, 0.5);
    expect(Math.log(low / 1e6) / 0.5).toBeCloseTo(-1.96, 1);
    expect(Math.log(high / 1e6) / 0.5).toBeCloseTo(1.96, 1);
  });
});

describe("the worth of links", () => {
  const all = linksOf(...Array.from({ length: 90 }, () => 0.99), ...Array.from({ length: 10 }, () => 0.6), ...Array.from({ length: 10 }, () => 0.2));
  const unreached = { matches: 5, clustering: 1.2, logSd: 0.35 };

  it("adds up: right links, overlooked and unreached matches", () => {
    const { links, wrong, missed, precision, recall } = linkQualities(all, unreached, [0.5])[0]!;
    expect(links).toBe(100);
    expect(wrong).toBeCloseTo(4.9);
    expect(missed).toBeCloseTo(7);
    expect(precision).toBeCloseTo(0.951);
    expect(recall).toBeCloseTo(95.1 / 102.1);
  });

  it("has intervals around the estimates", () => {
    const { precision, recall, wrong, missed, precisionInterval, recallInterval, wrongInterval, missedInterval } = linkQualities(all, unreached, [0.5])[0]!;
    for (const [value, [low, high]] of [[precision, precisionInterval], [recall, recallInterval], [wrong, wrongInterval], [missed, missedInterval]] as const) {
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
    }
    expect(recallInterval[1]).toBeLessThanOrEqual(1);
  });

  it("trades recall for precision by threshold", () => {
    const rows = linkQualities(all, unreached, [0.05, 0.5, 0.9]);
    expect(rows.map(({ links }) => links)).toEqual([110, 100, 90]);
    expect(rows[2]!.precision).toBeGreaterThan(rows[0]!.precision);
    expect(rows[2]!.recall).toBeLessThan(rows[0]!.recall);
    // matches in all stay what they are
    for (const { links, wrong, missed } of rows) expect(links - wrong + missed).toBeCloseTo(102.1);
  });

  it("knows nothing of the worth of no links", () => {
    expect(linkQualities(linksOf(), { matches: 0, clustering: 1, logSd: 0.3 }, [0.5])[0]).toMatchObject({ links: 0, precisionInterval: [0, 1], recallInterval: [0, 1], missedInterval: [0, 0] });
  });

  it("finds the lowest threshold that reaches a precision", () => {
    expect(thresholdForPrecision(all, 0.5)).toBe(0.05);
    expect(thresholdForPrecision(all, 0.95)).toBe(0.201);
    expect(thresholdForPrecision(all, 0.98)).toBe(0.601);
    expect(thresholdForPrecision(all, 0.995)).toBeUndefined();
    expect(thresholdForPrecision(linksOf(), 0.5)).toBeUndefined();
  });
});
