import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comparisonGroups, stateIndex, usedAtoms } from "../../src/schema/comparison-space.ts";
import { expectedStates } from "../../src/schema/error-model.ts";
import { jsonSchema, parseSchema, schemaDigest } from "../../src/schema/linkage-schema.ts";
import { nearest } from "../../src/schema/nearest.ts";
import { standardSchema } from "../example-schema.ts";

const parse = (change: (schema: Record<string, unknown>) => void): unknown => {
  const schema = structuredClone(standardSchema) as unknown as Record<string, unknown>;
  change(schema);
  return parseSchema(JSON.stringify(schema), "link.schema.json");
};

describe("reading a schema", () => {
  it("takes what schema init writes", () => {
    expect(parse(() => {})).toEqual(standardSchema);
  });

  it.each<[string, (schema: Record<string, unknown>) => void, RegExp]>([
    ["a misspelt property", (s) => delete Object.assign(s, { feilds: s["fields"] })["fields"], /unknown property "feilds" \(did you mean "fields"\?\)/],
    ["a misspelt property of a filter", (s) => Object.assign((s["filters"] as object[])[0]!, { ancor: [] }), /unknown property in filters\[0\] "ancor" \(did you mean "anchor"\?\)/],
    ["an unknown version", (s) => Object.assign(s, { version: 7 }), /schema version 7 is not known/],
    ["an unknown scheme", (s) => Object.assign(s, { scheme: "9" }), /encoding scheme 9 is not known/],
    ["an unknown profile", (s) => Object.assign(s, { profile: "lax" }), /profile/],
    ["a key over no field", (s) => Object.assign(s, { keys: [{ parts: ["surnme"] }] }), /keys\[0\]\.parts: "surnme" is no view .* \(did you mean "surname"\?\)/],
    ["an unknown view", (s) => Object.assign(s, { keys: [{ parts: ["surname.phonetics", "sex"] }] }), /did you mean "surname.phonetic"/],
    ["a key with a part twice", (s) => Object.assign(s, { keys: [{ parts: ["surname", "surname"] }] }), /the same view twice/],
    ["two fields of one name", (s) => (s["fields"] as object[]).push((s["fields"] as object[])[0]!), /two fields have the same name/],
    ["a filter over a sex", (s) => Object.assign((s["filters"] as object[])[0]!, { fields: ["sex"] }), /no n-grams/],
    ["tokens outside plain", (s) => Object.assign(s, { tokens: ["sex"] }), /tokens belong to profile plain/],
    ["nothing to compare on", (s) => Object.assign(s, { keys: [], buckets: [] }), /needs at least one key or bucket/],
    ["too many hashes", (s) => Object.assign((s["filters"] as object[])[0]!, { hashes: 26, bits: 1024 }), /hashes/],
  ])("refuses %s", (_, change, message) => {
    expect(() => parse(change)).toThrow(message);
  });

  it("refuses what is no JSON or no schema", () => {
    expect(() => parseSchema("{", "x.json")).toThrow(/x\.json is not JSON/);
    expect(() => parseSchema("[1]", "x.json")).toThrow(/not a linkage schema/);
    expect(() => parseSchema("null", "x.json")).toThrow(/not a linkage schema/);
  });

  it("never crashes, whatever it is given", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        try {
          parseSchema(text, "x.json");
        } catch (error) {
          expect((error as Error).name).toBe("SaltlinkError");
        }
      }),
      { seed: 3, numRuns: 300 },
    );
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("digests what must agree and nothing else", () => {
    const noted = structuredClone(standardSchema);
    noted.keys[0]!.gain = 0.5;
    expect(schemaDigest(noted)).toBe(schemaDigest(standardSchema));
    const changed = structuredClone(standardSchema);
    changed.filters[0]!.diffusion = 9;
    expect(schemaDigest(changed)).not.toBe(schemaDigest(standardSchema));
  });

  it("offers editors a JSON Schema that knows every property", () => {
    expect(jsonSchema()).toMatchObject({ type: "object", properties: { fields: {}, filters: {}, keys: {}, buckets: {}, profile: { enum: ["standard", "strict", "plain"] } } });
  });
});

describe("suggestions", () => {
  it.each([
    ["feilds", "fields"],
    ["key", "keys"],
    ["bukcets", "buckets"],
    ["elephant", undefined],
  ])("%s -> %s", (word, expected) => {
    expect(nearest(word, ["fields", "keys", "buckets", "filters"])).toBe(expected);
  });
});

describe("the comparison space", () => {
  const groups = comparisonGroups(standardSchema);

  it("joins the parts of a place and of a date and the sex that a forename tells, and keeps names apart", () => {
    expect(groups.map(({ name, fields }) => [name, fields.map(({ field }) => field)])).toEqual([
      ["forename", ["forename", "sex"]],
      ["surname", ["surname"]],
      ["date_of_birth", ["date_of_birth"]],
      ["place", ["address", "postcode"]],
    ]);
  });

  it("has the eight ways in which two dates can agree", () => {
    expect(groups[2]!.fields[0]!.states.map(({ label }) => label)).toEqual(["far", "far+day", "far+month", "far+day+month", "far+year", "far+day+year", "far+month+year", "equal"]);
  });

  it("lets a start bring its initial", () => {
    const { states } = groups[0]!.fields[0]!;
    expect(states.some(({ label }) => label.includes("start") && !label.includes("initial"))).toBe(false);
  });

  it("finds every state again from what makes it", () => {
    for (const { fields } of groups) {
      for (const space of fields) space.states.forEach((state, i) => expect(stateIndex(space, state.equal, state.level, state.agrees)).toBe(i));
    }
  });

  it("orders atoms by fields and views", () => {
    expect(usedAtoms(standardSchema)).toEqual(["forename", "forename.phonetic", "forename.initial", "forename.start", "surname", "surname.phonetic", "surname.initial", "surname.start", "date_of_birth", "date_of_birth.day", "date_of_birth.month", "date_of_birth.year", "sex", "address", "postcode", "postcode.sector"]);
  });

  it("expects states that sum to one", () => {
    for (const { fields } of groups) {
      for (const space of fields) {
        const kind = standardSchema.fields.find(({ name }) => name === space.field)!.kind;
        expect(expectedStates(space, kind).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
      }
    }
  });
});
