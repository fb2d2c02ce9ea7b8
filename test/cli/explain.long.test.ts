import { describe, expect, it } from "vitest";
import { type Workplace, hashedDepartments } from "./saltlink.ts";

interface Explanation {
  priorBits: number;
  evidence: { group: string; levels: string[]; bits: number }[];
  relativesBits: number;
  togetherBits: number;
  matchWeight: number;
  partnersBits: number;
  probability: number;
  rules: unknown[];
  linked: boolean;
  reason: string;
  rivals: { recordA: string; recordB: string; linked: boolean }[];
}

function linked(): { work: Workplace; links: string[][]; explain: (a: string, b: string) => Explanation } {
  const work = hashedDepartments();
  work.do("link", "census.parquet", "tax.parquet", "--out", "run");
  const links = work.read("run/links.csv").trim().split("\n").slice(1).map((line) => line.split(","));
  return { work, links, explain: (a, b) => JSON.parse(work.do("explain", "run", a, b, "--json").stdout) as Explanation };
}

describe("explain", () => {
  it("shows how the bits of a link add up to its weight and probability", () => {
    const { links, explain } = linked();
    for (const [a, b, weight, probability] of [links[0]!, links.at(-1)!]) {
      const found = explain(a!, b!);
      expect(found).toMatchObject({ linked: true, reason: "linked" });
      expect(found.rules.length).toBeGreaterThan(0);
      expect(found.matchWeight).toBeCloseTo(Number(weight), 3);
      expect(found.probability).toBeCloseTo(Number(probability), 5);
      expect(found.evidence.reduce((sum, { bits }) => sum + bits, found.relativesBits + found.togetherBits)).toBeCloseTo(found.matchWeight, 6);
      const odds = 2 ** (found.priorBits + found.matchWeight + found.partnersBits);
      expect(odds / (1 + odds)).toBeCloseTo(found.probability, 6);
    }
  });

  it("says why a rival of a link was not chosen", () => {
    const { work, links, explain } = linked();
    // the weakest links are the likeliest to have rivals
    const link = links.findLast(([a, b]) => explain(a!, b!).rivals.length > 0)!;
    const rival = explain(link[0]!, link[1]!).rivals[0]!;
    const found = explain(rival.recordA, rival.recordB);
    expect(found.linked).toBe(rival.linked);
    expect(found.rivals).toContainEqual(expect.objectContaining({ recordA: link[0], recordB: link[1], linked: true }));
    const { stdout } = work.do("explain", "run", rival.recordA, rival.recordB);
    expect(stdout).toMatch(/^(linked|not linked: )/);
    expect(stdout).toMatch(/prior {2,}-\d/);
    expect(stdout).toMatch(/reached by /);
  });

  it("says of a pair that no rule reached what its records were compared with", () => {
    const { work, links, explain } = linked();
    const [[a, b], [, otherB]] = links as [string[], string[]];
    const found = explain(a!, otherB!);
    expect(found).toMatchObject({ recordA: a, recordB: otherB, reached: false, linked: false, reason: "no rule reached this pair, so it was never compared" });
    expect(found.rivals).toContainEqual(expect.objectContaining({ of: "a", recordA: a, recordB: b, linked: true }));
    expect(work.do("explain", "run", a!, otherB!).stdout).toMatch(/^not linked: no rule reached this pair, .*\npairs in which one of the two was compared: \d+\n/);
  });

  it("says in a line what it cannot explain", () => {
    const { work, links } = linked();
    const [[a, b]] = links as [string[]];
    const cases: [string[], RegExp][] = [
      [["run", b!, a!], /^error: the first record id is not in .*census\.parquet; .*\n$/],
      [["run", a!, "nobody"], /^error: the second record id is not in .*tax\.parquet; .*\n$/],
      [["nowhere", a!, b!], /^error: nowhere is not a run .*\n$/],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = work.try("explain", ...args);
      expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(message)]);
    }
  });
});
