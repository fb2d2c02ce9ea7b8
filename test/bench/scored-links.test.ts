import { describe, expect, it } from "vitest";
import { type ScoredPair, connected, judge, oneToOne } from "../../bench/peers/scored-links.ts";
import { Truth } from "../../src/report/truth.ts";

const rows = (ids: string): Map<string, number> => new Map([...ids].map((id, row) => [id, row]));
const [a, b] = [rows("ABCD"), rows("abcd")];

describe("links of scored pairs", () => {
  it("one-to-one, take the best pair whose records are both free", () => {
    const pairs: ScoredPair[] = [[0, 0, 1], [1, 0, 3], [1, 1, 4], [0, 1, 2]];
    expect(oneToOne(pairs)).toEqual([[1, 1, 4], [0, 0, 1]]);
  });

  it("one-to-one, do not depend on the order of pairs that tie", () => {
    const pairs: ScoredPair[] = [[0, 1, 1], [0, 0, 1], [1, 0, 1], [1, 1, 1]];
    expect(oneToOne(pairs)).toEqual(oneToOne(pairs.toReversed()));
  });

  it("within a file, join all of a component at the score that connects them", () => {
    expect(connected([[0, 1, 5], [2, 3, 4], [0, 2, 1], [1, 3, 0]])).toEqual([[0, 1, 5], [2, 3, 4], [0, 2, 1], [0, 3, 1], [1, 2, 1], [1, 3, 1]]);
  });
});

describe("a peer's figures", () => {
  const truth = Truth.of([["A", "a"], ["B", "b"], ["C", "c"], ["D", "nobody"]], a, b);

  it("are of the links from its threshold upwards", () => {
    const { links, rightLinks, precision, recall } = judge([[0, 0, 0.9], [1, 1, 0.5], [2, 3, 0.4]], 0.5, truth);
    expect({ links, rightLinks, precision, recall }).toEqual({ links: 2, rightLinks: 2, precision: 1, recall: 0.5 });
  });

  it("tell the best threshold, above or below its own", () => {
    expect(judge([[0, 0, 0.9], [1, 1, 0.5], [2, 2, 0.4], [3, 3, 0.3]], 0.5, truth).best).toMatchObject({ threshold: 0.4, links: 3, rightLinks: 3 });
    expect(judge([[0, 0, 0.9], [1, 2, 0.5], [2, 1, 0.4]], 0.4, truth)).toMatchObject({ links: 3, rightLinks: 1, best: { threshold: 0.9, links: 1 } });
  });

  it("take or leave all links of one score", () => {
    expect(judge([[0, 0, 1], [1, 2, 0.5], [2, 1, 0.5], [3, 3, 0.5]], 0.6, truth).best.links).toBe(1);
    expect(judge([[0, 0, 1], [1, 1, 0.5], [2, 2, 0.5], [3, 3, 0.5]], 0.6, truth).best.links).toBe(4);
  });

  it("within a file, count a pair in either direction", () => {
    const own = Truth.of([["A", "B"]], a, a);
    expect(judge([[1, 0, 1]], 0, own)).toMatchObject({ f1: 1, best: { f1: 1 } });
  });

  it("are those of no link where there is none", () => {
    expect(judge([], 0, truth)).toMatchObject({ links: 0, precision: 1, recall: 0, f1: 0, best: { links: 0 } });
  });
});
