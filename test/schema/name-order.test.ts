import { describe, expect, it } from "vitest";
import { nameOrder, unorderedNames } from "../../src/schema/name-order.ts";
import { standardSchema } from "../example-schema.ts";

const { fields } = standardSchema;

describe("names in each other's place", () => {
  it.each([
    [["forename.start", "surname.start", "postcode.sector"], [0, 1]],
    [["postcode", "surname", "forename"], [2, 1]],
    [["surname.phonetic", "forename.start", "forename.phonetic"], [2, 0]],
    [["forename.initial", "surname.initial", "date_of_birth"], undefined], // strangers have them crosswise too often
    [["forename.start", "surname.phonetic"], undefined],
    [["forename", "postcode"], undefined],
  ])("%j is unordered at %j", (parts, places) => {
    expect(unorderedNames(fields, parts)).toEqual(places);
  });

  it("are not known to a schema without both names", () => {
    expect(unorderedNames(fields.filter(({ kind }) => kind !== "forename"), ["forename.start", "surname.start"])).toBeUndefined();
  });

  it("are a comparison of their own where a key does not depend on the order", () => {
    expect(nameOrder(standardSchema)?.size).toBe(2);
    expect(nameOrder({ ...standardSchema, keys: standardSchema.keys.slice(1) })).toBeUndefined();
    const ofRecord = { ...standardSchema.filters[0]!, name: "record", fields: ["forename", "surname"] };
    expect(nameOrder({ ...standardSchema, filters: [ofRecord] })).toBeUndefined();
  });
});
