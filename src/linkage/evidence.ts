import { distanceLimits } from "../schema/comparison-levels.ts";
import { type ComparisonGroup, comparisonGroups } from "../schema/comparison-space.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { NAME_ORDER, nameOrder, namesOf, unorderedNames } from "../schema/name-order.ts";
import { withholdsShared } from "../schema/withheld.ts";

/**
 * What the linkage unit can see of a pair: a list of facts, each a *conjunction* over the full comparison (schema/comparison-space.ts). A key agrees when all its views agree; a filter is near when its
 * anchor agrees (and the bucket in which filters are compared) and its field is near; a token agrees when its view does. Seeing of every fact whether it holds is the coarsening of
 * notes/quality section 4; that all are conjunctions is what makes the lattice (lattice.ts) exact and small.
 */
export interface Fact {
  readonly label: string;
  /** Per comparison group, the states in which the group does its part; absent where the group plays none. */
  readonly holds: ReadonlyMap<number, Uint8Array>;
  /** Bits of the null mask (atoms, then filters) any of which makes the fact unknowable. */
  readonly nullBits: readonly number[];
  /** Where it stands in an observation: a bit, or a level of a filter. */
  readonly bit: number;
  readonly level: number;
  /** Whether it is that two filters are equal. */
  readonly equalFilters: boolean;
  /** Whether it holds, by the model, only of names that are the same way round, or of names that agree whichever way round they are. */
  readonly ordered: boolean;
  readonly eitherWay: boolean;
  /** Whether it may hold without being seen: a key whose value several records of a file have is withheld, and one of which a block is too large is not looked at there. */
  readonly mayBeWithheld: boolean;
  /** Whether a pair for which this holds is found at all. */
  readonly reaches: boolean;
}

export interface Evidence {
  readonly groups: readonly ComparisonGroup[];
  readonly facts: readonly Fact[];
  /** First bit of tokens and of levels in an observation; keys begin at 0. */
  readonly tokenShift: number;
  readonly levelShift: number;
}

/** `atoms`: the order of the null mask's bits. */
export function evidenceOf(schema: LinkageSchema, atoms: readonly string[]): Evidence {
  const order = nameOrder(schema);
  // first: of names that are swapped little is left to be carried from group to group
  const groups = [...(order === undefined ? [] : [order]), ...comparisonGroups(schema)];
  const names = namesOf(schema.fields);
  /** Agreement on parts, and on the order of names if one of `ordered` is a view of a name. */
  const agreement = (parts: readonly string[], ordered: readonly string[]): Map<number, Uint8Array> => {
    const holds = conjunction(groups, parts);
    if (order !== undefined && ordered.some((part) => names.includes(part.split(".")[0]))) narrow(holds, groups, NAME_ORDER, ({ equal }) => equal);
    return holds;
  };
  const ordered = (parts: readonly string[]): readonly string[] => {
    const places = unorderedNames(schema.fields, parts);
    return places === undefined ? parts : parts.filter((_, place) => !places.includes(place));
  };
  const tokenShift = schema.keys.length;
  const levelShift = tokenShift + schema.tokens.length;
  const facts: Fact[] = [];
  const bitsOf = (parts: readonly string[]): number[] => parts.map((part) => atoms.indexOf(part));

  const add = (fact: Omit<Fact, "ordered" | "eitherWay">, eitherWay = false): void => void facts.push({ ...fact, ordered: order !== undefined && fact.holds.has(0), eitherWay });
  schema.keys.forEach((key, k) => add({ label: key.parts.join(" + "), holds: agreement(key.parts, ordered(key.parts)), nullBits: bitsOf(key.parts), bit: k, level: 0, equalFilters: false, mayBeWithheld: withholdsShared(schema), reaches: true }, unorderedNames(schema.fields, key.parts) !== undefined));
  schema.tokens.forEach((token, t) => add({ label: token, holds: agreement([token], [token]), nullBits: bitsOf([token]), bit: tokenShift + t, level: 0, equalFilters: false, mayBeWithheld: false, reaches: false }));
  const bucket = schema.profile === "standard" ? (schema.buckets[0]?.parts ?? []) : [];
  schema.filters.forEach((filter, f) => {
    const limits = distanceLimits(filter).length;
    for (let level = 1; level <= limits + 1; level++) {
      const isOfField = filter.fields.length === 1;
      const own = isOfField ? filter.fields[0]! : filter.name;
      const anchor = isOfField ? [...new Set([...filter.anchor, ...bucket])] : [];
      const holds = agreement(anchor, [...filter.anchor, ...ordered(bucket), own]);
      narrow(holds, groups, own, (state) => state.level >= level);
      add({
        label: `${filter.name} ${level > limits ? "equal" : limits === 1 ? "near" : `near ${level}`}`,
        holds,
        nullBits: [atoms.length + f, ...bitsOf(anchor)],
        bit: levelShift + 3 * f,
        level,
        equalFilters: level > limits,
        mayBeWithheld: false,
        reaches: level === 1 && schema.profile !== "plain",
      });
    }
  });
  return { groups, facts, tokenShift, levelShift };
}

/** What can be seen where blocks of some keys, by their number, were skipped: whoever others bring from such a block agrees on the key all the same. */
export function withSkipped(evidence: Evidence, skipped: ReadonlySet<number>): Evidence {
  if (skipped.size === 0) return evidence;
  return { ...evidence, facts: evidence.facts.map((fact) => (skipped.has(fact.bit) && fact.bit < evidence.tokenShift ? { ...fact, mayBeWithheld: true } : fact)) };
}

function conjunction(groups: readonly ComparisonGroup[], parts: readonly string[]): Map<number, Uint8Array> {
  const holds = new Map<number, Uint8Array>();
  for (const part of parts) {
    const [field, view] = part.split(".") as [string, string?];
    narrow(holds, groups, field, (state, views) => state.equal || (view !== undefined && views.includes(view) && ((state.agrees >> views.indexOf(view)) & 1) === 1));
  }
  return holds;
}

/** Keeps only the group states in which the field's state passes. */
function narrow(holds: Map<number, Uint8Array>, groups: readonly ComparisonGroup[], field: string, passes: (state: ComparisonGroup["fields"][number]["states"][number], views: readonly string[]) => boolean): void {
  const g = groups.findIndex((group) => group.fields.some((space) => space.field === field));
  if (g < 0) throw new Error("a fact about a field that is in no group");
  const { fields, size } = groups[g]!;
  const allowed = holds.get(g) ?? new Uint8Array(size).fill(1);
  for (let index = 0; index < size; index++) {
    let rest = index;
    for (let f = fields.length - 1; f >= 0; f--) {
      const { states, views } = fields[f]!;
      if (fields[f]!.field === field && !passes(states[rest % states.length]!, views)) allowed[index] = 0;
      rest = Math.floor(rest / states.length);
    }
  }
  holds.set(g, allowed);
}

/** An observation's bits in two halves: arithmetic of so wide a number, fact by fact, takes ten times as long. */
export interface Halves {
  readonly low: number;
  readonly high: number;
}

export function halvesOf(observed: bigint): Halves {
  return { low: Number(observed & 0xffffffffn) | 0, high: Number(observed >> 32n) | 0 };
}

/** Whether a fact holds in an observation. */
export function isIn({ bit, level }: Fact, { low, high }: Halves): boolean {
  const from = bit >= 32 ? high >>> (bit - 32) : bit === 0 ? low : (low >>> bit) | (high << (32 - bit));
  return level === 0 ? (from & 1) === 1 : (from & 7) >= level;
}

/** Whether a fact can be known of pairs that lack what a null mask says. */
export function isKnown({ nullBits }: Fact, missing: bigint): boolean {
  return nullBits.every((bit) => ((missing >> BigInt(bit)) & 1n) === 0n);
}

/** Which facts hold in an observation: 1 or 0 each. */
export function factsIn(facts: readonly Fact[], observed: Halves): Uint8Array {
  const row = new Uint8Array(facts.length);
  for (let f = 0; f < row.length; f++) row[f] = isIn(facts[f]!, observed) ? 1 : 0;
  return row;
}
