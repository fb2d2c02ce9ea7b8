import type { ComparisonGroup } from "./comparison-space.ts";
import type { LinkageSchema } from "./linkage-schema.ts";

/**
 * Names in each other's place: "Robert Alan" in one file, "Alan Robert" in the other, as where forms are filled in by hand or names of another tradition are taken down. A key or bucket over the same view of forename and surname is
 * *unordered*: the two values enter it in the order of their bytes, so it agrees for one person's records whichever way round they are. All else that a schema shows of names tells them apart.
 */
export const NAME_ORDER = "name order";

type Fields = readonly LinkageSchema["fields"][number][];

/** Where the forename's view and the surname's stand among the parts of an unordered key; undefined for any other. */
export function unorderedNames(fields: Fields, parts: readonly string[]): readonly [number, number] | undefined {
  const [forename, surname] = namesOf(fields);
  if (forename === undefined || surname === undefined) return undefined;
  for (const [first, part] of parts.entries()) {
    const [field, ...view] = part.split(".");
    const other = field === forename && view[0] !== "initial" ? parts.indexOf([surname, ...view].join(".")) : -1;
    if (other >= 0) return [first, other];
  }
  return undefined;
}

/** The fields of forename and surname; the first of each where there are several. */
export function namesOf(fields: Fields): readonly [forename: string | undefined, surname: string | undefined] {
  return [fields.find(({ kind }) => kind === "forename")?.name, fields.find(({ kind }) => kind === "surname")?.name];
}

/**
 * How often random pairs show each state of `nameOrder`. They have names that agree crosswise at most as often as straight (by Cauchy and Schwarz, for each view of them): what sounds or begins alike hardly ever. That is the safe side, and both ways are added up, because hardly a pair agrees both ways.
 */
export const NAMES_OF_STRANGERS = Float64Array.of(1, 1);

/** Whether two records have their names the same way round, for schemas of which something does not depend on it. */
export function nameOrder({ fields, filters, keys, buckets }: LinkageSchema): ComparisonGroup | undefined {
  const isOfRecords = filters.some((filter) => filter.fields.length > 1); // a filter over several fields has the names of both in one
  if (isOfRecords || ![...keys, ...buckets].some(({ parts }) => unorderedNames(fields, parts) !== undefined)) return undefined;
  const states = [
    { label: "swapped", level: 0, agrees: 0, equal: false },
    { label: "the same", level: 1, agrees: 0, equal: true },
  ];
  return { name: NAME_ORDER, fields: [{ field: NAME_ORDER, views: [], filter: undefined, states }], size: states.length };
}
