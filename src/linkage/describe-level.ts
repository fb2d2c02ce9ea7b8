import { distanceLimits } from "../schema/comparison-levels.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { Observation } from "./candidates.ts";
import { type Evidence, factsIn, halvesOf } from "./evidence.ts";

/**
 * What an observation shows of each field, in words: `equal`, `near`, the views that some agreeing key shows to agree (`initial+start`), `far`, `missing`, or `unknown` where nothing that the linkage
 * unit sees tells (no agreeing key has it, and the anchors do not agree).
 */
export function levelDescriber(schema: LinkageSchema, { facts, levelShift, tokenShift }: Evidence, atoms: readonly string[]): (observation: Observation) => string[] {
  // whatever does not depend on the observation is looked up once: thousands are described
  const parts = [...new Set([...schema.fields.map(({ name }) => name), ...atoms])];
  const numbersOf = (names: readonly string[]): number[] => names.map((name) => parts.indexOf(name));
  const filterOf = (bit: number): number => (bit < levelShift ? -1 : (bit - levelShift) / 3);
  /** Per fact, the filter whose level it is, if any, and the parts that agree where it holds. */
  const shown = facts.map(({ bit, level, equalFilters }) => {
    const filter = filterOf(bit);
    if (filter < 0) return { filter, level, agree: numbersOf(bit < tokenShift ? schema.keys[bit]!.parts : [schema.tokens[bit - tokenShift]!]) };
    const { anchor, fields } = schema.filters[filter]!;
    return { filter, level, agree: numbersOf(equalFilters ? [...anchor, ...fields] : anchor) };
  });
  const fields = schema.fields.map(({ name }, number) => {
    const filter = schema.filters.findIndex(({ fields: of }) => of.length === 1 && of[0] === name);
    const views = atoms.flatMap((atom, at) => (atom === name || atom.startsWith(`${name}.`) ? [{ number: parts.indexOf(atom), view: atom.slice(name.length + 1), lacks: 1n << BigInt(at) }] : []));
    return { number, views, filter, limits: filter < 0 ? 0 : distanceLimits(schema.filters[filter]!).length, anchor: filter < 0 ? [] : numbersOf(schema.filters[filter]!.anchor), lacks: 1n << BigInt(atoms.length + filter), isToken: schema.tokens.includes(name) };
  });
  return ({ observed, missing }) => {
    const holds = factsIn(facts, halvesOf(observed));
    const agrees = new Uint8Array(parts.length);
    const levels = new Uint8Array(schema.filters.length);
    for (let f = 0; f < holds.length; f++) {
      if (holds[f] === 0) continue;
      const { filter, level, agree } = shown[f]!;
      for (const part of agree) agrees[part] = 1;
      if (filter >= 0 && level > levels[filter]!) levels[filter] = level;
    }
    return fields.map(({ number, views, filter, limits, anchor, lacks, isToken }) => {
      if (agrees[number] === 1) return "equal";
      if (missing !== 0n && views.length > 0 && views.every((view) => (missing & view.lacks) !== 0n)) return "missing";
      if (filter >= 0 && levels[filter]! > 0) return limits === 1 ? "near" : `near ${levels[filter]}`;
      let seen = "";
      for (const { number: atom, view } of views) if (agrees[atom] === 1) seen += seen === "" ? view : `+${view}`;
      if (seen !== "") return seen;
      // far is seen only where the anchor is known to agree
      const compared = filter >= 0 && (missing & lacks) === 0n && anchor.every((part) => agrees[part] === 1);
      return compared || isToken ? "far" : "unknown";
    });
  };
}
