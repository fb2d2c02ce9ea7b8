import { atomName, fieldKinds } from "../schema/field-kinds.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";

/**
 * The same fields as profile plain shows them: unhardened filters and single values. Every audit runs its attacks on this as well (the positive control): an attack that fails here proves nothing.
 */
export function plainSchema(schema: LinkageSchema): LinkageSchema {
  const withGrams = schema.fields.filter(({ kind }) => "grams" in fieldKinds[kind]).slice(0, 8);
  return {
    ...schema,
    profile: "plain",
    duplicates: false,
    filters: withGrams.map(({ name }) => ({ name, fields: [name], anchor: [], bits: 512, hashes: 10, diffusion: 0 })),
    keys: [],
    buckets: [],
    tokens: schema.fields.flatMap(({ name, kind }) => ("grams" in fieldKinds[kind] ? [] : [atomName(name, "exact")])),
    maximumSharing: 1,
  };
}
