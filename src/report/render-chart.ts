import { Error as errorsOnly, View, logger, parse } from "vega";
import { type TopLevelSpec, compile } from "vega-lite";

/** Draws a chart as SVG without a browser, for pages with scripts off. */
export async function renderChart(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec, { logger: logger(errorsOnly) }).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}
