import type { HashedFile } from "../exchange/read-hashed-file.ts";
import { linkKernel } from "../kernel/link-kernel.ts";
import { usedAtoms } from "../schema/comparison-space.ts";
import { NAMES_OF_STRANGERS, NAME_ORDER } from "../schema/name-order.ts";
import { withholdsShared } from "../schema/withheld.ts";
import { type CandidateOptions, type Candidates, type RuleReport, countCandidates, findCandidates } from "./candidates.ts";
import { coherentLinks } from "./coherent-links.ts";
import { type EstimateOptions, type Model, type OwnPairs, estimate } from "./estimate.ts";
import { type Fit, judgeFit } from "./fit.ts";
import { type Evidence, evidenceOf, withSkipped } from "./evidence.ts";
import { levelDescriber } from "./describe-level.ts";
import { missingShares } from "./missing-shares.ts";
import { ownPairs } from "./own-pairs.ts";
import { linkOwnPeople } from "./link-own-people.ts";
import { asFarAsTheirPersons, misplacedMatches, pairsOfPeople, withOthers } from "./own-people.ts";
import { type Sizes, forecastMemory, planMemory } from "./memory-plan.ts";
import { type LinkThreads, startLinkThreads } from "./link-threads.ts";
import { loadRecordIds } from "./load-record-ids.ts";
import { type LoadedDataset, type Loading, loadDataset, peopleIn, rowStride, writeRowLayout } from "./record-store.ts";
import { MOST_RECORDS, type RecordSample, sampleRecords } from "./sample-records.ts";
import { scanRate } from "./scan-rate.ts";
import { type LinkQuality, linkQualities, linksAbove } from "./link-quality.ts";
import { type Cardinality, type Links, linkedOnce, solve } from "./solve.ts";
import { type StratumSubgroups, subgroups } from "./subgroups.ts";
import { thresholdForPrecision } from "./threshold-for-precision.ts";
import { type Unreached, unreachedMatches } from "./unreached.ts";

export interface LinkOptions {
  readonly a: HashedFile;
  /** Absent to find duplicates within `a`. */
  readonly b?: HashedFile;
  /** How many, or those that have been started already; in the end they are ended. */
  readonly threads: number | LinkThreads;
  /** Largest number of pairs in one block of an exact key. */
  readonly blockCap: number;
  /** Bytes of memory that the run may take; as much as it needs when absent. */
  readonly memory?: number;
  readonly onProgress: (stage: string, done: number, total: number) => void;
}

export interface SolveChoices {
  /** Called when the links are known, while it is worked out what they are worth: what it asks of the threads is done meanwhile. */
  readonly onLinks?: (found: FoundLinks) => Promise<void>;
  readonly cardinality: Cardinality;
  /** Least P(match) of a link. */
  readonly threshold: number;
  /** The lowest threshold whose links have at least this estimated precision, instead of `threshold`; the strictest where none has. */
  readonly targetPrecision?: number;
}

/** What is known of links as soon as there are any, and the threads that found them. */
export interface FoundLinks extends Pick<Linkage, "candidates" | "model" | "links" | "levels">, Pick<Loading, "memory" | "kernel" | "pool"> {
  /** Where the packed record ids of each file lie in the memory (load-record-ids.ts). */
  readonly recordIds: readonly number[];
}

/** Everything a run found out; rows are positions in the hashed files. */
export interface Linkage {
  readonly candidates: Candidates;
  readonly evidence: Evidence;
  /** What the model was estimated from. */
  readonly estimation: EstimateOptions;
  readonly model: Model;
  readonly fit: Fit;
  readonly links: Links;
  /** The threshold of the links, as given or found. */
  readonly threshold: number;
  /** Whether a target of precision was reached; true where none was set. */
  readonly targetReached: boolean;
  /** What the links are thought to be worth, and what they would be by threshold. */
  readonly quality: LinkQuality;
  readonly qualityByThreshold: readonly LinkQuality[];
  readonly unreached: Unreached;
  /** By group, where the files carry strata. */
  readonly subgroups: readonly StratumSubgroups[];
  /** What the observation of a candidate pair shows of each field. */
  readonly levels: (observation: number) => string[];
  readonly allPairs: number;
  /** Whether duplicates were looked for within one file. */
  readonly self: boolean;
  readonly peakBytes: number;
}

/** Below this hardly a match is left; what lies between it and the threshold of the links tells how many they miss. */
const LOWEST_THRESHOLD = 0.02;
const THRESHOLDS = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999];
const STRICTEST_THRESHOLD = THRESHOLDS.at(-1)!;

/** Links two checked hashed files, or finds the duplicates within one. The result depends on the files and options alone. */
export async function linkDatasets(options: LinkOptions & SolveChoices): Promise<Linkage> {
  return withCandidates(options, async (input, checkAll) => {
    const { a, b, schema } = input;
    const self = a === b;
    if (self && a.own !== undefined) return linkOwnPeople(options, input, a.own, THRESHOLDS);
    // on which side a person's other records have links too
    const several = { a: options.cardinality === "one-to-one" ? undefined : a.own, b: options.cardinality === "many-to-many" ? b.own : undefined };
    const [recordsA, recordsB] = [several.a === undefined ? peopleIn(a) : a.rows, several.b === undefined ? peopleIn(b) : b.rows];
    const smaller = Math.min(recordsA, recordsB);
    const mark = input.memory.mark();
    let samples: readonly RecordSample[] | undefined;
    // a single record has no pair to tell of
    const takeSamples = async (): Promise<readonly RecordSample[]> => (samples ??= self || smaller < 2 ? [] : await sampleRecords([a, b], input));
    const found = await findCandidates({ ...input, takeSamples });
    const candidates = withOthers(found, several.a, several.b);
    const evidence = withSkipped(input.evidence, new Set(found.rules.flatMap(({ skippedBlocks }, rule) => (skippedBlocks > 0 ? [rule] : []))));
    options.onProgress("estimating", 0, 1);
    checkAll(); // from here on this thread has most of the work
    const files = self || options.b === undefined ? [options.a] : [options.a, options.b];
    const allPairs = self ? (a.rows * (a.rows - 1)) / 2 : recordsA * recordsB;
    const own: OwnPairs[] = [];
    for (const sample of await takeSamples()) own.push(...(await ownPairs(input, sample)));
    input.memory.release(mark);
    const estimation: EstimateOptions = {
      own,
      schema,
      evidence,
      observations: candidates.observations,
      u: averageU(evidence, options.a, options.b ?? options.a),
      forenamesByYear: mean(files.map(({ header }) => header.forenamesByYear ?? 1)),
      allPairs,
      ...(withholdsStrangers(options, a, b) ? { people: [peopleIn(a), peopleIn(b)] as const } : {}),
      mostMatches: options.cardinality === "one-to-one" ? smaller : allPairs,
      missingShares: missingShares(a, b, input),
      startMatches: self ? 0.05 * smaller : 0.7 * smaller,
    };
    // threads have nothing else to do while this one estimates
    const loadingIds = loadRecordIds(files, input);
    loadingIds.catch(() => {}); // looked at below
    const model = estimate(estimation);
    const recordIds = await loadingIds;
    const solved = solve({ candidates, model, a, b, memory: input.memory, kernel: input.kernel, cardinality: options.cardinality, threshold: Math.min(LOWEST_THRESHOLD, options.threshold) });
    const all = self ? coherentLinks(solved, { ...candidates, digests: input.memory.i64(a.digests, a.rows) }, options.threshold) : asFarAsTheirPersons(solved, found.count, candidates, several.a, several.b);
    const reaching = options.targetPrecision === undefined ? options.threshold : thresholdForPrecision(all, options.targetPrecision);
    const threshold = reaching ?? STRICTEST_THRESHOLD;
    const links = firstLinks(all, linksAbove(all, threshold));
    const describe = levelDescriber(schema, evidence, usedAtoms(schema));
    const { memory, kernel, pool } = input;
    const foundLinks: FoundLinks = { candidates, model, links, recordIds, levels: (observation) => describe(candidates.observations[observation]!), memory, kernel, pool };
    const handedOn = options.onLinks?.(foundLinks);
    handedOn?.catch(() => {}); // looked at below
    const unreachedByRules = unreachedMatches(estimation, model);
    const unreached = { ...unreachedByRules, matches: unreachedByRules.matches + misplacedMatches(found.count, candidates, links, several.a, several.b) };
    const [quality, ...qualityByThreshold] = linkQualities(all, unreached, [threshold, ...THRESHOLDS]);
    const linkage: Linkage = {
      candidates,
      evidence,
      estimation,
      model,
      fit: judgeFit(estimation, model, self),
      links,
      threshold,
      targetReached: reaching !== undefined,
      unreached,
      quality: quality!,
      qualityByThreshold,
      subgroups: await subgroups({ files, datasets: self ? [a] : [a, b], memory: input.memory, candidates, estimation, model, all, count: links.count, threshold, unreached, once: linkedOnce(options.cardinality), several: [several.a, several.b] }),
      levels: foundLinks.levels,
      allPairs,
      self,
      peakBytes: input.memory.peakBytes,
    };
    await handedOn;
    return linkage;
  });
}

/** The candidate pairs alone, as `linkDatasets` finds them where any record may have several partners; for judging blocking against a truth. */
export async function candidatePairs(options: LinkOptions): Promise<Candidates> {
  return withCandidates(options, async (input) => {
    const { a, b } = input;
    if (a === b && a.own !== undefined) return pairsOfPeople(a.own);
    return withOthers(await findCandidates(input), a.own, b.own);
  });
}

export interface Forecast {
  /** Pairs of every rule, exactly. */
  readonly rules: readonly RuleReport[];
  /** Memory that the run will take, roughly. */
  readonly bytes: number;
  /** Time that it will take on this machine, roughly. */
  readonly seconds: number;
}

/** Seconds of merging, estimating, solving and writing: whatever the size, and for every record. */
const AFTERWARDS = { once: 0.4, record: 0.6e-6 };
/** Joining with the pairs written out, over joining alone. */
const EMITTING = 1.4;
/** Reading the records of which a sample is wanted, over reading and joining them. */
const SAMPLING = 0.2;

/** What a run will take: its rules are joined, nothing is compared. */
export async function forecast(options: LinkOptions): Promise<Forecast> {
  const started = performance.now();
  return withCandidates(options, async (input) => {
    const { a, b, pool } = input;
    // within a file that says who is one person nothing is compared
    const rules = a === b && a.own !== undefined ? [] : await countCandidates(input);
    const joined = (performance.now() - started) / 1000;
    const rows = a === b ? a.rows : a.rows + b.rows;
    const sizes = sizesOf(options);
    const inBuckets = rules.reduce((sum, rule) => (rule.kind === "bucket" ? sum + rule.pairs : sum), 0);
    // pairs within a file are as common in buckets as pairs across the files
    const compared = inBuckets * (1 + sizes.own.reduce((sum, records) => sum + (records * (records - 1)) / 2, 0) / (a.rows * b.rows));
    const comparing = compared === 0 ? 0 : compared / (scanRate(input) * pool.threads);
    const own = sizes.own.reduce((sum, records) => sum + records, 0) / rows;
    const joining = joined * (EMITTING * (1 + own) + (own > 0 ? SAMPLING * (1 - own) : 0));
    // pairs of keys that one record of each file has are mostly absorbed (kernel/assembly/merge.ts)
    const kept = rules.reduce((sum, rule) => (rule.kind === "key" ? sum + rule.pairs - rule.blocks : sum), 0);
    return { rules, bytes: forecastMemory(sizes, kept + rows), seconds: joining + comparing + AFTERWARDS.once + rows * AFTERWARDS.record };
  });
}

function sizesOf({ a, b, threads }: LinkOptions): Sizes {
  const { rows, schema } = a.header;
  const own = b === undefined ? [] : [a, b].map(({ header }) => Math.min(header.rows, MOST_RECORDS));
  return { rowsA: rows, rowsB: b?.header.rows ?? 0, own, stride: rowStride(schema), threads: typeof threads === "number" ? threads : threads.pool.threads, whole: schema.profile === "plain" };
}

/** What `use` works with. The files are checked meanwhile; it says from when on threads have time for all of them. */
async function withCandidates<T>(options: LinkOptions, use: (input: CandidateOptions, checkAll: () => void) => Promise<T>): Promise<T> {
  const { schema } = options.a.header;
  const plan = planMemory(sizesOf(options), options.memory);
  const { memory, pool } = typeof options.threads === "number" ? startLinkThreads(options.threads) : options.threads;
  memory.limitTo(plan.shared);
  const kernel = linkKernel(memory.memory);
  const files = options.b === undefined ? [options.a] : [options.a, options.b];
  const checks = new Map<HashedFile, Promise<void>>();
  const check = (file: HashedFile): Promise<void> => {
    const begun = checks.get(file) ?? file.verify((content) => pool.run({ load: "verify", ...content }));
    begun.catch(() => {}); // looked at in the end
    checks.set(file, begun);
    return begun;
  };
  const checkThese = (some: readonly HashedFile[]): void => some.forEach((file) => void check(file));
  const verify = (): Promise<unknown> => Promise.all(files.map(check));
  try {
    // a piece is checked whenever a thread has nothing else to do; once all are there, so that none gets both files. One file at once, which takes long where there are many threads; the other when they wait for this one
    await pool.started;
    checkThese(files.slice(1));
    const layout = writeRowLayout(schema, memory);
    const rows = files.reduce((sum, file) => sum + file.header.rows, 0);
    let read = 0;
    const loaded: LoadedDataset[] = [];
    for (const file of files) loaded.push(await loadDataset(file, { memory, kernel, pool, layout }, (count) => options.onProgress("loading", (read += count), rows)));
    const [a, b = a] = loaded as [LoadedDataset, LoadedDataset?];
    const found = await use({ schema, evidence: evidenceOf(schema, usedAtoms(schema)), a, b, layout, memory, kernel, pool, blockCap: options.blockCap, mostTuples: plan.tuples, onProgress: options.onProgress }, () => checkThese(files));
    await verify();
    return found;
  } catch (error) {
    // what fails on a file that is not as it was written fails because of that
    await verify();
    throw error;
  } finally {
    await pool.close();
  }
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** Whether what two people share is withheld in each of two files, and only that: each is known to hold one record a person, or which of its records are one person's. */
function withholdsStrangers({ a: { header }, b: other, cardinality }: LinkOptions & SolveChoices, a: LoadedDataset, b: LoadedDataset): boolean {
  const [onceA, onceB] = linkedOnce(cardinality);
  return withholdsShared(header.schema) && other !== undefined && (onceB || a.own !== undefined) && (onceA || b.own !== undefined);
}

/** u of a pair across files: the mean of what each file says of its own random pairs. */
function averageU({ groups }: Evidence, a: HashedFile, b: HashedFile): Float64Array[] {
  return groups.map(({ name, size }) => {
    if (name === NAME_ORDER) return NAMES_OF_STRANGERS;
    const [one, two] = [a, b].map((file) => file.header.randomPairs[name]);
    const mean = Float64Array.from({ length: size }, (_, i) => Math.max(1e-12, ((one?.[i] ?? 0) + (two?.[i] ?? 0)) / 2));
    const sum = mean.reduce((total, p) => total + p, 0);
    return mean.map((p) => p / sum);
  });
}

function firstLinks({ pairs, probabilities, tied, ...rest }: Links, count: number): Links {
  return { ...rest, count, pairs: pairs.subarray(0, count), probabilities: probabilities.subarray(0, count), tied: tied.subarray(0, count) };
}
