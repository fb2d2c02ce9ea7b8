import type { LinkageSchema } from "../schema/linkage-schema.ts";
import type { Attempt, Outcome } from "./attack-file.ts";

export type Verdict = "green" | "amber" | "red" | "reported";

/** One line of an audit: exact figures, for the department's own judgement; what is printed is rounded and suppressed (see disclosed.ts). */
export interface Finding {
  readonly attack: "structure" | "withheld keys" | "cascade" | "landmark" | "weight" | "frequency" | "chained" | "pattern mining" | "top value" | "key sharing" | "weight and length" | "evenness";
  /** Circumstances: the known people, the share of people present, the worst column. */
  readonly of: string;
  /** What `named` and `judged` count; a `measure` counts nothing and stands in `value`. */
  readonly unit: "people" | "values" | "n-grams" | "measure";
  readonly named: number;
  readonly judged: number;
  readonly value?: number;
  /** Largest share allowed. */
  readonly limit?: number;
  readonly verdict: Verdict;
  /** The same attack on the same people in profile plain. */
  readonly control?: { readonly named: number; readonly judged: number };
}

/** Largest share of people that each attack may name, by profile. Plain is held to standard's limits: it fails them, and should. */
const standard = { structure: 0.01, structureOfSome: 0.01, withheld: 0.02, cascade: 0.001, landmark: 0.005, weight: 0.005, frequency: 0.005 };
/** Where only some of the register's people are in the file, more than this is amber: an attacker seldom has the very same people, so this share says more of what he gets. */
const AMBER_OF_SOME = 0.001;
const strict: typeof standard = { structure: 0.001, structureOfSome: 0.001, withheld: 0.001, cascade: 0.001, landmark: 0.001, weight: 0.001, frequency: 0.001 };
/** Share of a column's distinct values that the chained attack may name: above the first amber, above the second red. */
const CHAINED = [0.01, 0.05] as const;
const TOP_VALUE = 0.01;
const KEY_SHARING = 0.1;
const CORRELATION = 0.3;
/** Fewer people than this are never a red on their own: in a small file they are within what guessing does, and their number may not be shown. */
const FEWEST = 10;
/** The same on a sample, where each stands for many of the file. */
const FEWEST_OF_SAMPLE = 6;

export function findings(file: Attempt, control: Attempt, { profile }: Pick<LinkageSchema, "profile">): Finding[] {
  const limits = profile === "strict" ? strict : standard;
  const judged = (attack: Finding["attack"], limit: number, outcomes: readonly Outcome[], controls: readonly Outcome[], { fewest = FEWEST, amber = limit } = {}): Finding[] =>
    outcomes.map((outcome) => {
      const same = controls.find(({ of }) => of === outcome.of) ?? (controls.length === 1 ? controls[0] : undefined);
      return { attack, unit: "people", ...outcome, limit, verdict: outcome.named < fewest || outcome.named <= amber * outcome.judged ? "green" : outcome.named <= limit * outcome.judged ? "amber" : "red", ...(same === undefined ? {} : { control: same }) };
    });
  const { chained, patterns } = file;
  const most = <T>(items: readonly T[], by: (item: T) => number): T | undefined => items.reduce<T | undefined>((best, item) => (best === undefined || by(item) > by(best) ? item : best), undefined);
  const values = file.shapes.filter(({ kind }) => kind !== "bucket");
  const top = most(values, ({ top }) => top);
  const key = most(values.filter(({ kind }) => kind !== "filter"), ({ shared }) => shared);
  const people = file.structure[0]!.judged;
  const share = (attack: "top value" | "key sharing", of: string, named: number, limit: number): Finding => ({ attack, of, unit: "people", named, judged: people, limit, verdict: named >= FEWEST && named > limit * people ? "red" : "green" });
  return [
    ...judged("structure", limits.structure, file.structure.slice(0, 1), control.structure),
    ...judged("structure", limits.structureOfSome, file.structure.slice(1), control.structure, { amber: AMBER_OF_SOME }),
    // nobody sees of every record what is withheld, hence the wider limit; above half the structure attack's it is to be noted
    ...judged("withheld keys", limits.withheld, file.withheld, control.structure, { amber: limits.structure / 2 }),
    ...judged("cascade", limits.cascade, file.cascade, control.cascade),
    ...judged("landmark", limits.landmark, file.landmark, control.landmark, { fewest: FEWEST_OF_SAMPLE }),
    ...judged("weight", limits.weight, [file.weight], [control.weight], { fewest: FEWEST_OF_SAMPLE }),
    ...judged("frequency", limits.frequency, [file.frequency], [control.frequency]),
    { attack: "chained", unit: "values", ...chained, limit: CHAINED[1], verdict: chained.named < FEWEST_OF_SAMPLE || chained.named <= CHAINED[0] * chained.judged ? "green" : chained.named <= CHAINED[1] * chained.judged ? "amber" : "red", control: control.chained },
    { attack: "pattern mining", unit: "n-grams", ...patterns, limit: 0, verdict: patterns.named > 0 ? "red" : "green", control: control.patterns },
    ...(top === undefined ? [] : [share("top value", `${top.kind} ${top.column}`, top.top, TOP_VALUE)]),
    ...(key === undefined ? [] : [share("key sharing", key.column, key.shared, KEY_SHARING)]),
    ...file.filters.flatMap(({ name, correlation, gini, distance }): Finding[] => [
      { attack: "weight and length", of: name, unit: "measure", named: 0, judged: 0, value: correlation, limit: CORRELATION, verdict: Math.abs(correlation) > CORRELATION ? "amber" : "green" },
      { attack: "evenness", of: `${name}: Gini coefficient`, unit: "measure", named: 0, judged: 0, value: gini, verdict: "reported" },
      { attack: "evenness", of: `${name}: Jensen-Shannon distance`, unit: "measure", named: 0, judged: 0, value: distance, verdict: "reported" },
    ]),
  ];
}
