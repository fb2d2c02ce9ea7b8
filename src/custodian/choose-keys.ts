import { type FieldKind, type FieldKindName, atomName, fieldKinds } from "../schema/field-kinds.ts";
import { random, type Random } from "../random.ts";
import { fieldErrors } from "../schema/error-model.ts";

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

export interface AtomColumns {
  /** Number of records. */
  readonly count: number;
  /** For every atom, by name: the value's number in each record, -1 where missing. */
  readonly values: ReadonlyMap<string, Int32Array>;
}

export interface KeyChoiceOptions {
  fields: readonly { name: string; kind: FieldKindName }[];
  /** A sample of each file that is at hand. */
  samples: readonly AtomColumns[];
  /** Records that the largest file is expected to have. */
  expectedRecords: number;
  /** What a match is already reached by: groups of atoms all of which must agree (an anchor and one filter, say). */
  reachedBy: readonly (readonly string[])[];
  /** Coverage that a point of sharing costs. */
  price: number;
  /** Largest sharing of one key. */
  limit: number;
  /** Sharing when true; expected pairs per record when false (profile plain, which hides no structure and pays only in time). */
  countsPeople: boolean;
  maximum: number;
}

const SIMULATED = 8192;
const SMALLEST_GAIN = 0.0002;
const MOST_PARTS = 5;
const WORDS = SIMULATED / 32;

/** Which parts of a wrong date survive: mostly two of three; a swap of day and month takes both. */
const DATE_ERRORS: readonly [number, readonly string[]][] = [[0.3, ["month", "year"]], [0.3, ["day", "year"]], [0.2, ["day", "month"]], [0.1, ["year"]], [0.04, ["day"]], [0.06, []]];
/** Errors cluster: a third of the records has two thirds of them. */
const POOR_SHARE = 0.3;
const POOR = 2.3;
const GOOD = 0.45;
const MOVED = 0.06;

export function chooseKeys(options: KeyChoiceOptions): KeyChoice[] {
  const { fields, samples, price, limit, maximum } = options;
  const agreement = simulate(options);
  const reached = new Uint32Array(WORDS);
  for (const atoms of options.reachedBy) unite(reached, conjunction(agreement, atoms));

  const candidates = enumerate(fields, agreement).map((parts) => {
    const covers = conjunction(agreement, parts);
    return { parts, covers, gain: addedBy(covers, reached), sharing: undefined as number | undefined };
  });
  const chosen: KeyChoice[] = [];
  // lazy greedy: a gain only ever shrinks, so a stale gain is a bound, and most candidates are never looked at again
  let queue = candidates.filter((candidate) => candidate.gain > 0).sort((a, b) => b.gain - a.gain);
  while (chosen.length < maximum) {
    let best: (typeof queue)[number] | undefined;
    let bestScore = SMALLEST_GAIN;
    for (const candidate of queue) {
      if (candidate.gain / SIMULATED <= bestScore) break;
      candidate.gain = addedBy(candidate.covers, reached);
      if (candidate.gain / SIMULATED <= bestScore) continue;
      candidate.sharing ??= samples.reduce((most, sample) => (most === Infinity ? most : Math.max(most, sharingOf(sample, candidate.parts, options))), 0);
      if (candidate.sharing > limit) continue;
      const score = candidate.gain / SIMULATED - price * candidate.sharing;
      if (score > bestScore) {
        best = candidate;
        bestScore = score;
      }
    }
    if (best === undefined) break;
    chosen.push({ parts: best.parts, gain: best.gain / SIMULATED, sharing: best.sharing! });
    unite(reached, best.covers);
    queue = queue.filter((candidate) => candidate !== best && !(candidate.sharing! > limit)).sort((a, b) => b.gain - a.gain);
  }
  return chosen;
}

/** All compounds of at most one view per field (any of the parts of a date) that a key could be. */
function enumerate(fields: KeyChoiceOptions["fields"], agreement: ReadonlyMap<string, Uint32Array>): string[][] {
  let compounds: { parts: string[]; fields: number }[] = [{ parts: [], fields: 0 }];
  for (const { name, kind } of fields) {
    const views = KEY_VIEWS[kind].map((combination) => combination.map((view) => atomName(name, view))).filter((parts) => parts.every((part) => agreement.has(part)));
    compounds = compounds.flatMap((compound) => [
      compound,
      ...(compound.fields < MOST_PARTS ? views.map((parts) => ({ parts: [...compound.parts, ...parts], fields: compound.fields + 1 })) : []),
    ]);
  }
  const alone = new Set(fields.filter((field) => field.kind === "health_number").map((field) => field.name));
  return compounds.filter(({ parts, fields: used }) => (used >= 2 && !parts.some((part) => alone.has(part))) || (used === 1 && alone.has(parts[0]!))).map(({ parts }) => parts);
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

/** Simulated matches: for every atom the set of pairs that agree on it. Missing values are those of records drawn from the samples. */
function simulate({ fields, samples }: KeyChoiceOptions): Map<string, Uint32Array> {
  const draw = random("saltlink simulated matches");
  const agreement = new Map<string, Uint32Array>();
  for (const { name, kind } of fields) {
    for (const view of fieldKinds[kind].views) {
      const atom = atomName(name, view);
      if (samples.some((sample) => sample.values.has(atom))) agreement.set(atom, new Uint32Array(WORDS));
    }
  }
  for (let pair = 0; pair < SIMULATED; pair++) {
    const quality = draw() < POOR_SHARE ? POOR : GOOD;
    const moved = draw() < MOVED * quality;
    const rows = [0, 1].map((side) => {
      const sample = samples[side % samples.length]!;
      return { sample, row: Math.floor(draw() * sample.count) };
    });
    for (const { name, kind } of fields) {
      const survivors = survivingViews(kind, quality, moved, draw);
      for (const view of survivors) {
        const atom = atomName(name, view);
        const bits = agreement.get(atom);
        if (bits === undefined || rows.some(({ sample, row }) => (sample.values.get(atom)?.[row] ?? -1) < 0)) continue;
        bits[pair >> 5]! |= 1 << (pair & 31);
      }
    }
  }
  return agreement;
}

function survivingViews(kind: FieldKindName, quality: number, moved: boolean, draw: Random): readonly string[] {
  const { views, group, implies }: FieldKind = fieldKinds[kind];
  const { wrong, survives } = fieldErrors[kind];
  const lost = moved && group === "place";
  if (!lost && draw() >= wrong * quality) return views;
  if (kind === "date_of_birth") {
    let at = draw();
    for (const [share, survivors] of DATE_ERRORS) if ((at -= share) < 0) return survivors;
    return [];
  }
  if (lost) return [];
  const survivors = Object.keys(survives).filter((view) => draw() < survives[view]!);
  for (const view of survivors) if (implies?.[view] !== undefined && !survivors.includes(implies[view])) survivors.push(implies[view]);
  return survivors;
}

function conjunction(agreement: ReadonlyMap<string, Uint32Array>, parts: readonly string[]): Uint32Array {
  const all = new Uint32Array(WORDS).fill(0xffffffff);
  for (const part of parts) {
    const bits = agreement.get(part);
    for (let w = 0; w < WORDS; w++) all[w]! &= bits?.[w] ?? 0;
  }
  return all;
}

function unite(into: Uint32Array, bits: Uint32Array): void {
  for (let w = 0; w < WORDS; w++) into[w]! |= bits[w]!;
}

function addedBy(bits: Uint32Array, reached: Uint32Array): number {
  let count = 0;
  for (let w = 0; w < WORDS; w++) {
    let x = bits[w]! & ~reached[w]!;
    x -= (x >>> 1) & 0x55555555;
    x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
    count += Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}

interface Sharing {
  /** Share of records whose value another record has. */
  records: number;
  /** Other records with the same value, per record. */
  others: number;
}

/** Sharing of a compound when the file has the expected size: a sample of n of N records sees n / N of the chance collisions. Infinite once it is clear that it is above the limit. */
function sharingOf(sample: AtomColumns, parts: readonly string[], { expectedRecords, countsPeople, limit }: KeyChoiceOptions): number {
  const growth = Math.max(1, expectedRecords / sample.count);
  const { records, others } = measureSharing(sample, parts, "people", (limit * 1.5) / growth);
  if (!countsPeople) return others * growth;
  return growth > 1 ? Math.min(1, Math.max(records, others * growth)) : records;
}

/**
 * Measures the sharing of a compound in a sample. Records of one person share everything through themselves, which is no choice of keys: two records count as one person's when
 * their forenames begin alike, their dates of birth differ in one part at most and at least half of their whole values agree; with `of` records they are counted all the same, as `hash` counts.
 * Gives up, with infinite sharing, once there are more than `enough` others per record.
 */
export function measureSharing(sample: AtomColumns, parts: readonly string[], of: "people" | "records" = "people", enough = Infinity): Sharing {
  const { count, values } = sample;
  const columns = parts.map((part) => values.get(part)!);
  const samePerson = of === "people" ? personTest(sample) : undefined;
  const slots = 1 << Math.ceil(Math.log2(count * 2 + 2));
  const last = new Int32Array(slots).fill(-1); // last row of each value
  const before = new Int32Array(count); // the row before it with the same value
  const shares = new Uint8Array(count);
  const most = (enough * count) / 2;
  let pairs = 0;
  let records = 0;
  rows: for (let row = 0; row < count; row++) {
    let hash = 0;
    for (const column of columns) {
      if (column[row]! < 0) continue rows;
      hash = Math.imul(hash ^ column[row]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    let slot = hash & (slots - 1);
    probe: while (last[slot]! >= 0) {
      const other = last[slot]!;
      for (const column of columns) {
        if (column[other] === column[row]) continue;
        slot = (slot + 1) & (slots - 1);
        continue probe;
      }
      break;
    }
    before[row] = last[slot]!;
    last[slot] = row;
    for (let other = before[row]!; other >= 0; other = before[other]!) {
      if (samePerson?.(row, other) === true) continue;
      if (++pairs > most) return { records: Infinity, others: Infinity };
      for (const sharer of [row, other]) {
        if (shares[sharer] === 1) continue;
        shares[sharer] = 1;
        records++;
      }
    }
  }
  return { records: records / count, others: (2 * pairs) / count };
}

const personTests = new WeakMap<AtomColumns, (a: number, b: number) => boolean>();

function personTest(sample: AtomColumns): (a: number, b: number) => boolean {
  let test = personTests.get(sample);
  if (test === undefined) {
    const wholes = [...sample.values].flatMap(([atom, column]) => (atom.includes(".") ? [] : [column]));
    const initial = sample.values.get("forename.initial");
    const dateParts = ["day", "month", "year"].flatMap((part) => sample.values.get(`date_of_birth.${part}`) ?? []);
    test = (a, b) => {
      if (initial !== undefined && initial[a] !== initial[b]) return false;
      if (dateParts.length === 3 && dateParts.filter((part) => part[a] === part[b]).length < 2) return false;
      let both = 0;
      let agree = 0;
      for (const column of wholes) {
        if (column[a]! < 0 || column[b]! < 0) continue;
        both++;
        if (column[a] === column[b]) agree++;
      }
      return agree * 2 >= both;
    };
    personTests.set(sample, test);
  }
  return test;
}
