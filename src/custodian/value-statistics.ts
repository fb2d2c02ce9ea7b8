import { SaltlinkError } from "../errors.ts";
import { comparisonGroups, type ComparisonGroup, type FieldSpace, usedAtoms } from "../schema/comparison-space.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { EncodingPlan } from "../kernel/encoding-plan.ts";
import { type PairStates, type SampledRecord, UNKNOWN, comparePairs } from "./sampled-pairs.ts";

/**
 * How two random records of the file compare: the u probabilities that the linkage unit cannot count for itself. Two sources:
 *
 * - *Sketches*: how often two records have the same value. A fast AGMS sketch (Alon, Gibbons, Matias & Szegedy 1999; Cormode & Garofalakis 2005) estimates the sum of squared value counts
 *   in fixed memory with a relative error of sqrt(2 / COUNTERS) = 0.6 %. It is a sum of signs, so threads add to one sketch in any order with the same result.
 * - *A sample* of records, chosen by a hash of their content (not by position, so that shuffled rows give the same file header): all its pairs are compared in full.
 */
const COUNTERS = 1 << 16; // as the kernel's signs have it
const SAMPLE = 1000;
/** Relative standard errors of a sketch, and of a share that a few common values of the sample decide. */
const SKETCH_ERROR = Math.sqrt(2 / COUNTERS);
const SAMPLE_ERROR = 0.05;
/** Fashion of forenames: as if so many pairs more had been seen without any, since in small files one pair would decide; and what is above is no fashion. */
const FEW_PAIRS = 10;
const MOST_IN_FASHION = 10;

/** What the threads of one run share. */
export interface SharedSketches {
  /** Of each thread COUNTERS signed counters per compound: each adds to its own without waiting for others, and only their sums are read. */
  readonly counters: readonly SharedArrayBuffer[];
  /** How many threads have taken counters so far. */
  readonly taken: SharedArrayBuffer;
  /** Records that have the compound, per compound. */
  readonly present: SharedArrayBuffer;
  /** Records whose rank is below this go into the sample. */
  readonly sampleBelow: number;
}

/** Compounds whose repetition is asked for: whole fields, every combination of them where they depend on each other, the parts of a field that nothing else tells of, and what tells of forenames by year. Of a record-level filter's fields nothing is compared. */
function sketchedCompounds(schema: LinkageSchema): string[][] {
  const used = new Set(usedAtoms(schema));
  const compounds = comparisonGroups(schema).flatMap(({ fields }) => {
    const [only] = fields as [FieldSpace];
    return fields.length === 1 && isOfParts(only) ? only.views.map((view) => [`${only.field}.${view}`]) : subsets(fields.map(({ field }) => field));
  });
  return [...compounds, ...(compounds.length === 0 ? [] : generationCompounds(schema))].filter((compound) => compound.length > 0 && compound.every((atom) => used.has(atom)));
}

/** A forename with the year of birth, and the two with the surname. */
function generationCompounds({ fields }: LinkageSchema): string[][] {
  const [forename, date, surname] = (["forename", "date_of_birth", "surname"] as const).map((kind) => fields.find((field) => field.kind === kind)?.name);
  if (forename === undefined || date === undefined || surname === undefined) return [];
  const compound = [forename, `${date}.year`];
  return [compound, [...compound, surname]];
}

function subsets<T>(items: readonly T[]): T[][] {
  return items.reduce<T[][]>((all, item) => [...all, ...all.map((subset) => [...subset, item])], [[]]);
}

/** Threads that die leave what they counted behind, and others take their place. */
const SPARE_THREADS = 8;

export function createSketches(schema: LinkageSchema, expectedRows: number, threads = 1): SharedSketches {
  const compounds = sketchedCompounds(schema).length;
  return {
    counters: Array.from({ length: threads + SPARE_THREADS }, () => new SharedArrayBuffer(compounds * COUNTERS * 4)),
    taken: new SharedArrayBuffer(4),
    present: new SharedArrayBuffer(compounds * 4),
    sampleBelow: expectedRows <= 4 * SAMPLE ? 1 : (4 * SAMPLE) / expectedRows,
  };
}

/** Counts records into the shared sketches; one per thread. */
export class RecordCounter {
  /** The atoms whose hashes it wants, by index. */
  readonly atoms: readonly number[];
  readonly #compounds: number[][];
  readonly #counters: Int32Array;
  readonly #present: Int32Array;

  constructor(schema: LinkageSchema, shared: SharedSketches) {
    const order = usedAtoms(schema);
    const compounds = sketchedCompounds(schema);
    const wanted = [...new Set(compounds.flat())];
    this.atoms = wanted.map((atom) => order.indexOf(atom));
    this.#compounds = compounds.map((compound) => compound.map((atom) => wanted.indexOf(atom)));
    const own = shared.counters[Atomics.add(new Int32Array(shared.taken), 0, 1)];
    if (own === undefined) throw new SaltlinkError("worker", "worker threads die again and again, probably for want of memory; run again with fewer --threads");
    this.#counters = new Int32Array(own);
    this.#present = new Int32Array(shared.present);
  }

  /** Counts records. `signs`: what they add by a compound of the wanted atoms, of that number. Compound after compound, because one compound's counters fit the cache and all of them do not. */
  add(signs: (compound: readonly number[], seed: number) => Int32Array): void {
    this.#compounds.forEach((compound, c) => Atomics.add(this.#present, c, addSigns(signs(compound, c), this.#counters.subarray(c * COUNTERS, (c + 1) * COUNTERS))));
  }
}

/** Adds records' signs to a compound's counters; returns how many records have it. */
function addSigns(signs: Int32Array, counters: Int32Array): number {
  let present = 0;
  for (let i = 0; i < signs.length; i++) {
    const sign = signs[i]!;
    if ((sign & COUNTERS) === 0) continue;
    present++;
    counters[sign & (COUNTERS - 1)]! += sign < 0 ? -1 : 1;
  }
  return present;
}

/** Probability that two random records that have the compound have it equal; 0 for one that is never had whole (-1). */
function repetition(shared: SharedSketches, compound: number): number {
  if (compound < 0) return 0;
  const records = new Int32Array(shared.present)[compound]!;
  if (records < 2) return 0;
  const sums = new Int32Array(COUNTERS);
  const taken = new Int32Array(shared.taken)[0]!;
  for (const counters of shared.counters.slice(0, taken)) addTo(sums, new Int32Array(counters, compound * COUNTERS * 4, COUNTERS));
  const squares = sumOfSquares(sums);
  return Math.min(1, Math.max(0, (squares - records) / (records * (records - 1))));
}

function addTo(sums: Int32Array, counters: Int32Array): void {
  for (let i = 0; i < COUNTERS; i++) sums[i]! += counters[i]!;
}

function sumOfSquares(values: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}

/**
 * Probability of each state of each comparison group for two random records. A group's state is drawn in two steps: which of its fields are wholly equal (from the sketches), then how the others
 * compare (from the sample); a date's parts are taken as independent, as in any population spread over years.
 */
export function randomPairs(schema: LinkageSchema, plan: EncodingPlan, shared: SharedSketches, sampled: readonly SampledRecord[]): Record<string, number[]> {
  const compounds = sketchedCompounds(schema);
  const equalProbability = (parts: readonly string[]): number => repetition(shared, compounds.findIndex((compound) => compound.length === parts.length && parts.every((part) => compound.includes(part))));
  // chosen by content, records that are alike in everything are in it together or not at all: as pairs of different people they would count too often
  const contents = sampled.map(({ rank, atoms }) => ({ rank, atoms, content: JSON.stringify(atoms) })).sort((a, b) => a.rank - b.rank || (a.content < b.content ? -1 : 1));
  const sample = contents.filter(({ content }, i) => i === 0 || content !== contents[i - 1]!.content).slice(0, SAMPLE);
  const states = comparePairs(schema, plan, sample);
  return Object.fromEntries(comparisonGroups(schema).map((group) => [group.name, groupProbabilities(group, equalProbability, states).map(rounded)]));
}

/** The same as work for a thread, which has the rest. */
export interface PairsTask {
  readonly plan: EncodingPlan;
  readonly sampled: readonly SampledRecord[];
}

/**
 * How many times as often two people born in one year have one forename as two people of any age: names have fashions. Two records that share the surname besides are left out, since they may be one person's. Undefined where the schema
 * has not all three.
 */
export function forenamesByYear(schema: LinkageSchema, shared: SharedSketches): number | undefined {
  const [compound, withSurname] = generationCompounds(schema);
  const compounds = sketchedCompounds(schema).map((parts) => parts.join());
  if (compound === undefined || withSurname === undefined || !compounds.includes(withSurname.join())) return undefined;
  const repeated = (parts: readonly string[]): number => repetition(shared, compounds.indexOf(parts.join()));
  const [forename, year] = compound as [string, string];
  const records = new Int32Array(shared.present)[compounds.indexOf(compound.join())]!;
  const pairs = (records * (records - 1)) / 2;
  const chance = pairs * repeated([forename]) * repeated([year]);
  const seen = pairs * (repeated(compound) - repeated(withSurname));
  return Number(Math.min(MOST_IN_FASHION, Math.max(1, (seen + FEW_PAIRS) / (chance + FEW_PAIRS))).toPrecision(3));
}

/** Nine significant digits: more would be noise, and one record's worth of a million is kept. */
function rounded(value: number): number {
  return Number(Math.min(1, Math.max(0, value)).toPrecision(9));
}

function groupProbabilities(group: ComparisonGroup, equalProbability: (parts: readonly string[]) => number, states: PairStates): number[] {
  const marginals = group.fields.map((space) => countStates(states.get(space.field)!, space.states.length));
  const [only] = group.fields;
  // a record-level filter is never wholly equal by the sketches' account
  if (group.fields.length === 1) return isOfParts(only!) ? independentParts(only!, equalProbability) : scaled(marginals[0]!, equalProbability([only!.field]));
  // P(exactly these fields equal), by inclusion and exclusion over the combinations
  const fields = group.fields.map((space) => space.field);
  const exactly = new Float64Array(1 << fields.length);
  for (let set = 0; set < exactly.length; set++) {
    exactly[set] = set === 0 ? 1 : equalProbability(fields.filter((_, i) => (set >> i) & 1));
  }
  const noise = exactly.map((p) => (SKETCH_ERROR * p) ** 2);
  for (let i = 0; i < fields.length; i++) {
    for (let set = 0; set < exactly.length; set++) {
      if ((set >> i) & 1) continue;
      exactly[set]! -= exactly[set | (1 << i)]!;
      noise[set]! += noise[set | (1 << i)]!;
    }
  }

  const joint = countStates(jointStates(group, states), group.size);
  const setOf = (index: number): number => unravel(group, index).reduce((mask, state, f) => mask | (group.fields[f]!.states[state]!.equal ? 1 << f : 0), 0);
  const counted = new Float64Array(1 << fields.length);
  joint.forEach((count, index) => (counted[setOf(index)]! += count));
  const known = joint.reduce((sum, count) => sum + count, 0);
  // what is left of a difference of sketches can be all noise; the sample tells rare combinations better
  exactly.forEach((p, set) => {
    const ofSample = (counted[set]! + 0.5) / (known + 1);
    const ofSampleNoise = ofSample / (known + 1) + (SAMPLE_ERROR * ofSample) ** 2;
    exactly[set] = Math.max(0, (p * ofSampleNoise + ofSample * noise[set]!) / (ofSampleNoise + noise[set]!));
  });
  const shares = marginals.map((counts) => scaled(counts, 0));
  return Array.from(joint, (count, index) => {
    const states = unravel(group, index);
    const set = setOf(index);
    // what the sample is too small to show is as if the unequal fields were independent: a gamma prior with that mean and shape 1
    const independent = states.reduce((product, state, f) => ((set >> f) & 1 ? product : product * shares[f]![state]!), 1);
    return (exactly[set]! * independent * (1 + count)) / (1 + counted[set]! * independent);
  });
}

/** How many pairs are in each state. */
function countStates(states: Uint8Array | Int32Array, length: number): Float64Array {
  const counts = new Float64Array(length);
  for (let pair = 0; pair < states.length; pair++) if (states[pair]! < length) counts[states[pair]!]!++;
  return counts;
}

/** The states of a group, for all pairs; as many as it has, where one of its fields is not known. */
function jointStates(group: ComparisonGroup, states: PairStates): Int32Array {
  const joint = new Int32Array(states.get(group.fields[0]!.field)!.length);
  for (const space of group.fields) addStates(joint, states.get(space.field)!, space.states.length, group.size);
  return joint;
}

function addStates(joint: Int32Array, states: Uint8Array, length: number, unknown: number): void {
  for (let pair = 0; pair < joint.length; pair++) joint[pair] = states[pair] === UNKNOWN || joint[pair] === unknown ? unknown : joint[pair]! * length + states[pair]!;
}

/** States of the fields behind a state of their group. */
function unravel(group: ComparisonGroup, index: number): number[] {
  const states: number[] = [];
  for (let f = group.fields.length - 1; f >= 0; f--) {
    const { length } = group.fields[f]!.states;
    states[f] = index % length;
    index = Math.floor(index / length);
  }
  return states;
}

/** Shares of the unequal states, the last (equal) set to `equal`; half a pair is added to each so that nothing is impossible. */
function scaled(counts: Float64Array, equal: number): number[] {
  const last = counts.length - 1;
  let sum = 0;
  for (let i = 0; i < last; i++) sum += counts[i]! + 0.5;
  return Array.from(counts, (count, i) => (i === last ? equal : ((count + 0.5) / sum) * (1 - equal)));
}

/** Whether a field's parts make it up, with nothing else to compare. */
function isOfParts({ filter, states, views }: FieldSpace): boolean {
  return filter === undefined && states.length === 1 << views.length;
}

/** Such a field: the product over the parts. */
function independentParts(space: FieldSpace, equalProbability: (parts: readonly string[]) => number): number[] {
  const parts = space.views.map((view) => equalProbability([`${space.field}.${view}`]));
  return space.states.map((state) => parts.reduce((product, p, i) => product * ((state.agrees >> i) & 1 ? p : 1 - p), 1));
}
