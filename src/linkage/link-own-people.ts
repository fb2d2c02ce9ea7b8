import type { HashedFile } from "../exchange/read-hashed-file.ts";
import type { CandidateOptions, Candidates } from "./candidates.ts";
import type { Evidence } from "./evidence.ts";
import type { Model } from "./estimate.ts";
import type { LinkOptions, Linkage, SolveChoices } from "./link-datasets.ts";
import { linkQualities, linksAbove, qualityOf } from "./link-quality.ts";
import { loadRecordIds } from "./load-record-ids.ts";
import { type OwnPeople, countedStratum, pairsOfPeople } from "./own-people.ts";
import { readObservations } from "./readings.ts";
import type { Links } from "./solve.ts";
import type { StratumSubgroups } from "./subgroups.ts";
import { thresholdForPrecision } from "./threshold-for-precision.ts";
import type { Unreached } from "./unreached.ts";

/**
 * The duplicates within a file whose department has looked for them: its word is taken, and what it thinks of that. Nothing is compared, since nothing is sent of the records by which they could be.
 *
 * @param thresholds for which quality is told besides
 */
export async function linkOwnPeople(options: LinkOptions & SolveChoices, input: CandidateOptions, own: OwnPeople, thresholds: readonly number[]): Promise<Linkage> {
  const { a: file, threshold: least, targetPrecision, onLinks } = options;
  const { memory, kernel, pool } = input;
  const { rows } = file.header;
  const { precision, missed, missedLogSd } = file.header.people!;
  const allPairs = (rows * (rows - 1)) / 2;
  const candidates = pairsOfPeople(own);
  const { count } = candidates;
  const evidence: Evidence = { ...input.evidence, groups: [], facts: [] };
  const model = modelOf(evidence, candidates, { precision, missed, allPairs });
  const every: Links = { count, pairs: Uint32Array.from({ length: count }, (_, pair) => pair), probabilities: new Float64Array(count).fill(precision), tied: new Uint8Array(count), free: new Float64Array(candidates.observations.length).fill(1) };
  const reaching = targetPrecision === undefined ? least : thresholdForPrecision(every, targetPrecision);
  const threshold = reaching ?? thresholds.at(-1)!;
  const kept = linksAbove(every, threshold);
  const links: Links = { ...every, count: kept, pairs: every.pairs.subarray(0, kept), probabilities: every.probabilities.subarray(0, kept), tied: every.tied.subarray(0, kept) };
  const levels = (): string[] => file.header.schema.fields.map(() => "not compared");
  await onLinks?.({ candidates, model, links, recordIds: await loadRecordIds([file], input), levels, memory, kernel, pool });
  const unreached: Unreached = { matches: missed, clustering: 1, logSd: missedLogSd };
  const [quality, ...qualityByThreshold] = linkQualities(every, unreached, [threshold, ...thresholds]);
  return {
    candidates,
    evidence,
    estimation: { schema: file.header.schema, evidence, observations: candidates.observations, u: [], allPairs, mostMatches: allPairs, missingShares: new Map(), startMatches: 0 },
    model,
    fit: { worst: [], misfit: 0, doubts: [] },
    links,
    threshold,
    targetReached: reaching !== undefined,
    quality: quality!,
    qualityByThreshold,
    unreached,
    subgroups: await subgroupsOf(file, own, candidates, links, { precision, unreached, threshold }),
    levels,
    allPairs,
    self: true,
    peakBytes: memory.peakBytes,
  };
}

/** One observation, that the department says so. */
function modelOf(evidence: Evidence, { count, observations }: Candidates, { precision, missed, allPairs }: { precision: number; missed: number; allPairs: number }): Model {
  const matches = count * precision + missed;
  const odds = precision / Math.max(1 - precision, Number.EPSILON);
  const of = <T>(value: T): T[] => observations.map(() => value);
  return {
    groups: [],
    readings: readObservations(evidence, [], []),
    m: [],
    byCare: [],
    careSpread: 0,
    u: [],
    matches,
    excess: 0,
    reached: matches === 0 ? 1 : 1 - missed / matches,
    relatives: [],
    duplicates: [],
    kept: Float64Array.from(of(1)),
    weights: Float64Array.from(of(Math.log2(odds * (allPairs / Math.max(matches, 1))))),
    probabilities: Float64Array.from(of(precision)),
    expected: Float64Array.from(of(count)),
    explained: Uint8Array.from(of(1)),
    iterations: 0,
    converged: true,
  };
}

/** Every link has two ends, each half a link; what was missed is taken to be spread as what was found. */
async function subgroupsOf(file: HashedFile, own: OwnPeople, { rowsA, rowsB }: Candidates, links: Links, { precision, unreached, threshold }: { precision: number; unreached: Unreached; threshold: number }): Promise<StratumSubgroups[]> {
  const { header } = file;
  return Promise.all(
    header.strata.map(async (stratum, s) => {
      const { codes, records: recordsOf } = await countedStratum(file, s, { own, several: true });
      const ends = recordsOf.map(() => 0);
      const isLinked = new Uint8Array(header.rows);
      for (const pair of links.pairs) {
        for (const row of [rowsA[pair]!, rowsB[pair]!]) {
          ends[codes[row]!]! += 1 / 2;
          isLinked[row] = 1;
        }
      }
      const linked = ends.map(() => 0);
      isLinked.forEach((one, row) => (linked[codes[row]!]! += one));
      const groups = recordsOf.flatMap((records, code) => {
        if (records === 0) return [];
        const matches = links.count === 0 ? 0 : (unreached.matches * ends[code]!) / links.count;
        const quality = qualityOf({ threshold, links: ends[code]!, right: ends[code]! * precision, overlooked: 0, unreached: { matches, logSd: unreached.logSd } });
        return [{ value: code === 0 ? undefined : stratum.values[code - 1]!.value, records, linked: linked[code]!, quality, ownLogSd: 1 / Math.sqrt(matches + 1) }];
      });
      return { dataset: header.dataset, stratum: stratum.name, groups };
    }),
  );
}
