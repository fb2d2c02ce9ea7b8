import type { TopLevelSpec } from "vega-lite";
import type { Comparison } from "./comparison.ts";
import type { Told } from "./disclosure-control.ts";
import type { ToldInterval } from "./quality-figures.ts";
import type { Report } from "./report.ts";
import { judgementOf, outcomeWords, ruleWords, words } from "./sections.ts";

/** A chart in Vega-Lite, for a wide or a narrow page. */
export interface Chart {
  readonly name: string;
  readonly spec: TopLevelSpec;
}

export type PageWidth = "wide" | "narrow";

const WIDTHS: Record<PageWidth, number> = { wide: 720, narrow: 330 };
/** Of the page's style sheet, so that a chart follows it into the dark and onto paper. Blue and orange are told apart by all kinds of sight (Okabe & Ito 2008). */
const BLUE = "var(--blue)";
const ORANGE = "var(--orange)";

type Layers = readonly object[];

export function chartsOf(report: Report, comparison: Comparison | undefined, width: PageWidth): Chart[] {
  const charts: Chart[] = [missing(report, width), rules(report, width), ...report.parameters.map((group) => outcomes(group, width)), histogram(report, width), thresholds(report, width)];
  report.subgroups.forEach((subgroup, i) => charts.push(intervals(`subgroups-${i}`, `Link rate and recall by ${words(subgroup.stratum)} in ${subgroup.dataset}, with 95 % intervals`, subgroupRows(subgroup), width)));
  if (comparison !== undefined) charts.push(intervals("comparison", "Precision and recall of both runs, with 95 % intervals", comparisonRows(comparison), width));
  return charts;
}

function chart(name: string, description: string, width: PageWidth, data: readonly object[], layer: Layers, more: object = {}): Chart {
  return {
    name,
    spec: {
      $schema: "https://vega.github.io/schema/vega-lite/v6.json",
      description,
      width: WIDTHS[width],
      autosize: { type: "fit-x", contains: "padding" },
      data: { values: data },
      layer,
      ...more,
      config,
    } as unknown as TopLevelSpec,
  };
}

const config = {
  background: "transparent",
  font: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  view: { stroke: null },
  axis: { labelColor: "var(--ink)", titleColor: "var(--muted)", titleFontWeight: 400, labelFontSize: 12, titleFontSize: 12, gridColor: "var(--line)", domainColor: "var(--faint)", tickColor: "var(--faint)", labelLimit: 260 },
  axisY: { domain: false, ticks: false, labelPadding: 8 },
  legend: { orient: "top", direction: "horizontal", title: null, labelColor: "var(--ink)", labelFontSize: 12, symbolOpacity: 1, offset: 8 },
  text: { color: "var(--ink)", fontSize: 12 },
};

/** A count or share as far as it can be drawn: a bound is drawn as the bound. */
function drawn(told: Told): number | null {
  return told === null || typeof told === "number" ? told : "under" in told ? told.under : told.over;
}

function isBound(told: Told): boolean {
  return typeof told === "object";
}

/** Bars with long names: beside them where there is room, above them where there is none. */
function labelled(field: string, width: PageWidth, beside = width === "wide"): { y: object; names: Layers; bar: object; height: object } {
  if (beside) return { y: { field, type: "nominal", sort: null, title: null, axis: { labelLimit: 340 } }, names: [], bar: { height: 12 }, height: { step: 22 } };
  return {
    y: { field, type: "nominal", sort: null, title: null, axis: null },
    names: [{ mark: { type: "text", align: "left", baseline: "middle", dy: -7, limit: WIDTHS[width] - 10, aria: false }, encoding: { y: { field, type: "nominal", sort: null }, x: { value: 0 }, text: { field } } }],
    bar: { height: 10, yOffset: 8 },
    height: { step: 38 },
  };
}

function missing({ files }: Report, width: PageWidth): Chart {
  const data = files.flatMap(({ dataset, fields }) => fields.map(({ field, missingShare }) => ({ field: words(field), file: dataset, share: drawn(missingShare), bound: isBound(missingShare) ? "at most" : "" })));
  return chart(
    "missing",
    "Share of records without each field, by file",
    width,
    data,
    [
      {
        mark: { type: "bar", tooltip: true, height: { band: 0.85 } },
        encoding: {
          y: { field: "field", type: "nominal", sort: null, title: null },
          yOffset: { field: "file", sort: null },
          x: { field: "share", type: "quantitative", title: "records without it", axis: { format: ".1~%", tickCount: width === "wide" ? 6 : 4 } },
          color: { field: "file", type: "nominal", sort: null, scale: { range: [BLUE, ORANGE] } },
          opacity: { condition: { test: "datum.bound === 'at most'", value: 0.45 }, value: 1 },
        },
      },
    ],
    { height: { step: files.length === 1 ? 24 : 14 } },
  );
}

function rules({ rules }: Report, width: PageWidth): Chart {
  const data = rules.map(({ kind, parts, matches, onlyHere }, i) => ({
    rule: `${i + 1}. ${kind === "bucket" ? "bucketed: " : ""}${ruleWords(parts)}`,
    matches: drawn(matches),
    // too few to tell is as good as none at this scale
    alone: typeof onlyHere === "number" ? onlyHere : 0,
  }));
  const { y, names, bar, height } = labelled("rule", width, false);
  const bars = (field: string, label: string): object => ({
    mark: { type: "bar", tooltip: true, ...bar },
    encoding: { y, x: { field, type: "quantitative", title: "estimated matches", axis: { format: ",.0f", tickCount: width === "wide" ? 6 : 3 } }, color: { datum: label, scale: { domain: ["reached by the rule", "by this rule alone"], range: [BLUE, ORANGE] } } },
  });
  return chart("rules", "Estimated matches that each blocking rule reaches, and those that it alone reaches", width, data, [bars("matches", "reached by the rule"), bars("alone", "by this rule alone"), ...names], { height });
}

/** Outcomes that say much of the model: those of ten matches or of one random pair in a thousand. */
function outcomes({ group, fields, outcomes }: Report["parameters"][number], width: PageWidth): Chart {
  const data = outcomes
    .filter(({ m, u, weight }) => weight !== null && !((typeof m === "number" ? m < 0.001 : isBound(m) && m !== null && "under" in (m as object)) && (drawn(u) ?? 0) < 0.01))
    .map(({ outcome, weight }) => ({ outcome: outcomeWords(outcome), weight: drawn(weight), bound: isBound(weight) ? "at most, or at least" : "" }));
  const { y, names, bar, height } = labelled("outcome", width);
  return chart(
    `weights-${group}`,
    `Match weights of ${fields.map(words).join(" and ")}: to the right what speaks for a match, to the left what speaks against`,
    width,
    data,
    [
      {
        mark: { type: "bar", tooltip: true, ...bar },
        encoding: {
          y,
          x: { field: "weight", type: "quantitative", title: "match weight, bits", scale: { domainMin: -15, domainMax: 20 }, axis: { tickCount: width === "wide" ? 8 : 5 } },
          color: { condition: { test: "datum.weight < 0", value: ORANGE }, value: BLUE },
          opacity: { condition: { test: "datum.bound !== ''", value: 0.45 }, value: 1 },
        },
      },
      ...names,
    ],
    { height },
  );
}

function histogram({ weights }: Report, width: PageWidth): Chart {
  const data = weights.flatMap(({ from, to, pairs, matches, others }) =>
    [
      { kind: "thought matches", told: matches },
      { kind: "thought others", told: others },
    ].flatMap(({ kind, told }) => (told === null || pairs === null || (typeof told === "object" && "under" in told) ? [] : [{ from, to, kind, pairs: typeof told === "number" ? told : drawn(pairs) }])),
  );
  return chart(
    "histogram",
    "Candidate pairs by match weight, on a logarithmic scale: those thought matches and those thought others",
    width,
    data,
    [
      {
        mark: { type: "bar", tooltip: true, binSpacing: 1 },
        encoding: {
          x: { field: "from", type: "quantitative", bin: "binned", title: "match weight, bits", axis: { tickCount: width === "wide" ? 10 : 5 } },
          x2: { field: "to" },
          y: { field: "pairs", type: "quantitative", stack: null, title: "pairs (logarithmic)", scale: { type: "log", domainMin: 1, nice: true }, axis: { format: ",.0f", values: [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000] } },
          y2: { datum: 1 },
          color: { field: "kind", type: "nominal", scale: { domain: ["thought matches", "thought others"], range: [BLUE, ORANGE] } },
          opacity: { value: 0.8 },
        },
      },
    ],
    { height: 240 },
  );
}

function thresholds({ thresholds, threshold }: Report, width: PageWidth): Chart {
  const row = (at: number, measure: string, told: Told, [low, high]: ToldInterval): object => ({ threshold: at, measure, value: typeof told === "number" ? told : null, low: drawn(low), high: typeof high === "number" ? high : high === null ? null : 1 });
  const data = thresholds.flatMap((each) => [row(each.threshold, "precision", each.precision, each.precisionInterval), row(each.threshold, "recall", each.recall, each.recallInterval)]);
  // the steps of the slider: what happens, happens near 1
  const x = { field: "threshold", type: "ordinal", title: "threshold: least probability of a link", scale: { type: "point", domain: thresholds.map((each) => each.threshold) }, axis: { labelAngle: 0, grid: false, values: width === "wide" ? [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999] : [0.1, 0.3, 0.5, 0.7, 0.9, 0.99] } };
  const color = { field: "measure", type: "nominal", scale: { domain: ["precision", "recall"], range: [BLUE, ORANGE] } };
  const y = { type: "quantitative", title: "share", scale: { zero: false, domainMax: 1 }, axis: { format: ".2~%" } };
  return chart(
    "thresholds",
    "Precision and recall by threshold, with their 95 % intervals",
    width,
    data,
    [
      { mark: { type: "area", opacity: 0.22, interpolate: "monotone", aria: false }, encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color } },
      { mark: { type: "line", interpolate: "monotone", strokeWidth: 2, aria: false }, encoding: { x, y: { ...y, field: "value" }, color } },
      { transform: [{ filter: "datum.value !== null" }], mark: { type: "point", filled: true, size: 36, tooltip: true }, encoding: { x, y: { ...y, field: "value" }, color, shape: { field: "measure", type: "nominal", scale: { domain: ["precision", "recall"] } } } },
      { data: { values: [{}] }, transform: [{ calculate: "at", as: "threshold" }], mark: { type: "rule", strokeWidth: 1.5, strokeDash: [4, 3], color: "var(--ink)", aria: false }, encoding: { x } },
    ],
    { height: 260, params: [{ name: "at", value: threshold }] },
  );
}

interface IntervalRow {
  readonly name: string;
  readonly measure: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

function intervalRow(name: string, measure: string, told: Told, [low, high]: ToldInterval): IntervalRow {
  return { name, measure, value: typeof told === "number" ? told : null, low: low === null ? null : typeof low === "object" && "under" in low ? 0 : drawn(low), high: high === null ? null : typeof high === "object" && "over" in high ? 1 : drawn(high) };
}

function subgroupRows({ groups }: Report["subgroups"][number]): IntervalRow[] {
  return groups.flatMap((group) => {
    const name = `${group.value}${group.worse ? ` (${judgementOf(group)})` : ""}`;
    return [intervalRow(name, "link rate", group.linkRate, group.linkRateInterval), intervalRow(name, "recall", group.recall, group.recallInterval)];
  });
}

function comparisonRows({ figures }: Comparison): IntervalRow[] {
  return figures.flatMap(({ name, here, there, hereInterval, thereInterval }) => (name !== "precision" && name !== "recall" ? [] : [intervalRow(name, "this run", here, hereInterval!), intervalRow(name, "other run", there, thereInterval!)]));
}

/** Points with the intervals around them; a point that is only bounded has none. */
function intervals(name: string, description: string, data: readonly IntervalRow[], width: PageWidth): Chart {
  const measures = [...new Set(data.map(({ measure }) => measure))];
  const y = { field: "name", type: "nominal", sort: null, title: null };
  const yOffset = { field: "measure", sort: null };
  const color = { field: "measure", type: "nominal", scale: { domain: measures, range: [BLUE, ORANGE] } };
  const x = { type: "quantitative", title: "share, with its 95 % interval", scale: { zero: false, domainMax: 1 }, axis: { format: ".2~%", tickCount: width === "wide" ? 8 : 4 } };
  return chart(
    name,
    description,
    width,
    data,
    [
      { mark: { type: "rule", strokeWidth: 3, opacity: 0.45, tooltip: true }, encoding: { y, yOffset, x: { ...x, field: "low" }, x2: { field: "high" }, color } },
      { transform: [{ filter: "datum.value !== null" }], mark: { type: "point", filled: true, size: 64, opacity: 1, tooltip: true }, encoding: { y, yOffset, x: { ...x, field: "value" }, color, shape: { field: "measure", type: "nominal", scale: { domain: measures } } } },
    ],
    { height: { step: 18 } },
  );
}

