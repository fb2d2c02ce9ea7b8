import { type FieldKind, type FieldKindName, atomName, fieldKinds } from "../schema/field-kinds.ts";
import { popcount } from "../filter-bits.ts";
import { random, type Random } from "../random.ts";
import { SWAPPED_NAMES, fieldErrors } from "../schema/error-model.ts";
import { namesOf, unorderedNames } from "../schema/name-order.ts";
import { type AtomColumns, measureSharing } from "./sharing.ts";

/**
 * Chooses the compound keys of a schema: coverage gained against *sharing* lost.
 *
 * Coverage of a key is the share of true matches that agree on all its parts; nobody knows the matches when a schema is written, so it is judged on simulated ones: pairs with
 * the errors that registers have (schema/error-model.ts) and the missing values of the department's own file. Sharing is the share of records whose key value
 * somebody else in the file has too: equal values across many keys are a graph, and the graph of a register names people whatever the salt (the structure attack). Each step takes the key
 * with the most `coverage gained - price * sharing`, as in greedy set cover; sharing is measured on the file and grown to the number of records expected.
 */
export interface KeyChoice {
  parts: string[];
  /** Share of simulated matches that this key adds to those already reached. */
  gain: number;
  /** Expected share of records that share their value with somebody else's. */
  sharing: number;
}

export interface KeyChoiceOptions {
  fields: readonly { name: string; kind: FieldKindName }[];
  /** A sample of each file that is at hand. */
  samples: readonly AtomColumns[];
  /** Records that the largest file is expected to have. */
  expectedRecords: number;
  /** What a match is already reached by: groups of atoms all of which must agree (an anchor and one filter, say). */
  reachedBy: readonly (readonly string[])[];
  /** Coverage that a point of sharing costs, at least: it rises until the budget holds. */
  price: number;
  /** Largest sharing of all keys together. */
  budget: number;
  /** Largest sharing of one key. */
  limit: number;
  /** Sharing when true; expected pairs per record when false (profile plain, which hides no structure and pays only in time). */
  countsPeople: boolean;
  /** Whether values that several records share are withheld. */
  withheld: boolean;
  maximum: number;
}

/** A key that is chosen, or may be. */
interface Candidate {
  readonly parts: string[];
  /** Simulated matches that agree on all parts. */
  readonly covers: Uint32Array;
  gain: number;
  sharing: number | undefined;
}

const ROUNDS = 4;
const KEPT = 32768;
const MOST_SIMULATED = 500_000;
/** Least coverage that a key must add: more where what it adds is cheap, for each costs hashing and a column. */
const SMALLEST_GAIN = { sent: 0.00005, withheld: 0.0001 };
const MOST_PARTS = 5;

/** Which parts of a wrong date survive: mostly two of three; a swap of day and month takes both. */
const DATE_ERRORS: readonly [number, readonly string[]][] = [[0.3, ["month", "year"]], [0.3, ["day", "year"]], [0.2, ["day", "month"]], [0.1, ["year"]], [0.04, ["day"]], [0.06, []]];
/** Errors cluster: a third of the records has two thirds of them. */
const POOR_SHARE = 0.3;
const POOR = 1.6;
const GOOD = 0.75;
const MOVED = 0.06;

export function chooseKeys(options: KeyChoiceOptions): KeyChoice[] {
  const { samples, budget, limit, maximum, withheld } = options;
  const smallest = options.countsPeople ? SMALLEST_GAIN[withheld ? "withheld" : "sent"] : 0;
  const { agreement, eitherWay, matches } = simulate(options);
  const all = enumerate(options, agreement).map((parts): Candidate => {
    const names = unorderedNames(options.fields, parts);
    const covers = conjunction(parts.map((part, place) => (names?.includes(place) === true ? eitherWay : agreement).get(part)));
    return { parts, covers, gain: 0, sharing: undefined };
  });
  let { price } = options;
  let chosen = choose();
  for (; total(chosen) > budget; chosen = choose()) price *= 1.2;
  const reached = new Uint32Array(KEPT / 32);
  return chosen.map(({ parts, covers, sharing }) => {
    const gain = addedBy(covers, reached) / matches;
    unite(reached, covers);
    return { parts, gain, sharing: sharing! };
  });

  function choose(): Candidate[] {
    let keys = addKeys([]);
    // a key taken early may be needless once the later ones are there: it is dropped, and others take its place
    for (let round = 1; round < ROUNDS; round++) keys = addKeys(keys.filter((key) => worth(key, keys) >= smallest));
    return keys;
  }

  function total(keys: readonly Candidate[]): number {
    return keys.reduce((sum, { sharing }) => sum + sharing!, 0);
  }

  /** What a key alone adds to the others, less its price. */
  function worth(key: Candidate, keys: readonly Candidate[]): number {
    const others = new Uint32Array(KEPT / 32);
    for (const other of keys) if (other !== key) unite(others, other.covers);
    return worthOf(addedBy(key.covers, others), key.sharing!);
  }

  /** Where values that several share are withheld, a key reaches as much less. */
  function worthOf(gain: number, sharing: number): number {
    return (gain / matches) * (withheld ? 1 - sharing : 1) - price * sharing;
  }

  /** Lazy greedy: a gain only ever shrinks, so a stale gain is a bound, and most candidates are never looked at again. */
  function addKeys(keys: readonly Candidate[]): Candidate[] {
    const taken = [...keys];
    const reached = new Uint32Array(KEPT / 32);
    for (const { covers } of taken) unite(reached, covers);
    for (const candidate of all) candidate.gain = addedBy(candidate.covers, reached);
    let queue = all.filter(({ gain, sharing }) => gain > 0 && !(sharing! > limit)).sort((a, b) => b.gain - a.gain);
    while (taken.length < maximum) {
      let best: Candidate | undefined;
      let bestScore = smallest;
      for (const candidate of queue) {
        if (candidate.gain / matches <= bestScore) break;
        candidate.gain = addedBy(candidate.covers, reached);
        if (candidate.gain / matches <= bestScore) continue;
        candidate.sharing ??= samples.reduce((most, sample) => (most === Infinity ? most : Math.max(most, sharingOf(sample, candidate.parts, options))), 0);
        if (candidate.sharing > limit) continue;
        const score = worthOf(candidate.gain, candidate.sharing);
        if (score <= bestScore) continue;
        best = candidate;
        bestScore = score;
      }
      if (best === undefined) break;
      taken.push(best);
      unite(reached, best.covers);
      queue = queue.filter((candidate) => candidate !== best && !(candidate.sharing! > limit)).sort((a, b) => b.gain - a.gain);
    }
    return taken;
  }
}

/** All compounds of at most one view per field (any of the parts of a date) that a key could be. One attribute alone is a key where it is an identifier, or where people are not counted. */
function enumerate({ fields, countsPeople }: KeyChoiceOptions, agreement: ReadonlyMap<string, Uint32Array>): string[][] {
  let compounds: { parts: string[]; fields: number }[] = [{ parts: [], fields: 0 }];
  for (const { name, kind } of fields) {
    const views = KEY_VIEWS[kind].map((combination) => combination.map((view) => atomName(name, view))).filter((parts) => parts.every((part) => agreement.has(part)));
    compounds = compounds.flatMap((compound) => [
      compound,
      ...(compound.fields < MOST_PARTS ? views.map((parts) => ({ parts: [...compound.parts, ...parts], fields: compound.fields + 1 })) : []),
    ]);
  }
  const alone = new Set(fields.filter((field) => field.kind === "health_number").map((field) => field.name));
  return compounds
    .filter(({ parts, fields: used }) => (used >= 2 ? !parts.some((part) => alone.has(part)) : used === 1 && (!countsPeople || alone.has(parts[0]!))))
    .map(({ parts }) => parts);
}

const NAME_VIEWS = [["exact"], ["phonetic"], ["initial"], ["start"], ["shape"]];
const KEY_VIEWS: Record<FieldKindName, string[][]> = {
  forename: NAME_VIEWS,
  surname: NAME_VIEWS,
  date_of_birth: [["day"], ["month"], ["year"], ["day", "month"], ["day", "year"], ["month", "year"], ["day", "month", "year"]],
  sex: [["exact"]],
  postcode: [["exact"], ["sector"]],
  address: [["exact"], ["number"]],
  town: [["exact"]],
  phone: [["exact"]],
  email: [["exact"]],
  health_number: [["exact"]],
};

interface SimulatedMatches {
  /** For every atom the set of kept matches that agree on it. */
  readonly agreement: ReadonlyMap<string, Uint32Array>;
  /** Likewise, where names are compared whichever way round they are. */
  readonly eitherWay: ReadonlyMap<string, Uint32Array>;
  /** Matches simulated in all, those that were not kept included. */
  readonly matches: number;
}

interface SimulatedAtom {
  readonly atom: string;
  /** The columns that say where it is missing, one of each side. */
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** The kept matches that agree on it. */
  readonly bits: Uint32Array;
  readonly eitherWay: Uint32Array;
  /** Whether the match at hand does, and whether it would with its names the right way round. */
  agrees: boolean;
  agreesEitherWay: boolean;
}

/** Simulates matches and keeps those that `reachedBy` does not reach: the rare ones that keys are for. Missing values are those of records drawn from the samples. */
function simulate({ fields, samples, reachedBy }: KeyChoiceOptions): SimulatedMatches {
  const draw = random("saltlink simulated matches");
  const sides = [samples[0]!, samples[1 % samples.length]!];
  const names: readonly (string | undefined)[] = namesOf(fields);
  const views = fields.map(({ name, kind }) => ({
    kind,
    isName: names.includes(name),
    atoms: new Map<string, SimulatedAtom>(
      fieldKinds[kind].views.flatMap((view): [string, SimulatedAtom][] => {
        const columns = sides.map((sample) => sample.values.get(atomName(name, view)));
        const [a, b] = columns;
        return a === undefined || b === undefined ? [] : [[view, { atom: atomName(name, view), a, b, bits: new Uint32Array(KEPT / 32), eitherWay: new Uint32Array(KEPT / 32), agrees: false, agreesEitherWay: false }]];
      }),
    ),
  }));
  const all = views.flatMap(({ atoms }) => [...atoms.values()]);
  const reaching = reachedBy.map((parts) => parts.map((part) => all.find(({ atom }) => atom === part)));
  let matches = 0;
  for (let kept = 0; kept < KEPT && matches < MOST_SIMULATED; ) {
    matches++;
    const quality = draw() < POOR_SHARE ? POOR : GOOD;
    const moved = draw() < MOVED * quality;
    const swapped = draw() < SWAPPED_NAMES * quality;
    const rowA = Math.floor(draw() * sides[0]!.count);
    const rowB = Math.floor(draw() * sides[1]!.count);
    for (const atom of all) atom.agrees = atom.agreesEitherWay = false;
    for (const { kind, isName, atoms } of views) {
      if (moved && fieldKinds[kind].group === "place") continue;
      const isSwapped = swapped && isName;
      for (const view of survivingViews(kind, quality, draw)) {
        const atom = atoms.get(view);
        if (atom === undefined) continue;
        atom.agreesEitherWay = atom.a[rowA]! >= 0 && atom.b[rowB]! >= 0;
        atom.agrees = atom.agreesEitherWay && !isSwapped;
      }
    }
    if (reaching.some((parts) => parts.every((atom) => atom?.agrees === true))) continue;
    for (const atom of all) {
      if (atom.agrees) atom.bits[kept >> 5]! |= 1 << (kept & 31);
      if (atom.agreesEitherWay) atom.eitherWay[kept >> 5]! |= 1 << (kept & 31);
    }
    kept++;
  }
  return { agreement: new Map(all.map(({ atom, bits }) => [atom, bits])), eitherWay: new Map(all.map(({ atom, eitherWay }) => [atom, eitherWay])), matches };
}

function survivingViews(kind: FieldKindName, quality: number, draw: Random): readonly string[] {
  const { views, implies }: FieldKind = fieldKinds[kind];
  const { wrong, survives } = fieldErrors[kind];
  if (draw() >= wrong * quality) return views;
  if (kind === "date_of_birth") {
    let at = draw();
    for (const [share, survivors] of DATE_ERRORS) if ((at -= share) < 0) return survivors;
    return [];
  }
  const survivors = Object.keys(survives).filter((view) => draw() < survives[view]!);
  for (const view of survivors) if (implies?.[view] !== undefined && !survivors.includes(implies[view])) survivors.push(implies[view]);
  return survivors;
}

function conjunction(parts: readonly (Uint32Array | undefined)[]): Uint32Array {
  const all = new Uint32Array(KEPT / 32).fill(0xffffffff);
  for (const bits of parts) {
    for (let w = 0; w < KEPT / 32; w++) all[w]! &= bits?.[w] ?? 0;
  }
  return all;
}

function unite(into: Uint32Array, bits: Uint32Array): void {
  for (let w = 0; w < KEPT / 32; w++) into[w]! |= bits[w]!;
}

function addedBy(bits: Uint32Array, reached: Uint32Array): number {
  let count = 0;
  for (let w = 0; w < KEPT / 32; w++) count += popcount(bits[w]! & ~reached[w]!);
  return count;
}

/** Sharing of a compound when the file has the expected size: a sample of n of N records sees n / N of the chance collisions. Infinite once it is clear that it is above the limit. */
function sharingOf(sample: AtomColumns, parts: readonly string[], { expectedRecords, countsPeople, limit }: KeyChoiceOptions): number {
  const growth = Math.max(1, expectedRecords / sample.count);
  const { records, others } = measureSharing(sample, parts, "people", (limit * 1.5) / growth);
  if (!countsPeople) return others * growth;
  return growth > 1 ? Math.min(1, Math.max(records, others * growth)) : records;
}
