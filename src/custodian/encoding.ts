import { BLOCK } from "../kernel/cmac.ts";
import type { EncodingPlan } from "../kernel/encoding-plan.ts";
import { numberHashes } from "../kernel/number-hashes.ts";
import { type FieldKind, fieldKinds } from "../schema/field-kinds.ts";
import { usedAtoms } from "../schema/comparison-space.ts";
import { unorderedNames } from "../schema/name-order.ts";
import type { FilterDefinition, LinkageSchema } from "../schema/linkage-schema.ts";
import type { Salt } from "./salt.ts";
import { subKey, tagOf } from "./sub-key.ts";

/** A record's values in the order of `usedAtoms(schema)`; a missing one is undefined. */
export type AtomValues = readonly (string | undefined)[];

/** Encoding scheme 2 (draft): keys and numbers of a schema under a salt, for records whose values stand in the order of `order`. */
export function encodingPlan(schema: LinkageSchema, salt: Salt, order: readonly string[] = usedAtoms(schema)): EncodingPlan {
  const indexes = (parts: readonly string[]): number[] => parts.map((part) => order.indexOf(part));
  const key = subKey(salt, "prf");
  return {
    key,
    filters: schema.filters.map((filter) => ({
      bits: filter.bits,
      hashes: filter.hashes,
      anchor: indexes(filter.anchor),
      parts: filter.fields.map((field) => ({ tag: tagOf(salt, `filter/${filter.name}/${field}/${filter.anchor.join("+")}`), value: order.indexOf(field), ...gramsOf(schema, field) })),
      ...(filter.diffusion > 0 ? { diffusion: diffusionRows(filter, key, tagOf(salt, `diffusion/${filter.name}`)) } : {}),
    })),
    words: wordPurposes(schema).map(({ purpose, parts }) => ({ tag: tagOf(salt, purpose), values: indexes(parts), unordered: unorderedNames(schema.fields, parts) })),
  };
}

/** How sampled records are encoded to be compared with each other: filters of one field as if their anchors agreed, which other fields tell; a record-level filter as it is, of which nothing else tells. `plan`: of the same schema and salt. */
export function comparisonPlan(schema: LinkageSchema, salt: Salt, plan: EncodingPlan): EncodingPlan {
  const bare = encodingPlan({ ...schema, filters: schema.filters.map((filter) => ({ ...filter, diffusion: 0, anchor: filter.fields.length > 1 ? filter.anchor : [] })), keys: [], buckets: [], tokens: [] }, salt, usedAtoms(schema));
  // the diffusion does not depend on the anchor
  return { ...bare, filters: bare.filters.map((filter, f) => ({ ...plan.filters[f]!, ...filter })) };
}

/** Purposes of the one-word columns and the atoms they are made of, in column order: keys, buckets, tokens. */
function wordPurposes({ keys, buckets, tokens }: LinkageSchema): { purpose: string; parts: readonly string[] }[] {
  return [
    ...keys.map(({ parts }) => ({ purpose: `key/${parts.join("+")}`, parts })),
    ...buckets.map(({ parts }) => ({ purpose: `bucket/${parts.join("+")}`, parts })),
    ...tokens.map((token) => ({ purpose: `token/${token}`, parts: [token] })),
  ];
}

/**
 * Filter bits that are XORed into each output bit (ELD): t distinct positions per output bit, drawn without replacement from the PRF stream
 * PRF(tag, row | counter) read in slices of log2(bits).
 */
function diffusionRows({ bits, diffusion }: FilterDefinition, key: Uint8Array, tag: Uint8Array): Uint16Array[] {
  const width = Math.log2(bits);
  const perBlock = Math.floor((8 * BLOCK) / width);
  const blocks: DataView[] = [];
  return Array.from({ length: bits }, (_, row) => {
    const chosen = new Set<number>();
    for (let counter = 0; chosen.size < diffusion; counter++) {
      const block = (blocks[counter] ??= outputs(key, tag, bits, counter));
      for (let j = 0; j < perBlock && chosen.size < diffusion; j++) chosen.add((block.getUint32(row * BLOCK + ((j * width) >> 3), true) >>> ((j * width) & 7)) & (bits - 1));
    }
    return Uint16Array.from(chosen);
  });
}

/** Outputs of all rows, and room behind them: the last slice of one is read as four bytes. */
function outputs(key: Uint8Array, tag: Uint8Array, rows: number, counter: number): DataView {
  const bytes = new Uint8Array(rows * BLOCK + 4);
  bytes.set(numberHashes(key, tag, rows, counter));
  return new DataView(bytes.buffer);
}

/** A date or a sex inside a record-level filter goes in by single positions. */
const BY_POSITION = { n: 1, padded: false, positional: true };

function gramsOf(schema: LinkageSchema, field: string): { gram: number; positional: boolean; padded: boolean } {
  const kind: FieldKind = fieldKinds[schema.fields.find((candidate) => candidate.name === field)!.kind];
  const { n, padded, positional } = kind.grams ?? BY_POSITION;
  return { gram: n, positional, padded };
}
