import { FEWEST } from "../report/disclosure-control.ts";
import type { Statistics, SubgroupStatistics } from "../report/statistics.ts";
import { type Terminal, count, percent, table } from "./terminal.ts";

type Stratum = NonNullable<Statistics["subgroups"]>[number];

/** Of a stratum with more groups than this, the summary shows the worst. */
const MOST_GROUPS = 8;

/** How well each group is linked, small ones left out: the summary may be read by more people than the statistics. */
export function printSubgroups({ subgroups = [] }: Statistics, terminal: Terminal): void {
  for (const { dataset, stratum, groups } of subgroups) {
    const shown = groups.filter(({ records, linked }) => records >= FEWEST && linked >= FEWEST);
    const worst = shown.length <= MOST_GROUPS ? shown : shown.toSorted((a, b) => a.estimatedRecall - b.estimatedRecall).slice(0, MOST_GROUPS);
    const left = [...(worst.length < shown.length ? [`the ${MOST_GROUPS} of lowest recall`] : []), ...(shown.length < groups.length ? [`without ${count(groups.length - shown.length)} of under ${FEWEST} people or links`] : [])];
    terminal.result(
      `${dataset} by ${stratum}${left.length > 0 ? ` (${left.join("; ")})` : ""}\n${table(
        worst.map((group) => [
          group.value,
          count(group.records),
          "link rate",
          percent(group.linkRate),
          "estimated recall",
          percent(group.estimatedRecall),
          `${percent(group.recallInterval[0])} to ${percent(group.recallInterval[1])}`,
          `about ${count(group.missedLinks)} missing`,
        ]),
      )}`,
    );
  }
}

export function warnOfSubgroups({ subgroups = [] }: Statistics, terminal: Terminal): void {
  for (const stratum of subgroups) {
    for (const group of stratum.groups) if (group.worse && group.records >= FEWEST) terminal.warn(warning(stratum, group));
  }
}

function warning({ dataset, stratum, groups }: Stratum, group: SubgroupStatistics): string {
  const others = groups.filter((other) => other !== group);
  const sum = (of: (other: SubgroupStatistics) => number): number => others.reduce((total, other) => total + of(other), 0);
  const who = `${dataset}, ${stratum} ${group.value}`;
  if (group.worseIn.includes("recall")) {
    const right = sum(({ linked, estimatedPrecision }) => linked * estimatedPrecision);
    const rest = right / (right + sum(({ missedLinks }) => missedLinks));
    return `${who}: its matches are missed more often: estimated recall ${percent(group.estimatedRecall)}, that of the others ${percent(rest)}`;
  }
  return `${who}: linked less often (${percent(group.linkRate)}, the others ${percent(sum(({ linked }) => linked) / sum(({ records }) => records))}), but its matches do not seem to be missed more often: it may be less present in the other file`;
}
