import type { EncodingPlan, RecordInput } from "../kernel/encoding-plan.ts";
import { prf, positions } from "../kernel/reference/encode-record.ts";
import { type FieldKind, fieldKinds } from "../schema/field-kinds.ts";
import { usedAtoms } from "../schema/comparison-space.ts";
import type { FilterDefinition, LinkageSchema } from "../schema/linkage-schema.ts";
import type { Salt } from "./salt.ts";
import { subKey } from "./sub-key.ts";

/** A record's values in the order of `usedAtoms(schema)`; a missing one is undefined. */
export type AtomValues = readonly (string | undefined)[];

const SEPARATOR = "\u001f"; // normalized values hold no control characters

/** Encoding scheme 1 (draft): keys and numbers of a schema under a salt. */
export function encodingPlan(schema: LinkageSchema, salt: Salt): EncodingPlan {
  return {
    filters: schema.filters.map((filter) => ({
      bits: filter.bits,
      parts: filter.fields.map((field) => ({ key: subKey(salt, `filter/${filter.name}/${field}/${filter.anchor.join("+")}`), hashes: filter.hashes, ...gramsOf(schema, field) })),
      ...(filter.diffusion > 0 ? { diffusion: diffusionRows(filter, subKey(salt, `diffusion/${filter.name}`)) } : {}),
    })),
    words: wordPurposes(schema).map((purpose) => subKey(salt, purpose)),
  };
}

/** Purposes of the one-word columns, in column order: keys, buckets, tokens. */
function wordPurposes({ keys, buckets, tokens }: LinkageSchema): string[] {
  return [...keys.map((key) => `key/${key.parts.join("+")}`), ...buckets.map((bucket) => `bucket/${bucket.parts.join("+")}`), ...tokens.map((token) => `token/${token}`)];
}

/**
 * Filter bits that are XORed into each output bit (ELD): t distinct positions per output bit, drawn without replacement from the PRF stream
 * PRF_key(row, counter) read in slices of log2(bits).
 */
function diffusionRows({ bits, diffusion }: FilterDefinition, key: Uint8Array): Uint16Array[] {
  const width = Math.log2(bits);
  const perBlock = Math.floor(256 / width);
  return Array.from({ length: bits }, (_, row) => {
    const chosen = new Set<number>();
    for (let counter = 0; chosen.size < diffusion; counter++) {
      const message = new Uint8Array(8);
      new DataView(message.buffer).setUint32(0, row, true);
      new DataView(message.buffer).setUint32(4, counter, true);
      for (const position of positions(prf(key, message), perBlock, width)) if (chosen.size < diffusion) chosen.add(position);
    }
    return Uint16Array.from(chosen);
  });
}

/** Turns a record's atoms into what the kernel takes. */
export function recordInput(schema: LinkageSchema): (atoms: AtomValues) => RecordInput {
  const order = usedAtoms(schema);
  const indexes = (parts: readonly string[]): number[] => parts.map((part) => order.indexOf(part));
  const anchors = schema.filters.map((filter) => indexes(filter.anchor));
  const texts = schema.filters.map((filter) => filter.fields.map((field) => ({ atom: order.indexOf(field), padded: gramsOf(schema, field).padded })));
  const words = [...schema.keys.map((key) => key.parts), ...schema.buckets.map((bucket) => bucket.parts), ...schema.tokens.map((token) => [token])].map(indexes);
  return (atoms) => ({
    anchors: anchors.map((parts) => messageOf(parts, atoms)),
    texts: texts.map((fields) => fields.map(({ atom, padded }) => textOf(atoms[atom], padded))),
    messages: words.map((parts) => messageOf(parts, atoms)),
  });
}

/** The message of a compound: every value followed by a separator; undefined when one is missing. An empty compound is the separator alone. */
function messageOf(parts: readonly number[], atoms: AtomValues): string | undefined {
  let message = parts.length === 0 ? SEPARATOR : "";
  for (const part of parts) {
    const value = atoms[part];
    if (value === undefined) return undefined;
    message += value + SEPARATOR;
  }
  return message;
}

/** The text whose n-grams fill a filter: the value, at most 120 characters, with a space before and after. Equal texts must mean equal values: the model of the linkage unit relies on it. */
function textOf(value: string | undefined, padded: boolean): string | undefined {
  if (value === undefined) return undefined;
  const text = value.length > 120 ? [...value].slice(0, 120).join("") : value;
  return padded ? ` ${text} ` : text;
}

/** A date or a sex inside a record-level filter goes in by single positions. */
const BY_POSITION = { n: 1, padded: false, positional: true };

function gramsOf(schema: LinkageSchema, field: string): { gram: number; positional: boolean; padded: boolean } {
  const kind: FieldKind = fieldKinds[schema.fields.find((candidate) => candidate.name === field)!.kind];
  const { n, padded, positional } = kind.grams ?? BY_POSITION;
  return { gram: n, positional, padded };
}
