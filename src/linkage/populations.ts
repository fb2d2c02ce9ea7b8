import type { EstimateOptions, OwnPairs } from "./estimate.ts";
import { NAME_ORDER } from "../schema/name-order.ts";
import type { Evidence, Fact } from "./evidence.ts";
import { CARE } from "./match-class.ts";
import { type Readings, agreesEitherWay, readObservations } from "./readings.ts";
import { type Strangers, strangersOf } from "./strangers.ts";

/** What pairs can show, and how often each class shows it. */
interface View {
  readonly readings: Readings;
  readonly random: Shown;
  readonly kin: Shown[];
  /** Per reading, P(reading | match). */
  readonly matches: Float64Array;
  /** The same by the care of the match. */
  readonly matchesByCare: readonly Float64Array[];
}

/** P(reading | class) by reading, P(unreached | class) by slice. */
interface Shown {
  readonly seen: Float64Array;
  readonly unreached: Float64Array;
}

/** Pairs of one kind: across the files, or within one of them. */
export interface Population {
  readonly view: View;
  readonly allPairs: number;
  /** Share of each slice among random pairs. */
  readonly shares: Float64Array;
  /** By reading: pairs, the share of random pairs that lack as much, and the non-matches expected among pairs that lack it. */
  readonly counts: Float64Array;
  readonly missing: Float64Array;
  rest: Float64Array;
  /** By reading, the share of its non-matches that withholding leaves to be seen. */
  kept: Float64Array;
  matches: number;
  readonly relatives: number[];
  /** How many times as many pairs the whole has. */
  readonly growth: number;
}

/** Pairs within each of the files, as far as they show the same. */
export interface Within {
  readonly files: readonly Population[];
  /** For each reading across the files the one that such a pair would have within a file; -1 where it would not be seen, or another of these shows it better. */
  readonly places: Int32Array;
  /** By reading within a file, the share of random pairs across the files that lack as much. */
  readonly missingAcross: Float64Array;
}

/**
 * Weight of what shapes foretell of an observation's own pairs beside what is seen of them, divided by one more than the pairs foretold. Own pairs that are more than foretold soon speak for themselves, because no shape foretells all that
 * relatives have in common. That they are fewer is mostly chance, as long as few are foretold: it takes many to be believed. Weighing both alike, whatever the weight, takes those for matches that own pairs happen not to show: most of what
 * precision was overrated by at an overlap of 20 %, a quarter at 5 %.
 */
const SHAPE = { above: 0.2, below: 3 };
/** Share of all matches whose observations tell duplicates. */
const MOST = 0.9;
/** First guess of a file's duplicates, for every record. */
const FEW_DUPLICATES = 0.005;
/** Weight of what own pairs tell of relatives across the files, as if so many had been counted; files of different people (children, pensioners) have fewer in common. */
const TIE = 25;
/** Weight of what is expected of them anywhere, likewise. */
const WEAK_TIE = 10;
const TINY = 1e-300;

/** The pairs across the files and those within each, by what they show. Where own pairs show all that pairs across the files do, both have the same readings. */
export function populationsOf({ evidence, observations, own = [], allPairs, missingShares, startMatches, mostMatches, u, forenamesByYear = 1 }: EstimateOptions): { across: Population; within: Within[] } {
  const { groups } = evidence;
  const strangers = strangersOf(groups, u, forenamesByYear);
  const masks = [missingShares, ...own.map((pairs) => pairs.missingShares)].flatMap((shares) => [...shares.keys()]);
  const alike = own.filter(({ shows }) => shows === "all").flatMap((pairs) => pairs.observations);
  const view = viewOf(evidence, readObservations(evidence, [...observations, ...alike], masks), strangers);
  const { of } = view.readings;
  const seen = new Uint8Array(view.readings.count);
  const within = (["all", "filters", "keys"] as const).flatMap((shows): Within[] => {
    const files = own.filter((pairs) => pairs.shows === shows);
    if (files.length === 0) return [];
    const facts = evidence.facts.filter((fact) => isShown(fact, shows));
    const narrow = shows === "all" ? view : viewOf({ groups, facts }, readObservations({ groups, facts }, [...observations, ...files.flatMap((pairs) => pairs.observations)], masks), strangers);
    const places = new Int32Array(view.readings.count).fill(-1);
    observations.forEach((_, o) => {
      const place = narrow.readings.of[o]!;
      if (seen[of[o]!] === 0 && facts.some(({ reaches }, f) => reaches && narrow.readings.facts[place]![f] === 1)) places[of[o]!] = place;
    });
    places.forEach((place, reading) => place >= 0 && (seen[reading] = 1));
    let next = observations.length;
    return [{ files: files.map((pairs) => population(narrow, pairs.observations, narrow.readings.of.subarray(next, (next += pairs.observations.length)), { ...pairs, matches: FEW_DUPLICATES * Math.sqrt(2 * pairs.allPairs) })), places, missingAcross: byReading(narrow.readings, narrow.readings.shares(missingShares)) }];
  });
  return { across: population(view, observations, of, { allPairs, missingShares, matches: Math.min(startMatches, mostMatches), growth: 1 }), within };
}

function isShown({ mayBeWithheld }: Fact, shows: OwnPairs["shows"]): boolean {
  return shows === "all" || mayBeWithheld === (shows === "keys");
}

function viewOf(evidence: Pick<Evidence, "groups" | "facts">, readings: Readings, strangers: readonly Strangers[]): View {
  return { readings, random: randomShown(evidence, readings, strangers), kin: [], matches: new Float64Array(readings.count), matchesByCare: CARE.map(() => new Float64Array(readings.count)) };
}

function population(view: View, observations: EstimateOptions["observations"], of: Int32Array, { allPairs, missingShares, matches, growth }: Pick<OwnPairs, "allPairs" | "missingShares" | "growth"> & { matches: number }): Population {
  const { readings } = view;
  const counts = new Float64Array(readings.count);
  observations.forEach(({ pairs }, o) => (counts[of[o]!]! += pairs));
  const shares = readings.shares(missingShares);
  return { view, allPairs, shares, counts, missing: byReading(readings, shares), rest: new Float64Array(readings.count), kept: new Float64Array(readings.count).fill(1), matches, relatives: [], growth };
}

/** What random pairs show: their names may agree either way round, which is added up, but what tells nothing of that is told once. */
function randomShown({ groups, facts }: Pick<Evidence, "groups" | "facts">, readings: Readings, strangers: readonly Strangers[]): Shown {
  const order = groups.findIndex(({ name }) => name === NAME_ORDER);
  const both = shownBy(readings, strangers);
  if (order < 0) return both;
  const straight = shownBy(readings, strangers.map(({ share, states }) => ({ share, states: states.map((p, g) => (g === order ? Float64Array.of(0, 1) : p)) })));
  const seen = both.seen.map((p, r) => (agreesEitherWay(facts, readings.facts[r]!) ? p : straight.seen[r]!));
  return { seen, unreached: straight.unreached };
}

function shownBy(readings: Readings, strangers: readonly Strangers[]): Shown {
  const kinds = strangers.map(({ share, states }) => ({ share, ...shown(readings, states) }));
  const sum = (of: (kind: Shown) => Float64Array): Float64Array => of(kinds[0]!).map((_, i) => kinds.reduce((total, kind) => total + kind.share * of(kind)[i]!, 0));
  return { seen: sum(({ seen }) => seen), unreached: sum(({ unreached }) => unreached) };
}

/** @param into what an earlier call gave, to be written over */
export function shown({ slices, count }: Readings, probabilities: readonly Float64Array[], into: Shown = { seen: new Float64Array(count), unreached: new Float64Array(slices.length) }): Shown {
  for (let s = 0; s < slices.length; s++) {
    const { lattice, unreached, first } = slices[s]!;
    into.seen.set(lattice.likelihood(probabilities), first);
    into.unreached[s] = unreached.likelihood(probabilities)[0]!;
  }
  return into;
}

/** Share of a class's pairs that some rule reaches and withholding leaves; never quite 0. */
export function reachOf({ view, shares, missing, kept }: Population, c: number): number {
  const { seen } = view.kin[c]!;
  let [shown, left] = [1e-300, 1e-300];
  for (let r = 0; r < seen.length; r++) {
    shown += missing[r]! * seen[r]!;
    left += missing[r]! * seen[r]! * kept[r]!;
  }
  return Math.max(1e-6, (left / shown) * (1 - shares.reduce((sum, share, s) => sum + share * view.kin[c]!.unreached[s]!, 0) / shares.reduce((sum, share) => sum + share, 0)));
}

/** Non-matches of known shape, by reading. */
export function restOf({ random, kin }: View, allPairs: number, relatives: readonly number[]): Float64Array {
  const rest = new Float64Array(random.seen.length);
  for (let r = 0; r < rest.length; r++) rest[r] = allPairs * random.seen[r]!;
  kin.forEach(({ seen }, c) => {
    for (let r = 0; r < rest.length; r++) rest[r]! += relatives[c]! * seen[r]!;
  });
  return rest;
}

/** Per reading within the files: how many times more of its non-matches there are than their shapes foretell. */
export function correctionOf(own: readonly Population[]): Float64Array {
  return own[0]!.view.matches.map((seenAmongMatches, r) => {
    let seen = 0;
    let foretold = 0;
    for (const { counts, matches, missing, rest } of own) {
      foretold += missing[r]! * rest[r]!;
      seen += (counts[r]! * rest[r]!) / (rest[r]! + matches * seenAmongMatches + TINY);
    }
    const shape = (seen > foretold ? SHAPE.above : SHAPE.below) / (foretold + 1);
    return foretold > 0 ? (shape + seen / foretold) / (shape + 1) : 1;
  });
}

/**
 * Pairs of records of one person within each file. They are told by what hardly anything but a match can show, the commonest such readings up to those of most matches: the others would take for duplicates whatever the shapes of relatives
 * do not foretell.
 */
export function countDuplicates({ files, missingAcross }: Within, { matches, allPairs, relatives }: Population): void {
  const { view } = files[0]!;
  const rest = restOf(view, allPairs, relatives);
  let share = 0;
  const clear = Array.from(view.matches.keys())
    .filter((r) => matches * view.matches[r]! > 100 * rest[r]!)
    .sort((x, y) => view.matches[y]! - view.matches[x]! || x - y)
    .filter((r) => share < MOST && (share += missingAcross[r]! * view.matches[r]!) > 0);
  for (const population of files) {
    const foretold = clear.reduce((sum, r) => sum + population.missing[r]! * view.matches[r]!, 0);
    population.matches = foretold === 0 ? 0 : clear.reduce((sum, r) => sum + population.counts[r]!, 0) / foretold;
  }
}

/**
 * Relatives of a class across the files, where `related` were found. They are tied to those within the files: as a share of all pairs they are the geometric mean of the files' own shares (a family of x and y members in the files has
 * x (x - 1) / 2, y (y - 1) / 2 and xy pairs), each tempered by both together. What is out of reach within the files tells little of those across.
 *
 * Within one file nothing but the pairs themselves tells twins from people with a wrong forename, and namesakes from people with a wrong date: there they are tied, weakly, to so many as are `expected` anywhere.
 */
export function relativesAcross(across: Population, within: readonly Within[], c: number, related: number, expected: number): number {
  const reach = reachOf(across, c);
  if (within.length === 0) return (related + WEAK_TIE) / (reach + WEAK_TIE / expected);
  const meanReach = ({ files }: Within): number => files.reduce((sum, population) => sum + reachOf(population, c), 0) / files.length;
  const { files } = within.reduce((best, next) => (meanReach(next) > meanReach(best) ? next : best));
  const sum = (of: (population: Population) => number): number => files.reduce((total, population) => total + of(population), 0);
  const both = (sum(({ relatives }) => relatives[c]!) + 0.5) / sum(({ allPairs }) => allPairs);
  const rate = Math.exp(sum(({ relatives, allPairs }) => Math.log((relatives[c]! + TIE) / (allPairs + TIE / both))) / files.length);
  const tie = TIE * Math.min(1, Math.max(...within.map(meanReach)) / reach);
  return (related + tie) / (reach + tie / (rate * across.allPairs));
}

function byReading({ slices, count }: Readings, shares: Float64Array): Float64Array {
  const values = new Float64Array(count);
  slices.forEach(({ first, lattice }, s) => values.fill(shares[s]!, first, first + lattice.size));
  return values;
}
