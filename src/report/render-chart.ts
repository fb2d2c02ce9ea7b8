import type { TopLevelSpec } from "vega-lite";

/** Draws a chart as SVG without a browser, for pages with scripts off. */
export async function renderChart(spec: TopLevelSpec): Promise<string> {
  // only here: to load them takes as long as linking a hundred thousand records
  const [{ Error: errorsOnly, View, logger, parse }, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const view = new View(parse(compile(spec, { logger: logger(errorsOnly) }).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}
