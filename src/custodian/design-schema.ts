import { type FieldKind, type FieldKindName, atomName, fieldKinds } from "../schema/field-kinds.ts";
import { type BucketDefinition, type LinkageSchema, type Profile, SCHEMA_VERSION, SCHEME, checkSchema } from "../schema/linkage-schema.ts";
import { withholdsShared } from "../schema/withheld.ts";
import { chooseKeys } from "./choose-keys.ts";
import { type AtomColumns, measureSharing } from "./sharing.ts";

/**
 * Designs a linkage schema: filters and their anchors, keys, buckets, for the number of records expected. The numbers and the reasons for them: DESIGN section 5 in the words of
 * SCHEME.md; key choice in choose-keys.ts.
 */
export interface DesignOptions {
  /** Standard if not given, or strict where standard finds nothing to compare by: without a date of birth there are keys alone, and fields can be too few for any that hardly anybody shares. */
  profile?: Profile;
  fields: readonly { name: string; kind: FieldKindName }[];
  samples: readonly AtomColumns[];
  expectedRecords: number;
  /** Whether a file may hold several records of one person (`holdDuplicates`); of those one is in the samples. */
  duplicates?: boolean;
  /** Sharing of all filters and keys together that may be spent on reach, in profile standard. */
  sharingBudget?: number;
}

/** The coverage that a point of sharing costs, the sharing of all filters and keys together and the largest of a key. What records share is withheld, which costs reach; and whoever has linked both files sees in links that agree in everything which keys of a record do not, hence what it shares with others: up to this budget that alone names at most one in a hundred. */
const WITHHELD = { price: 0.002, sharingBudget: 0.2, largest: 0.05 };
/** Sharing of a key above which no file is hashed, at least; twice what a key may have in the samples. */
export const LEAST_LIMIT = 2 * WITHHELD.largest;
/** A file of which so many records are somebody's second holds duplicates. */
const DUPLICATES = 0.005;
const MOST_KEYS = 32;
/** In `plain` a key costs time only: the coverage that a million pairs must bring, and the most pairs of one key. */
const PLAIN_PRICE = 0.0002;
const PLAIN_PAIRS = 5e6;
/** Any field whose value so few others have is a key by itself there: it reaches matches with whatever errors elsewhere, swapped names among them, that no simulation of usual errors foretells. */
const FEW_OTHERS = 10;
/** An anchored filter may be shared by this many records before its anchor takes in more. */
const LARGEST_FILTER_SHARING = 0.05;
/** Records in a bucket on both sides together decide the work: above this the bucket takes in another view. */
const LARGEST_BUCKET = 400;

/** Up to this size two strict files are compared in full: no bucket, so nothing structural leaves the department. */
const COMPARED_IN_FULL = 50_000;

export function designSchema(options: DesignOptions): LinkageSchema {
  const schema = design({ profile: "standard", ...options });
  return checkSchema(schema.keys.length + schema.buckets.length === 0 && options.profile === undefined ? design({ ...options, profile: "strict" }) : schema, "the schema");
}

function design(options: DesignOptions & { profile: Profile }): LinkageSchema {
  const { profile, fields, samples, expectedRecords } = options;
  const nameOf = (kind: FieldKindName): string | undefined => fields.find((field) => field.kind === kind)?.name;
  const date = nameOf("date_of_birth");
  const withGrams = fields.filter(({ kind }) => "grams" in fieldKinds[kind]).slice(0, 8);
  const written: LinkageSchema = {
    version: SCHEMA_VERSION,
    scheme: SCHEME,
    profile,
    ...(profile !== "plain" && options.duplicates === true ? { duplicates: true } : {}),
    expectedRecords,
    fields: fields.map(({ name, kind }) => ({ name, kind })),
    filters: [],
    keys: [],
    buckets: [],
    tokens: [],
    maximumSharing: 1,
  };
  const { price, sharingBudget, largest } = WITHHELD;
  const budget = options.sharingBudget ?? sharingBudget;
  const choose = (reachedBy: string[][]): LinkageSchema["keys"] =>
    chooseKeys({
      fields,
      samples,
      expectedRecords,
      reachedBy,
      price: profile === "plain" ? (PLAIN_PRICE * expectedRecords) / 1e6 : price,
      budget: profile === "plain" ? Infinity : Math.max(budget / 4, budget - written.filters.reduce((sum, filter) => sum + expectedSharing([...filter.anchor, ...filter.fields], samples, expectedRecords), 0)),
      limit: profile === "plain" ? PLAIN_PAIRS / expectedRecords : Math.min(largest, budget / 4),
      withheld: withholdsShared(written),
      countsPeople: profile !== "plain",
      maximum: MOST_KEYS,
    }).map(({ parts, gain, sharing }) => (profile === "plain" ? { parts, gain: noted(gain) } : { parts, gain: noted(gain), sharing: noted(sharing) }));

  if (profile === "plain") {
    written.filters = withGrams.map(({ name }) => ({ name, fields: [name], anchor: [], bits: 512, hashes: 10, diffusion: 0 }));
    written.tokens = fields.flatMap(({ name, kind }) => plainTokens(kind).map((view) => atomName(name, view))).filter((atom) => samples.some((sample) => sample.values.has(atom)));
    const keys = choose([]);
    written.keys = [...keys, ...wholeFields(fields, keys, samples, expectedRecords)];
  } else if (profile === "strict") {
    // anchored on the year of birth (Chen et al. 2022): else whoever knows 500 of 25,000 people names one in a hundred of the others, by what their records share with their families'
    written.filters = [{ name: "record", fields: fields.map((field) => field.name).slice(0, 8), anchor: date === undefined ? [] : [`${date}.year`], bits: 1024, hashes: 6, diffusion: 10 }];
    written.buckets = expectedRecords <= COMPARED_IN_FULL ? [] : strictBuckets(fields);
  } else {
    const bucket = date === undefined ? [] : dateBucket(date, nameOf("surname"), nameOf("forename"), samples, expectedRecords);
    written.filters = date === undefined ? [] : withGrams.map(({ name, kind }) => ({ name, fields: [name], anchor: anchorOf(name, kind, date, fields, samples, expectedRecords), bits: 512, hashes: 10, diffusion: 10 }));
    if (date !== undefined) written.buckets = [{ parts: bucket, minimumValues: 5, minimumRecords: 64 }];
    written.keys = choose(written.filters.map((filter) => [...bucket, ...filter.anchor, ...filter.fields]));
    written.maximumSharing = Math.max(LEAST_LIMIT, Math.min(1, 2 * mostSharedKey(written.keys, samples).sharing));
  }
  return written;
}

/** The key that most records of a file share, as `hash` counts them: those that look like one person's among them. */
export function mostSharedKey(keys: LinkageSchema["keys"], samples: readonly AtomColumns[]): { parts: readonly string[]; sharing: number } {
  const none: { parts: readonly string[]; sharing: number } = { parts: [], sharing: 0 };
  return keys
    .map(({ parts }) => ({ parts, sharing: Math.max(...samples.map((sample) => measureSharing(sample, parts, "records").records)) }))
    .reduce((most, key) => (key.sharing > most.sharing ? key : most), none);
}

/** Keys of one whole field each, where no other key of that field alone does as much. */
function wholeFields(fields: DesignOptions["fields"], keys: LinkageSchema["keys"], samples: readonly AtomColumns[], expectedRecords: number): LinkageSchema["keys"] {
  const fieldOf = (part: string): string => part.split(".", 1)[0]!;
  return fields
    .filter(({ name }) => !keys.some(({ parts }) => parts.every((part) => fieldOf(part) === name)))
    .map(({ name }) => ({ parts: [name], others: Math.max(...samples.map((sample) => (sample.values.has(name) ? measureSharing(sample, [name], "records", FEW_OTHERS).others * Math.max(1, expectedRecords / sample.count) : Infinity))) }))
    .filter(({ others }) => others <= FEW_OTHERS)
    .map(({ parts }) => ({ parts }));
}

/** Whether two records of one person are common in one of the files: the same date of birth beside a name or a place of which the rest is alike too. */
export function holdDuplicates(samples: readonly AtomColumns[], expectedRecords: number, fields: DesignOptions["fields"]): boolean {
  const nameOf = (...kinds: FieldKindName[]): string | undefined => fields.find(({ kind }) => kinds.includes(kind))?.name;
  const [date, name] = [nameOf("date_of_birth"), nameOf("surname", "postcode")];
  if (date === undefined || name === undefined) return false;
  return samples.some((sample) => {
    const [all, people] = (["records", "people"] as const).map((of) => measureSharing(sample, [date, name], of).others);
    return (all! - people!) * Math.max(1, expectedRecords / sample.count) > DUPLICATES;
  });
}

function noted(share: number): number {
  return Number(Math.min(1, share).toFixed(5));
}

function plainTokens(kind: FieldKindName): readonly string[] {
  const { views }: FieldKind = fieldKinds[kind];
  switch (kind) {
    case "forename":
    case "surname":
      return ["phonetic", "initial"];
    case "date_of_birth":
      return ["day", "month", "year"];
    case "postcode":
      return ["sector"];
    case "address":
      return ["number"];
    default:
      return "grams" in fieldKinds[kind] ? [] : views.slice(0, 1);
  }
}

/** The date of birth, and as the file grows the other name's initial or sound: until few enough records share the filter. */
function anchorOf(field: string, kind: FieldKindName, date: string, fields: DesignOptions["fields"], samples: readonly AtomColumns[], expectedRecords: number): string[] {
  const other = fields.find((candidate) => candidate.kind === (kind === "forename" ? "surname" : "forename"))?.name;
  const steps = other === undefined ? [[date]] : [[date], [date, `${other}.initial`], [date, `${other}.phonetic`]];
  return steps.find((anchor) => expectedSharing([field, ...anchor], samples, expectedRecords) <= LARGEST_FILTER_SHARING) ?? steps.at(-1)!;
}

/** Share of records that share a compound when the file has the expected size: 1 - exp(-others), chance collisions growing with the file. */
function expectedSharing(parts: readonly string[], samples: readonly AtomColumns[], expectedRecords: number): number {
  return Math.max(...samples.map((sample) => Math.min(1, measureSharing(sample, parts).others * Math.max(1, expectedRecords / sample.count))));
}

/** The date alone, or with initials when its buckets would grow too large for their number of values. */
function dateBucket(date: string, surname: string | undefined, forename: string | undefined, samples: readonly AtomColumns[], expectedRecords: number): string[] {
  const initials = [surname, forename].flatMap((name) => (name === undefined ? [] : [`${name}.initial`]));
  const steps = [[date], ...initials.map((_, i) => [date, ...initials.slice(0, i + 1)])];
  return steps.find((parts) => bucketSize(parts, samples, expectedRecords) <= LARGEST_BUCKET) ?? steps.at(-1)!;
}

/** Expected records in a bucket of five values: five times the records that share a value, counting oneself. */
function bucketSize(parts: readonly string[], samples: readonly AtomColumns[], expectedRecords: number): number {
  return Math.max(...samples.map((sample) => Math.max(64, 5 * (1 + measureSharing(sample, parts).others * Math.max(1, expectedRecords / sample.count)))));
}

function strictBuckets(fields: DesignOptions["fields"]): BucketDefinition[] {
  const nameOf = (kind: FieldKindName): string | undefined => fields.find((field) => field.kind === kind)?.name;
  const [date, forename, surname, postcode, town] = (["date_of_birth", "forename", "surname", "postcode", "town"] as const).map(nameOf);
  const place = postcode === undefined ? town : `${postcode}.sector`;
  const parts = [
    date === undefined ? [] : [date],
    forename === undefined || surname === undefined ? [] : [`${forename}.phonetic`, `${surname}.phonetic`],
    place === undefined || surname === undefined ? [] : [`${surname}.start`, place],
    place === undefined || date === undefined ? [] : [place, `${date}.day`, `${date}.year`],
  ].filter((compound) => compound.length > 0);
  return parts.map((compound) => ({ parts: compound, minimumValues: 5, minimumRecords: 64 }));
}
