import type { FieldSpace } from "../src/schema/comparison-space.ts";
import { SWAPPED_NAMES, expectedStates } from "../src/schema/error-model.ts";
import type { LinkageSchema } from "../src/schema/linkage-schema.ts";
import { NAME_ORDER } from "../src/schema/name-order.ts";

/** A small schema of profile standard, as an agreed one looks. */
export const standardSchema: LinkageSchema = {
  version: 1,
  scheme: "2-draft",
  profile: "standard",
  expectedRecords: 1000,
  fields: [
    { name: "forename", kind: "forename" },
    { name: "surname", kind: "surname" },
    { name: "date_of_birth", kind: "date_of_birth" },
    { name: "sex", kind: "sex" },
    { name: "address", kind: "address" },
    { name: "postcode", kind: "postcode" },
  ],
  filters: ["forename", "surname", "address", "postcode"].map((name) => ({ name, fields: [name], anchor: ["date_of_birth"], bits: 512, hashes: 10, diffusion: 10 })),
  keys: [
    { parts: ["forename.start", "surname.start", "postcode.sector"] },
    { parts: ["forename.initial", "surname.phonetic", "date_of_birth.day", "date_of_birth.year"] },
    { parts: ["forename.phonetic", "surname.initial", "date_of_birth.month", "date_of_birth.year", "sex"] },
    { parts: ["surname", "address"] },
  ],
  buckets: [{ parts: ["date_of_birth"], minimumValues: 5, minimumRecords: 64 }],
  tokens: [],
  maximumSharing: 0.05,
};

/** What is expected of a field of it, or of the order of its names. */
export function expectedOf(space: FieldSpace): Float64Array {
  return space.field === NAME_ORDER ? Float64Array.of(SWAPPED_NAMES, 1 - SWAPPED_NAMES) : expectedStates(space, standardSchema.fields.find((field) => field.name === space.field)!.kind);
}
