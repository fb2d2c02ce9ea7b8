import { describe, expect, it } from "vitest";
import { estimate } from "../../src/linkage/estimate.ts";
import { evidenceOf, halvesOf, isIn } from "../../src/linkage/evidence.ts";
import { KeptStrangers } from "../../src/linkage/kept-strangers.ts";
import { CARE } from "../../src/linkage/match-class.ts";
import { random } from "../../src/random.ts";
import { usedAtoms } from "../../src/schema/comparison-space.ts";
import { NAMES_OF_STRANGERS, NAME_ORDER } from "../../src/schema/name-order.ts";
import { expectedOf, standardSchema } from "../example-schema.ts";

const evidence = evidenceOf(standardSchema, usedAtoms(standardSchema));
const { groups, facts } = evidence;
/** m of matches that agree on a share of each group, in all states but equality alike. */
const agreeing = (share: number): Float64Array[] => groups.map(({ size }) => Float64Array.from({ length: size }, (_, s) => (s === size - 1 ? share : (1 - share) / (size - 1))));

describe("strangers that withholding leaves", () => {
  const observations = [1n, 0n, 3n].map((observed) => ({ observed, missing: 0n, pairs: 1 }));
  const kept = new KeptStrangers(evidence, observations);

  it("are all of those who share no key", () => {
    expect(kept.shares(CARE.map(() => agreeing(0.9)), [0.5, 0.8])[1]).toBe(1);
  });

  it("are those neither of whom has a partner who agrees on the key", () => {
    expect(kept.shares(CARE.map(() => agreeing(1)), [0.5, 0.8])[0]).toBeCloseTo(0.5 * 0.2, 12);
    expect(kept.shares(CARE.map(() => agreeing(1)), [1.2, 0.8])[0]).toBe(0.001);
    // who shares three keys of four passes for one person's two records, and keeps them
    expect(new KeptStrangers(evidence, [{ observed: 7n, missing: 0n, pairs: 1 }]).shares(CARE.map(() => agreeing(1)), [0.5, 0.8])[0]).toBe(1);
    const [one, , both] = kept.shares(CARE.map(() => agreeing(0.7)), [0.5, 0.8]);
    expect(one).toBeGreaterThan(0.1);
    expect(both).toBeLessThanOrEqual(one!);
  });

  it("leave to matches what few keys show of them, where most people are in both files", () => {
    const next = random("kept strangers");
    const m = groups.map(({ fields }) => fields.map(expectedOf).reduce((joint, states) => Float64Array.from({ length: joint.length * states.length }, (_, i) => joint[Math.floor(i / states.length)]! * states[i % states.length]!)));
    // strangers share keys so often that without withholding they would outnumber matches that share one
    const u = groups.map(({ name, size }) => (name === NAME_ORDER ? NAMES_OF_STRANGERS : Float64Array.from({ length: size }, (_, s) => (s === 0 ? 1 - 0.002 * (size - 1) : 0.002))));
    const counts = new Map<bigint, number>();
    const matches = 8000;
    for (let i = 0; i < matches; i++) {
      const drawn = m.map((states) => {
        let at = next();
        return Math.max(0, states.findIndex((p) => (at -= p) < 0));
      });
      let observed = 0n;
      for (const fact of facts) {
        if (![...fact.holds].every(([g, allowed]) => allowed[drawn[g]!] === 1)) continue;
        observed = fact.level === 0 ? observed | (1n << BigInt(fact.bit)) : (observed & ~(7n << BigInt(fact.bit))) | (BigInt(fact.level) << BigInt(fact.bit));
      }
      if (facts.some((fact) => fact.reaches && isIn(fact, halvesOf(observed)))) counts.set(observed, (counts.get(observed) ?? 0) + 1);
    }
    const seen = [...counts].map(([observed, pairs]) => ({ observed, missing: 0n, pairs }));
    const options = { schema: standardSchema, evidence, observations: seen, u, allPairs: 10_000 ** 2, mostMatches: 10_000, missingShares: new Map([[0n, 1]]), startMatches: 7000 };
    const [with_, without] = [estimate({ ...options, people: [10_000, 10_000] }), estimate(options)];
    const off = ({ matches: estimated }: { matches: number }): number => Math.abs(estimated / matches - 1);
    expect(off(with_)).toBeLessThan(0.05);
    expect(off(with_)).toBeLessThan(0.75 * off(without));
  });
});
