import type { LinkageSchema } from "../schema/linkage-schema.ts";
import { NAME_ORDER } from "../schema/name-order.ts";
import { type Fact, factsIn, halvesOf } from "./evidence.ts";
import { groupEvidence } from "./group-evidence.ts";
import type { Linkage } from "./link-datasets.ts";
import { type Cardinality, givenFree } from "./solve.ts";

/** Why a candidate pair was linked or not, step by step: log2 odds add up from `priorBits` to those of `probability`. Rows are positions in the hashed files. */
export interface Explanation {
  readonly reached: true;
  /** log2 of the number of matches to all pairs. */
  readonly priorBits: number;
  /** What each comparison group adds, with the level that was seen of each of its fields. */
  readonly evidence: readonly { readonly group: string; readonly levels: readonly string[]; readonly bits: number }[];
  /** What it adds that errors come together, those of a careless record. */
  readonly togetherBits: number;
  /** What relatives and namesakes, who agree on more than strangers do, take away. */
  readonly relativesBits: number;
  /** The sum of the evidence, of `togetherBits` and of `relativesBits`. */
  readonly matchWeight: number;
  /** P(match) of the pair looked at by itself. */
  readonly pairwiseProbability: number;
  /** What it adds that strangers who share what others share are withheld, and one to one that most other records have their partners already; of a person's other record, how sure its department is of it; within one file, what the other records of its cluster add. */
  readonly partnersBits: number;
  readonly probability: number;
  readonly threshold: number;
  readonly rules: readonly { readonly kind: "key" | "bucket"; readonly parts: readonly string[] }[];
  readonly linked: boolean;
  readonly tied: boolean;
  readonly reason: "linked" | "below the threshold" | "a record has a better partner" | "a record has an equally good partner, and content decided" | "on the whole, the records that either is linked to are two people's" | "what was seen is impossible under the model";
  /** Other candidate pairs of either record, the best first. */
  readonly rivals: readonly Rival[];
}

/** A pair that was never compared: all that is known is what its records were compared with. */
export interface UncomparedPair {
  readonly reached: false;
  readonly linked: false;
  readonly reason: "no rule reached this pair, so it was never compared";
  readonly rivals: readonly Rival[];
}

interface Rival {
  /** The side whose record it shares with the pair. */
  readonly of: "a" | "b";
  readonly rowA: number;
  readonly rowB: number;
  readonly matchWeight: number;
  readonly probability: number;
  readonly linked: boolean;
}

export function explainPair(linkage: Linkage, schema: LinkageSchema, cardinality: Cardinality, rowA: number, rowB: number): Explanation | UncomparedPair {
  const { candidates, evidence, estimation, model, links, threshold, allPairs } = linkage;
  const { rowsA, rowsB, observation: observationOf } = candidates;
  // within one file a pair has no direction
  const { self } = linkage;
  const is = (i: number): boolean => (rowsA[i] === rowA && rowsB[i] === rowB) || (self && rowsA[i] === rowB && rowsB[i] === rowA);
  const has = (i: number, row: number, side: "a" | "b"): boolean => (self ? rowsA[i] === row || rowsB[i] === row : (side === "a" ? rowsA : rowsB)[i] === row);
  const probabilityOf = (o: number): number => givenFree(model.probabilities[o]!, links.free[o]!);
  const linkOf = new Map(Array.from(links.pairs, (pair, at) => [pair, at]));
  let pair = -1;
  const rivals: Rival[] = [];
  for (let i = 0; i < candidates.count; i++) {
    if (is(i)) {
      pair = i;
      continue;
    }
    const of = has(i, rowA, "a") ? "a" : has(i, rowB, "b") ? "b" : undefined;
    if (of !== undefined) rivals.push({ of, rowA: rowsA[i]!, rowB: rowsB[i]!, matchWeight: model.weights[observationOf[i]!]!, probability: probabilityOf(observationOf[i]!), linked: linkOf.has(i) });
  }
  rivals.sort((x, y) => y.matchWeight - x.matchWeight || x.rowA - y.rowA || x.rowB - y.rowB);
  if (pair < 0) return { reached: false, linked: false, reason: "no rule reached this pair, so it was never compared", rivals };

  const o = observationOf[pair]!;
  const observation = candidates.observations[o]!;
  const levels = linkage.levels(o);
  const seen = factsIn(evidence.facts, halvesOf(observation.observed));
  const shows = (which: (fact: Fact) => boolean): boolean => evidence.facts.some((fact, f) => seen[f] === 1 && which(fact));
  const { bits, together } = groupEvidence(estimation, model, observation);
  const matchWeight = model.weights[o]!;
  const pairwiseProbability = model.probabilities[o]!;
  const at = linkOf.get(pair);
  // within one file the other records of a cluster have a say, and of a person's other record how sure its department is of it
  const probability = at !== undefined ? links.probabilities[at]! : probabilityOf(o);
  const firstBucket = schema.keys.length;
  const inBucket = schema.profile !== "plain" && observation.observed >> BigInt(evidence.levelShift) !== 0n;
  const limiting = rivals.filter(({ linked, of }) => linked && (cardinality === "one-to-one" || (cardinality === "many-to-one" && of === "a")));
  return {
    reached: true,
    priorBits: Math.log2(model.matches / allPairs),
    evidence: evidence.groups.map(({ name, fields }, g) => ({
      group: name,
      levels: fields.map(({ field, states }) => {
        if (field === NAME_ORDER) return shows(({ ordered }) => ordered) ? "names the same way round" : shows(({ eitherWay }) => eitherWay) ? "names perhaps in each other's place" : "names unknown";
        const f = schema.fields.findIndex((own) => own.name === field);
        if (f >= 0) return `${field} ${levels[f]}`;
        // a record-level filter is no field of the schema
        const filter = schema.filters.findIndex((own) => own.name === field);
        const level = Number((observation.observed >> BigInt(evidence.levelShift + 3 * filter)) & 7n);
        return `${field} ${states.find((state) => state.level === level)?.label ?? "unknown"}`;
      }),
      bits: bits[g]!,
    })),
    togetherBits: together,
    relativesBits: matchWeight - together - bits.reduce((sum, value) => sum + value, 0),
    matchWeight,
    pairwiseProbability,
    partnersBits: (probability === probabilityOf(o) ? -Math.log2(links.free[o]!) : logOdds(probability) - logOdds(pairwiseProbability)) || 0, // no -0
    probability,
    threshold,
    rules: candidates.rules.filter((_, r) => (r < firstBucket ? ((observation.observed >> BigInt(r)) & 1n) === 1n : inBucket)).map(({ kind, parts }) => ({ kind, parts })),
    linked: at !== undefined,
    tied: at !== undefined && links.tied[at] === 1,
    reason:
      at !== undefined
        ? "linked"
        : model.explained[o] === 0
          ? "what was seen is impossible under the model"
          : probability < threshold
            ? "below the threshold"
            : self
              ? "on the whole, the records that either is linked to are two people's"
              : limiting.some((rival) => rival.matchWeight === matchWeight)
                ? "a record has an equally good partner, and content decided"
                : "a record has a better partner",
    rivals,
  };
}

function logOdds(p: number): number {
  return Math.log2(p / Math.max(1 - p, Number.EPSILON));
}
