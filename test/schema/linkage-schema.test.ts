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

  const strict = { profile: "strict", keys: [], filters: [{ name: "record", fields: ["forename", "surname"], anchor: ["date_of_birth.year"], bits: 1024, hashes: 6, diffusion: 10 }] };
  const filter = (change: object): object => ({ filters: [{ ...standardSchema.filters[0], ...change }] });
  const bucket = (change: object): object => ({ buckets: [{ ...standardSchema.buckets[0], ...change }] });

  it.each<[string, object, RegExp]>([
    ["a filter without diffusion", filter({ diffusion: 9 }), /filters\[0\]\.diffusion: profile standard demands at least 10/],
    ["a filter without an anchor", filter({ anchor: [] }), /filters\[0\]\.anchor: profile standard demands the whole date of birth/],
    ["part of a date for an anchor", filter({ anchor: ["date_of_birth.day", "date_of_birth.year"] }), /filters\[0\]\.anchor/],
    ["a key over one field", { keys: [{ parts: ["surname"] }] }, /keys\[0\]\.parts: profile standard demands views of at least two fields/],
    ["a key over two views of one field", { keys: [{ parts: ["surname.start", "surname.phonetic"] }] }, /keys\[0\]\.parts/],
    ["a bucket of few values", bucket({ minimumValues: 4 }), /buckets\[0\]\.minimumValues: profile standard demands at least 5/],
    ["a bucket of few records", bucket({ minimumRecords: 63 }), /buckets\[0\]\.minimumRecords: profile standard demands at least 64/],
    ["a strict filter without diffusion", { ...strict, filters: [{ ...strict.filters[0], diffusion: 0 }] }, /filters\[0\]\.diffusion: profile strict demands at least 10/],
    ["a strict filter of one field", { ...strict, filters: [{ ...strict.filters[0], fields: ["surname"] }] }, /filters\[0\]\.fields: profile strict demands one filter over several fields/],
    ["a strict bucket of few records", { ...strict, ...bucket({ minimumRecords: 1 }) }, /buckets\[0\]\.minimumRecords: profile strict/],
  ])("holds a hardened profile to its name: refuses %s, unless it says that it is weakened", (_, change, message) => {
    expect(() => parse((s) => Object.assign(s, change))).toThrow(message);
    expect(parse((s) => Object.assign(s, change, { weakened: true }))).toMatchObject({ weakened: true });
  });

  it("takes a date in parts for an anchor, a health number alone for a key, a strict schema", () => {
    for (const change of [
      filter({ anchor: ["date_of_birth.day", "date_of_birth.month", "date_of_birth.year"] }),
      { keys: [{ parts: ["nhs"] }], fields: [...standardSchema.fields, { name: "nhs", kind: "health_number" }] },
      strict,
    ]) expect(parse((s) => Object.assign(s, change))).toMatchObject(change);
  });

  it("refuses more views than a null mask has bits, and more keys than can be weighed together", () => {
    const fields = [...standardSchema.fields, ...Array.from({ length: 16 }, (_, i) => ({ name: `name${i}`, kind: "surname" }))];
    const keys = (views: readonly string[]): object => ({ fields, keys: Array.from({ length: 8 }, (_, i) => ({ parts: [0, 8].flatMap((n) => views.map((view) => `name${n + i}.${view}`)) })), filters: [] });
    expect(() => parse((s) => Object.assign(s, keys(["phonetic", "initial", "start", "shape"])))).toThrow(/views in use \+ filters may not exceed 53/);
    parse((s) => Object.assign(s, keys(["phonetic", "initial", "start"])));
    const many = (count: number): object => ({ keys: Array.from({ length: count }, (_, i) => ({ parts: [["forename", "forename.start", "forename.initial", "forename.shape"][i % 4], ["surname", "surname.start", "surname.initial", "surname.shape"][(i >> 2) % 4], ["sex", "postcode", "address"][i >> 4]] })), filters: standardSchema.filters.flatMap((one) => [one, { ...one, name: `${one.name}_wide`, bits: 1024 }]) });
    expect(() => parse((s) => Object.assign(s, many(40), { filters: [] }))).not.toThrow();
    expect(() => parse((s) => Object.assign(s, many(26)))).toThrow(/too many to weigh together/);
    expect(() => parse((s) => Object.assign(s, many(25)))).not.toThrow();
  });

  it("lets a filter over several fields stand alone", () => {
    expect(() => parse((s) => Object.assign(s, { filters: strict.filters, weakened: true }))).toThrow(/stands alone/);
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
    expect(schemaDigest({ ...standardSchema, weakened: true })).not.toBe(schemaDigest(standardSchema));
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
