import { type AtomValues, encodingPlan } from "../custodian/encoding.ts";
import type { Salt } from "../custodian/salt.ts";
import { ID_HALVES } from "../exchange/row-group.ts";
import { createEncoder } from "../kernel/encode-record.ts";
import { MOST_CHARACTERS, encodedLength } from "../kernel/encoding-plan.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { SampledFilter } from "./similarity-fingerprint.ts";

/** What the attacks on filters work with: the filters themselves, and what is really in them. */
export interface FilterContent extends SampledFilter {
  /** N-grams of each sampled person's text, each with the field it belongs to. */
  readonly grams: readonly (readonly string[])[];
  /** Length of the text; undefined where the filter is missing. */
  readonly lengths: readonly (number | undefined)[];
}

/** The filters of sampled people: `rows` as they stand in the attacked file, `width` halves each, beside the attacker's own of the same people. */
export function sampledFilters(schema: LinkageSchema, own: Salt, people: readonly AtomValues[], rows: Uint32Array, width: number): FilterContent[] {
  const bare: LinkageSchema = { ...schema, filters: schema.filters.map((filter) => ({ ...filter, diffusion: 0 })) };
  const plan = encodingPlan(bare, own);
  const encode = createEncoder(plan);
  const ownWidth = encodedLength(plan);
  const encoded = new Uint32Array(people.length * ownWidth);
  people.forEach((atoms, i) => encode(atoms, encoded, i * ownWidth));
  let at = 0;
  return schema.filters.map(({ name, bits, hashes, diffusion }, f) => {
    const halves = bits / 32;
    const seen = new Uint32Array(people.length * halves);
    const bareFilters = new Uint32Array(people.length * halves);
    for (let i = 0; i < people.length; i++) {
      seen.set(rows.subarray(i * width + ID_HALVES + 2 + at, i * width + ID_HALVES + 2 + at + halves), i * halves);
      bareFilters.set(encoded.subarray(i * ownWidth + at, i * ownWidth + at + halves), i * halves);
    }
    at += halves;
    const { anchor, parts } = plan.filters[f]!;
    const present = people.map((atoms) => (anchor.some((atom) => atoms[atom] === undefined) ? [] : parts.map(({ value, padded }) => textOf(atoms[value], padded))));
    return {
      name,
      bits,
      hashes,
      diffusion,
      seen,
      own: bareFilters,
      grams: present.map((texts) => texts.flatMap((text, p) => (text === undefined ? [] : gramsOf(text, parts[p]!.gram, parts[p]!.positional, p)))),
      lengths: present.map((texts) => (texts.every((text) => text === undefined) ? undefined : texts.reduce((sum, text) => sum + (text?.length ?? 0), 0))),
    };
  });
}

function textOf(value: string | undefined, padded: boolean): string | undefined {
  if (value === undefined) return undefined;
  const text = [...value].slice(0, MOST_CHARACTERS).join("");
  return padded ? ` ${text} ` : text;
}

function gramsOf(text: string, n: number, positional: boolean, part: number): string[] {
  const points = [...text];
  return Array.from({ length: Math.max(1, points.length - n + 1) }, (_, i) => `${part} ${positional ? i : ""} ${points.slice(i, i + n).join("")}`);
}
