import type { HashedFile } from "../exchange/read-hashed-file.ts";
import type { Candidates } from "./candidates.ts";
import type { EstimateOptions, Model } from "./estimate.ts";
import { type LinkQuality, qualityOf } from "./link-quality.ts";
import { type OwnPeople, countedStratum } from "./own-people.ts";
import type { LoadedDataset } from "./record-store.ts";
import type { SharedMemory } from "./shared-memory.ts";
import type { Links } from "./solve.ts";
import { type SubgroupFit, SubgroupFitter } from "./subgroup-fit.ts";
import { MOST_MASKS, SubgroupMissing } from "./subgroup-missing.ts";
import type { Unreached } from "./unreached.ts";

/** What is thought of the links of one group of a stratum. */
export interface Subgroup {
  /** Its value; undefined for the records without one. */
  readonly value: string | undefined;
  readonly records: number;
  /** Records that have a link. */
  readonly linked: number;
  readonly quality: LinkQuality;
  /** Standard deviation of the logarithm of the missed matches' share that comes of the group's being small, for comparisons between groups. */
  readonly ownLogSd: number;
}

export interface StratumSubgroups {
  readonly dataset: string;
  readonly stratum: string;
  readonly groups: readonly Subgroup[];
}

export interface SubgroupInput {
  readonly files: readonly HashedFile[];
  readonly datasets: readonly LoadedDataset[];
  readonly memory: SharedMemory;
  readonly candidates: Candidates;
  readonly estimation: EstimateOptions;
  readonly model: Model;
  /** All links down to a threshold below which hardly a match is left, best first. */
  readonly all: Links;
  /** Number of them that are links. */
  readonly count: number;
  readonly threshold: number;
  readonly unreached: Unreached;
  /** Where a person's other records have links too, whose they are; on the side of each file. */
  readonly several: readonly (OwnPeople | undefined)[];
  /** Whether a record has one match at most, on the side of each file. */
  readonly once: readonly boolean[];
}

/** Fits with what the group's matches lack learned in between. */
const ROUNDS = 2;

/** The quality of links for every group of every stratum, on the side of each file that has strata. Within one file every link has two ends, each half a link. */
export async function subgroups(input: SubgroupInput): Promise<StratumSubgroups[]> {
  const { files, datasets, candidates, model, all } = input;
  if (files.every(({ header }) => header.strata.length === 0)) return [];
  const observationOf = Int32Array.from(all.pairs, (pair) => candidates.observation[pair]!);
  const used = [...new Set(observationOf)].sort((x, y) => x - y);
  const at = new Map(used.map((observation, i) => [observation, i]));
  const linkAt = observationOf.map((observation) => at.get(observation)!);
  // equal evidence has equal probability, so the odds are those of the observation
  const odds = new Float64Array(used.length);
  linkAt.forEach((o, i) => (odds[o] = all.probabilities[i]! / (1 - all.probabilities[i]!)));
  const self = files.length === 1;
  const found: StratumSubgroups[] = [];
  for (const [f, file] of files.entries()) {
    const { header } = file;
    if (header.strata.length === 0) continue;
    const fitter = new SubgroupFitter(input.estimation, model, used.map((observation) => candidates.observations[observation]!), odds, header.rows, input.unreached.clustering);
    const missing = new SubgroupMissing(datasets[f]!, datasets[1 - f] ?? datasets[f]!, input.memory, fitter);
    const ends = self ? [0, 1] : [f];
    const rowsOf = [candidates.rowsA, candidates.rowsB];
    for (const [s, stratum] of header.strata.entries()) {
      const { codes, records: recordsOf } = await countedStratum(file, s, { own: datasets[f]!.own, several: input.several[f] !== undefined });
      const sums = recordsOf.map((records) => ({ records, counts: new Float64Array(used.length), links: new Float64Array(used.length), byMask: new Map<number, number>() }));
      const linked = new Uint8Array(header.rows);
      for (const end of ends) {
        all.pairs.forEach((pair, i) => {
          const row = rowsOf[end]![pair]!;
          const { counts, links, byMask } = sums[codes[row]!]!;
          const o = linkAt[i]!;
          counts[o]! += 1 / ends.length;
          const mask = missing.otherMask[rowsOf[1 - end]![pair]!]!;
          if (mask >= 0) byMask.set(o * MOST_MASKS + mask, (byMask.get(o * MOST_MASKS + mask) ?? 0) + 1 / ends.length);
          if (i >= input.count) return;
          links[o]! += 1 / ends.length;
          linked[row] = 1;
        });
      }
      const linkedOf = sums.map(() => 0);
      linked.forEach((one, row) => one === 1 && linkedOf[codes[row]!]!++);
      const groups = sums.flatMap(({ records, counts, links, byMask }, code): Subgroup[] => {
        if (records === 0) return [];
        const lacking = missing.group((row) => codes[row] === code);
        let fit = fitter.fit({ counts, records, mostMatches: input.once[f]! ? records : Infinity, sliceShares: lacking.shares() });
        for (let round = 0; round < ROUNDS; round++) {
          const partners = new Float64Array(MOST_MASKS);
          for (const [key, count] of byMask) partners[key % MOST_MASKS]! += count * fit.probabilities[Math.floor(key / MOST_MASKS)]!;
          lacking.refine(partners, fit.unreachedBySlice);
          fit = fitter.fit({ counts, records, mostMatches: input.once[f]! ? records : Infinity, sliceShares: lacking.shares() });
        }
        return [subgroup(input, fit, { value: code === 0 ? undefined : stratum.values[code - 1]!.value, records, linked: linkedOf[code]! }, counts, links)];
      });
      found.push({ dataset: header.dataset, stratum: stratum.name, groups });
    }
  }
  return found;
}

function subgroup({ threshold, unreached: whole }: SubgroupInput, { probabilities, unreached, logSd }: SubgroupFit, group: Pick<Subgroup, "value" | "records" | "linked">, counts: Float64Array, links: Float64Array): Subgroup {
  let right = 0;
  let overlooked = 0;
  let number = 0;
  probabilities.forEach((p, o) => {
    number += links[o]!;
    right += links[o]! * p;
    overlooked += (counts[o]! - links[o]!) * p;
  });
  const quality = qualityOf({ threshold, links: number, right, overlooked, unreached: { matches: unreached, logSd: Math.hypot(whole.logSd, logSd) } });
  const missed = overlooked + unreached;
  const ownLogSd = missed === 0 ? 1 : Math.hypot(overlooked / missed / Math.sqrt(overlooked + 1), (unreached / missed) * logSd);
  return { ...group, quality, ownLogSd };
}
