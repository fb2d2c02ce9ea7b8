import type { Interval, Statistics, SubgroupStatistics } from "./statistics.ts";
import type { LinkFigures, Truth } from "./truth.ts";

/** Links against the truth, and the estimates beside it. */
export interface Evaluation extends LinkFigures {
  readonly truePairs: number;
  /** Share of true pairs that blocking reached. */
  readonly pair_completeness: number;
  /** Share of all pairs that blocking spared. */
  readonly reduction_ratio: number;
  readonly estimated_precision: number;
  readonly estimated_recall: number;
  /** 95 %, model-based. */
  readonly estimated_precision_interval: Interval;
  readonly estimated_recall_interval: Interval;
  /** True pairs that name an id which no lookup has; they count as missed. */
  readonly unknown_pairs: number;
  /** The same by group, where the run has strata. */
  readonly subgroups?: readonly { readonly dataset: string; readonly stratum: string; readonly groups: readonly SubgroupEvaluation[] }[];
}

/** True pairs and links of a group's records; `estimated` is what the statistics say of it. */
interface SubgroupEvaluation {
  readonly value: string;
  readonly truePairs: number;
  readonly links: number;
  readonly rightLinks: number;
  readonly precision: number;
  readonly recall: number;
  readonly estimated: SubgroupStatistics;
}

/** Groups of one stratum, as rows of one file have them. */
export interface StratumCodes {
  /** The file: 0 for the first, 1 for the second. */
  readonly side: number;
  /** Group of each row, in the order of the statistics. */
  readonly groupOf: Int32Array;
  readonly statistics: NonNullable<Statistics["subgroups"]>[number];
}

export interface EvaluationInput {
  readonly truth: Truth;
  /** True pairs that blocking reached. */
  readonly reached: number;
  /** Rows of the linked records. */
  readonly linksA: Uint32Array;
  readonly linksB: Uint32Array;
  /** Whether both sides are one file, so that each of a pair's records is half of it. */
  readonly self: boolean;
  readonly statistics: Statistics;
  readonly strata: readonly StratumCodes[];
}

export function evaluate({ truth, reached, linksA, linksB, self, statistics, strata }: EvaluationInput): Evaluation {
  const counts = strata.map(({ statistics: { groups } }) => groups.map(() => ({ truePairs: 0, links: 0, rightLinks: 0 })));
  /** Counts a pair for the groups of its records: within one file it has two ends, each half a pair. */
  const countPair = (a: number, b: number, what: "truePairs" | "links" | "rightLinks"): void => {
    for (const [s, { side, groupOf }] of strata.entries()) {
      if (self) {
        counts[s]![groupOf[a]!]![what] += 0.5;
        counts[s]![groupOf[b]!]![what] += 0.5;
      } else counts[s]![groupOf[side === 0 ? a : b]!]![what]++;
    }
  };
  const truePairs = truth.rows();
  if (strata.length > 0) truePairs.a.forEach((a, i) => countPair(a, truePairs.b[i]!, "truePairs"));
  let right = 0;
  const links = linksA.length;
  for (let i = 0; i < links; i++) {
    const [a, b] = [linksA[i]!, linksB[i]!];
    countPair(a, b, "links");
    if (!truth.has(a, b)) continue;
    right++;
    countPair(a, b, "rightLinks");
  }
  return {
    truePairs: truth.total,
    ...truth.figures(links, right),
    pair_completeness: reached / truth.total,
    reduction_ratio: statistics.pairs.reductionRatio,
    estimated_precision: statistics.estimated.precision,
    estimated_recall: statistics.estimated.recall,
    estimated_precision_interval: statistics.estimated.precisionInterval,
    estimated_recall_interval: statistics.estimated.recallInterval,
    unknown_pairs: truth.unknown,
    ...(strata.length === 0
      ? {}
      : {
          subgroups: strata.map(({ statistics: { dataset, stratum, groups } }, s) => ({
            dataset,
            stratum,
            groups: groups.map((estimated, g) => {
              const count = counts[s]![g]!;
              return { value: estimated.value, ...count, precision: count.links === 0 ? 1 : count.rightLinks / count.links, recall: count.truePairs === 0 ? 1 : count.rightLinks / count.truePairs, estimated };
            }),
          })),
        }),
  };
}

/** Whether the truth lies in an interval of the statistics, whose ends have six digits. */
export function isWithin(truth: number, [low, high]: Interval): boolean {
  return truth >= low - 1e-6 && truth <= high + 1e-6;
}
