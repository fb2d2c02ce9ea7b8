import type { Figures } from "./result.ts";

const HEADINGS = ["work", "records", "tool", "minimum", "median", "maximum", "processor", "rate", "bytes/record", "peak memory", "F1", "saltlink is"];

/** Figures as rows of cells, headings first. */
export function resultTable(figures: readonly Figures[]): string[][] {
  return [
    HEADINGS,
    ...figures.map(({ work, records, tool, seconds, cpuSeconds, rate, unit, bytesPerRecord, peakMemory, f1, ratio }) => [
      work,
      short(records),
      tool,
      ...[seconds.minimum, seconds.median, seconds.maximum, cpuSeconds?.median].map((value) => (value === undefined ? "" : `${value < 10 ? value.toFixed(2) : value.toFixed(1)} s`)),
      `${short(rate)} ${unit}/s`,
      bytesPerRecord === undefined ? "" : String(bytesPerRecord),
      peakMemory === undefined ? "" : `${(peakMemory / 2 ** 30).toFixed(2)} GiB`,
      f1 === undefined ? "" : f1.toFixed(4),
      ratio === undefined ? "" : ratio === null ? "not at equal work" : `${ratio.toFixed(ratio < 10 ? 2 : 1)} x as fast`,
    ]),
  ];
}

function short(value: number): string {
  const [scaled, suffix] = value >= 1e6 ? [value / 1e6, " M"] : value >= 1e3 ? [value / 1e3, " k"] : [value, ""];
  return `${scaled >= 100 || Number.isInteger(scaled) ? Math.round(scaled) : scaled.toFixed(1)}${suffix}`;
}
