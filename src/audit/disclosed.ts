import type { AuditReport } from "./audit.ts";
import type { Finding, Verdict } from "./findings.ts";

/** What an audit may show outside the run: counts of people under ten are not told, nor the shares that would tell them. */
export interface DisclosedFinding {
  readonly attack: Finding["attack"];
  readonly of: string;
  readonly unit: Finding["unit"];
  /** Number named; null when fewer than ten (none among them). */
  readonly named: number | null;
  readonly judged: number;
  /** Share named, or where that is null no more than `shareBelow`. */
  readonly share: number | null;
  readonly shareBelow?: number;
  readonly value?: number;
  readonly limit?: number;
  readonly verdict: Verdict;
  /** Share that the same attack names in profile plain; null when fewer than ten. */
  readonly control?: number | null;
}

const FEWEST = 10;

export function disclosed({ findings }: AuditReport): DisclosedFinding[] {
  return findings.map(({ attack, of, unit, named, judged, value, limit, verdict, control }) => {
    const suppressed = unit === "people" && named < FEWEST;
    return {
      attack,
      of,
      unit,
      named: suppressed || unit === "measure" ? null : named,
      judged,
      share: suppressed || unit === "measure" || judged === 0 ? null : rounded(named / judged),
      ...(suppressed && judged > 0 ? { shareBelow: rounded(Math.min(1, FEWEST / judged)) } : {}),
      ...(value === undefined ? {} : { value: rounded(value) }),
      ...(limit === undefined ? {} : { limit }),
      verdict,
      ...(control === undefined ? {} : { control: control.judged === 0 || (unit === "people" && control.named < FEWEST) ? null : rounded(control.named / control.judged) }),
    };
  });
}

function rounded(share: number): number {
  return Number(share.toPrecision(3));
}
