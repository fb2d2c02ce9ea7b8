import { describe, expect, it } from "vitest";
import { qualityOf } from "../../src/linkage/link-quality.ts";
import type { StratumSubgroups, Subgroup } from "../../src/linkage/subgroups.ts";
import { proportionInterval, worseSubgroups } from "../../src/linkage/worse-subgroups.ts";
import { random } from "../../src/random.ts";

const group = (records: number, linked: number, missed: number, ownLogSd = 1 / Math.sqrt(missed + 1)): Subgroup => ({
  value: "x",
  records,
  linked,
  quality: qualityOf({ threshold: 0.5, links: linked, right: linked, overlooked: 0, unreached: { matches: missed, logSd: 0.4 } }),
  ownLogSd,
});
const stratum = (...groups: Subgroup[]): StratumSubgroups => ({ dataset: "d", stratum: "s", groups });
const worse = (...groups: Subgroup[]): { recall: boolean[]; linkRate: boolean[] } => {
  const [found] = worseSubgroups([stratum(...groups)]);
  return { recall: found!.map(({ recall }) => recall), linkRate: found!.map(({ linkRate }) => linkRate) };
};

describe("a group is called worse", () => {
  it("in recall where far more of its matches are missed than of the others'", () => {
    expect(worse(group(1000, 720, 80), group(9000, 7200, 70)).recall).toEqual([true, false]);
  });

  it("not for what chance explains, nor for what is too small to matter", () => {
    expect(worse(group(100, 79, 1), group(9000, 7130, 70)).recall).toEqual([false, false]);
    expect(worse(group(1e6, 800_000, 4000, 0.01), group(9e6, 7.2e6, 10_000, 0.01)).recall).toEqual([false, false]);
  });

  it("in link rate alone where it is less present in the other file", () => {
    const found = worse(group(1000, 400, 4), group(9000, 7200, 72));
    expect(found).toEqual({ recall: [false, false], linkRate: [true, false] });
  });

  it("never when it is the only one, nor where nothing is linked", () => {
    expect(worse(group(1000, 400, 300))).toEqual({ recall: [false], linkRate: [false] });
    expect(worse(group(1000, 0, 0), group(9000, 0, 0))).toEqual({ recall: [false, false], linkRate: [false, false] });
  });

  it("seldom among many that are linked alike", () => {
    const next = random("alike");
    const binomial = (n: number, p: number): number => Array.from({ length: n }).filter(() => next() < p).length;
    let runs = 0;
    for (let run = 0; run < 100; run++) {
      const groups = Array.from({ length: 10 }, () => {
        const missed = binomial(300, 0.02);
        return group(375, binomial(375, 0.78), missed);
      });
      const { recall, linkRate } = worse(...groups);
      if (recall.includes(true) || linkRate.includes(true)) runs++;
    }
    expect(runs).toBeLessThan(17); // 5 % for each of two tests, and chance
  });
});

it("a proportion's interval holds it in 95 of 100 cases", () => {
  // Newcombe (1998): 81 of 263 and 0 of 20
  const [low, high] = proportionInterval(81, 263);
  expect(low).toBeCloseTo(0.2553, 4);
  expect(high).toBeCloseTo(0.3662, 4);
  expect(proportionInterval(0, 20)[1]).toBeCloseTo(0.1611, 4);
});
