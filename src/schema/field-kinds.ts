/**
 * The kinds of field that a linkage schema can name, and what each offers.
 *
 * A *view* is what a key may take from a field: the whole normalized value (`exact`) or a coarser form of it that some errors leave alone.
 * Two records with the same exact value have every view in common. An *atom* is a view of a field: written `surname` (exact) or `surname.phonetic`.
 */
export interface FieldKind {
  /** Views that a key may use; the first is the whole value. */
  readonly views: readonly string[];
  /** Views whose agreement brings another view's with it. */
  readonly implies?: { readonly [view: string]: string };
  /** Views that make up the whole: when all of them agree, so does the value. */
  readonly determinedBy?: readonly string[];
  /** How the value's n-grams go into a filter; absent when the field never has one (its values are too few, or it is an exact number). */
  readonly grams?: { readonly n: number; readonly padded: boolean; readonly positional: boolean };
  /** Fields of one group depend on each other (an address lies in a postcode, a forename tells the sex) and are compared jointly. */
  readonly group: string;
  /** Members of a household share it. */
  readonly household: boolean;
  readonly description: string;
}

const bigrams = { n: 2, padded: true, positional: false };

const names = { views: ["exact", "phonetic", "initial", "start", "shape"], implies: { start: "initial" }, grams: bigrams } as const;

export const fieldKinds = {
  forename: { ...names, group: "forename", household: false, description: "first given name" },
  surname: { ...names, group: "surname", household: true, description: "family name" },
  date_of_birth: { views: ["exact", "day", "month", "year"], determinedBy: ["day", "month", "year"], group: "date_of_birth", household: false, description: "date of birth" },
  sex: { views: ["exact"], group: "forename", household: false, description: "sex or gender as recorded" },
  postcode: { views: ["exact", "sector", "district"], implies: { sector: "district" }, grams: bigrams, group: "place", household: true, description: "postal code" },
  address: { views: ["exact", "number", "street"], determinedBy: ["number", "street"], grams: bigrams, group: "place", household: true, description: "first line of the address" },
  town: { views: ["exact", "start"], grams: bigrams, group: "place", household: true, description: "town or suburb" },
  phone: { views: ["exact"], grams: bigrams, group: "phone", household: true, description: "telephone number" },
  email: { views: ["exact", "start"], grams: bigrams, group: "email", household: false, description: "e-mail address" },
  health_number: { views: ["exact"], group: "health_number", household: false, description: "NHS, CHI or H&C number with a check digit" },
} as const satisfies Record<string, FieldKind>;

export type FieldKindName = keyof typeof fieldKinds;

/** One fact about a record: a view of a field. Written `field` for the exact value, else `field.view`. */
export interface Atom {
  readonly field: string;
  readonly view: string;
}

export function atomName(field: string, view: string): string {
  return view === "exact" ? field : `${field}.${view}`;
}

/** Names of the atoms of a field, in the order of its kind's views. */
export function atomsOf(field: string, kind: FieldKindName): string[] {
  return fieldKinds[kind].views.map((view) => atomName(field, view));
}

/** Parses an atom's name against the fields of a schema; undefined when there is no such field or view. */
export function parseAtom(name: string, kindOf: (field: string) => FieldKindName | undefined): Atom | undefined {
  const [field, view = "exact", ...rest] = name.split(".") as [string, string?, ...string[]];
  const kind = kindOf(field);
  if (kind === undefined || rest.length > 0) return undefined;
  const kinds: FieldKind = fieldKinds[kind];
  return kinds.views.includes(view) ? { field, view } : undefined;
}
