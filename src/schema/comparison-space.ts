import { distanceLimits } from "./comparison-levels.ts";
import { type FieldKind, atomsOf, fieldKinds } from "./field-kinds.ts";
import type { FilterDefinition, LinkageSchema } from "./linkage-schema.ts";

/**
 * How two records can compare, in full: per field every distinction that some key, bucket, token or filter of the schema could show. The linkage unit sees less than this (a *coarsening*),
 * but the model is about these states. Both wings derive the space from the schema alone, so a number in a hashed file's header means the same on both sides.
 */
export interface FieldSpace {
  readonly field: string;
  /** Views other than the whole value that the schema uses, in the kind's order. */
  readonly views: readonly string[];
  /** The field's own filter, if it has one. */
  readonly filter: FilterDefinition | undefined;
  readonly states: readonly FieldState[];
}

interface FieldState {
  /** `equal`, `far`, `near` (or `near 1`..`near 4`), with the views that agree although the whole does not: `near+initial`. */
  readonly label: string;
  /** Distance limits of the filter that hold: 0 = far; equal counts as one more than all of them. */
  readonly level: number;
  /** Which of `views` agree, as bits. */
  readonly agrees: number;
  readonly equal: boolean;
}

/** Fields that depend on each other (the parts of a place) form one group; a state of the group is a state of each, the last field running fastest. */
export interface ComparisonGroup {
  readonly name: string;
  readonly fields: readonly FieldSpace[];
  readonly size: number;
}

/** Every atom that the schema uses, in a fixed order: the bits of the null mask. The filters' own bits follow the atoms'. */
export function usedAtoms(schema: LinkageSchema): string[] {
  const used = new Set([
    ...schema.filters.flatMap((filter) => [...filter.anchor, ...filter.fields]),
    ...schema.keys.flatMap((key) => key.parts),
    ...schema.buckets.flatMap((bucket) => bucket.parts),
    ...schema.tokens,
  ]);
  return schema.fields.flatMap(({ name, kind }) => atomsOf(name, kind)).filter((atom) => used.has(atom));
}

export function comparisonGroups(schema: LinkageSchema): ComparisonGroup[] {
  const groups = new Map<string, FieldSpace[]>();
  // a record-level filter says nothing of single fields: it is compared as one, and its fields are not
  for (const filter of schema.filters) {
    if (filter.fields.length > 1) groups.set(filter.name, [{ field: filter.name, views: [], filter, states: fieldStates({ views: [], group: filter.name, household: false, description: "" }, [], filter) }]);
  }
  const atoms = groups.size === 0 ? usedAtoms(schema) : [];
  for (const { name, kind } of schema.fields) {
    const own = atoms.filter((atom) => atom === name || atom.startsWith(`${name}.`));
    if (own.length === 0) continue;
    const definition: FieldKind = fieldKinds[kind];
    const views = definition.views.filter((view) => view !== "exact" && own.includes(`${name}.${view}`));
    const filter = schema.filters.find((candidate) => candidate.fields.length === 1 && candidate.fields[0] === name);
    // fields of a kind that occurs twice stay apart: two forenames are not one place
    const shared = schema.fields.filter((field) => fieldKinds[field.kind].group === definition.group);
    const group = new Set(shared.map((field) => field.kind)).size === shared.length ? definition.group : name;
    groups.set(group, [...(groups.get(group) ?? []), { field: name, views, filter, states: fieldStates(definition, views, filter) }]);
  }
  return [...groups].map(([name, fields]) => ({ name, fields, size: fields.reduce((size, field) => size * field.states.length, 1) }));
}

function fieldStates(kind: FieldKind, views: readonly string[], filter: FilterDefinition | undefined): FieldState[] {
  const limits = filter === undefined ? 0 : distanceLimits(filter).length;
  const whole = kind.determinedBy?.every((view) => views.includes(view)) ? kind.determinedBy.reduce((mask, view) => mask | (1 << views.indexOf(view)), 0) : 0;
  const states: FieldState[] = [];
  for (let level = 0; level <= limits; level++) {
    for (let agrees = 0; agrees < 1 << views.length; agrees++) {
      if (whole !== 0 && (agrees & whole) === whole) continue;
      const named = views.filter((_, i) => (agrees >> i) & 1);
      if (named.some((view) => kind.implies?.[view] !== undefined && views.includes(kind.implies[view]) && !named.includes(kind.implies[view]))) continue;
      const nearness = level === 0 ? "far" : limits === 1 ? "near" : `near ${level}`;
      states.push({ label: [nearness, ...named].join("+"), level, agrees, equal: false });
    }
  }
  states.push({ label: "equal", level: limits + 1, agrees: (1 << views.length) - 1, equal: true });
  return states;
}

/** The state of a field from what was found of two values; the inverse of `states`. */
export function stateIndex(space: FieldSpace, equal: boolean, level: number, agrees: number): number {
  if (equal) return space.states.length - 1;
  const at = space.states.findIndex((state) => !state.equal && state.level === level && state.agrees === agrees);
  // views whose implication fails on odd values (a start without its initial) count as the nearest weaker state
  return at >= 0 ? at : space.states.findIndex((state) => !state.equal && state.level === level && (state.agrees & ~agrees) === 0);
}
