import { distanceLimits } from "../schema/comparison-levels.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { Observation } from "./candidates.ts";
import type { Evidence } from "./evidence.ts";

/**
 * What an observation shows of each field, in words: `equal`, `near`, the views that some agreeing key shows to agree (`initial+start`), `far`, `missing`, or `unknown` where nothing that the linkage
 * unit sees tells (no agreeing key has it, and the anchors do not agree).
 */
export function levelDescriber(schema: LinkageSchema, evidence: Evidence, atoms: readonly string[]): (observation: Observation) => string[] {
  return ({ observed, missing }) => {
    const bit = (at: number): boolean => ((observed >> BigInt(at)) & 1n) === 1n;
    const levels = schema.filters.map((_, f) => Number((observed >> BigInt(evidence.levelShift + 3 * f)) & 7n));
    const agreeing = new Set<string>();
    schema.keys.forEach((key, k) => bit(k) && key.parts.forEach((part) => agreeing.add(part)));
    schema.tokens.forEach((token, t) => bit(evidence.tokenShift + t) && agreeing.add(token));
    schema.filters.forEach((filter, f) => {
      if (!(levels[f]! > 0)) return;
      for (const part of filter.anchor) agreeing.add(part);
      if (levels[f]! > distanceLimits(filter).length) for (const field of filter.fields) agreeing.add(field);
    });
    return schema.fields.map(({ name }) => {
      if (agreeing.has(name)) return "equal";
      const own = atoms.filter((atom) => atom === name || atom.startsWith(`${name}.`));
      if (own.length > 0 && own.every((atom) => ((missing >> BigInt(atoms.indexOf(atom))) & 1n) === 1n)) return "missing";
      const views = own.filter((atom) => agreeing.has(atom)).map((atom) => atom.slice(name.length + 1));
      const f = schema.filters.findIndex((filter) => filter.fields.length === 1 && filter.fields[0] === name);
      const limits = f < 0 ? 0 : distanceLimits(schema.filters[f]!).length;
      if (f >= 0 && levels[f]! > 0) return limits === 1 ? "near" : `near ${levels[f]}`;
      // far is seen only where the anchor is known to agree
      const compared = f >= 0 && schema.filters[f]!.anchor.every((part) => agreeing.has(part)) && ((missing >> BigInt(atoms.length + f)) & 1n) === 0n;
      const token = schema.tokens.includes(name);
      if (views.length > 0) return views.join("+");
      return compared || token ? "far" : "unknown";
    });
  };
}
