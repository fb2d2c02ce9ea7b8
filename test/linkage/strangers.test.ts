import { describe, expect, it } from "vitest";
import { strangersOf } from "../../src/linkage/strangers.ts";
import { comparisonGroups } from "../../src/schema/comparison-space.ts";
import { standardSchema } from "../example-schema.ts";

describe("strangers", () => {
  const groups = comparisonGroups(standardSchema);
  // the first state of a group is the most different
  const u = groups.map(({ size }) => Float64Array.from({ length: size }, (_, state) => (state === 0 ? 1 - 0.001 * (size - 1) : 0.001)));
  const at = (field: string): number => groups.findIndex(({ fields }) => fields.some((space) => space.field === field));
  const [named, born] = [at("forename"), at("date_of_birth")];
  const kinds = strangersOf(groups, u, 3);

  it("are together as u says", () => {
    expect(kinds.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    for (const [g, states] of u.entries()) {
      for (const { states: ofKind } of kinds) expect(ofKind[g]!.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
      states.forEach((p, state) => expect(kinds.reduce((sum, kind) => sum + kind.share * kind.states[g]![state]!, 0)).toBeCloseTo(p, 9));
    }
  });

  it("have the same forename more often where they are born in one year", () => {
    const [same, others] = kinds as [(typeof kinds)[number], (typeof kinds)[number]];
    const [date] = groups[born]!.fields;
    const year = date!.views.indexOf("year");
    date!.states.forEach(({ equal, agrees }, state) => expect(same.states[born]![state]! > 0).toBe(equal || ((agrees >> year) & 1) === 1));
    expect(same.states[named]!.at(-1)! / others.states[named]!.at(-1)!).toBeGreaterThan(2);
  });

  it("are all alike where names have no fashion or no year is known", () => {
    expect(strangersOf(groups, u, 1)).toHaveLength(1);
    const without = groups.filter((_, g) => g !== born);
    expect(strangersOf(without, u.filter((_, g) => g !== born), 3)).toHaveLength(1);
  });
});
