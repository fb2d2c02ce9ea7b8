import { describe, expect, it } from "vitest";
import { type Evidence, evidenceOf } from "../../src/linkage/evidence.ts";
import { buildLattice } from "../../src/linkage/lattice.ts";
import { random } from "../../src/random.ts";
import { usedAtoms } from "../../src/schema/comparison-space.ts";
import type { LinkageSchema } from "../../src/schema/linkage-schema.ts";
import { standardSchema } from "../example-schema.ts";

// few enough full comparisons to list them all
const small: LinkageSchema = {
  ...standardSchema,
  fields: standardSchema.fields.filter(({ name }) => name !== "address" && name !== "postcode"),
  filters: standardSchema.filters.slice(0, 2),
  keys: [{ parts: ["forename.start", "surname.initial"] }, { parts: ["surname.phonetic", "date_of_birth.day", "date_of_birth.year"] }, { parts: ["forename", "date_of_birth.month", "sex"] }, { parts: ["sex"] }],
};

function* fullComparisons(evidence: Evidence): Generator<number[]> {
  const sizes = evidence.groups.map(({ size }) => size);
  const total = sizes.reduce((product, size) => product * size, 1);
  for (let index = 0; index < total; index++) {
    let rest = index;
    yield sizes.map((size) => {
      const state = rest % size;
      rest = Math.floor(rest / size);
      return state;
    });
  }
}

describe("the lattice", () => {
  const evidence = evidenceOf(small, usedAtoms(small));
  const next = random("probabilities");
  const probabilities = evidence.groups.map(({ size }) => {
    const weights = Float64Array.from({ length: size }, () => next() ** 3);
    const sum = weights.reduce((total, w) => total + w, 0);
    return weights.map((w) => w / sum);
  });

  it.each([
    ["everything known", () => true],
    ["facts about the date unknown", (label: string) => !label.includes("date_of_birth") && !label.includes("near") && !label.includes("equal")],
    ["a single fact", (label: string) => label === "sex"],
  ])("gives what listing all full comparisons gives, %s", (_, keep) => {
    const facts = evidence.facts.filter(({ label }) => keep(label));
    const likelihoods = new Map<string, number>();
    const expectations = new Map<string, Float64Array[]>();
    for (const states of fullComparisons(evidence)) {
      const p = states.reduce((product, state, g) => product * probabilities[g]![state]!, 1);
      const shown = facts.map((fact) => ([...fact.holds].every(([g, allowed]) => allowed[states[g]!] === 1) ? 1 : 0)).join("");
      likelihoods.set(shown, (likelihoods.get(shown) ?? 0) + p);
      if (!expectations.has(shown)) expectations.set(shown, evidence.groups.map(({ size }) => new Float64Array(size)));
      states.forEach((state, g) => (expectations.get(shown)![g]![state]! += p));
    }
    const observations = [...likelihoods.keys()];
    const lattice = buildLattice(evidence.groups, facts, observations.map((shown) => Uint8Array.from(shown, Number)));
    const found = lattice.likelihood(probabilities);
    observations.forEach((shown, o) => expect(found[o]).toBeCloseTo(likelihoods.get(shown)!, 12));
    expect(found.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 10);

    // another pass forward leaves this one as it is
    lattice.likelihood(probabilities.map((states) => states.toReversed()), 1);

    const weights = Float64Array.from(observations, () => next() * 10);
    const counts = evidence.groups.map(({ size }) => new Float64Array(size));
    lattice.expect(probabilities, weights, counts);
    counts.forEach((states, g) =>
      states.forEach((count, s) => {
        const expected = observations.reduce((sum, shown, o) => sum + (weights[o]! * expectations.get(shown)![g]![s]!) / likelihoods.get(shown)!, 0);
        expect(count).toBeCloseTo(expected, 8);
      }),
    );
  });

  it("gives an impossible observation no probability", () => {
    const facts = evidence.facts.filter(({ label }) => label === "forename near" || label === "forename equal");
    // equal without being near
    const lattice = buildLattice(evidence.groups, facts, [Uint8Array.of(0, 1)]);
    expect([...lattice.likelihood(probabilities)]).toEqual([0]);
  });
});
