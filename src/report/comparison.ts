import { FEWEST, type Told } from "./disclosure-control.ts";
import type { ToldInterval } from "./quality-figures.ts";
import type { Report } from "./report.ts";

/** A report beside that of another run. */
export interface Comparison {
  readonly figures: readonly ComparedFigure[];
  readonly settings: readonly { readonly name: string; readonly here: string; readonly there: string }[];
}

interface ComparedFigure {
  readonly name: string;
  readonly as: "count" | "share";
  readonly here: Told;
  readonly there: Told;
  readonly hereInterval?: ToldInterval;
  readonly thereInterval?: ToldInterval;
  /** Here less there, where both are told and it is not of a few people. */
  readonly difference: Told;
}

export function compareReports(here: Report, there: Report): Comparison {
  const figure = (name: string, as: ComparedFigure["as"], of: (report: Report) => Told, interval?: (report: Report) => ToldInterval): ComparedFigure => {
    const [mine, others] = [of(here), of(there)];
    return { name, as, here: mine, there: others, ...(interval === undefined ? {} : { hereInterval: interval(here), thereInterval: interval(there) }), difference: difference(mine, others, as, here.restricted && there.restricted) };
  };
  const setting = (name: string, of: (report: Report) => string): Comparison["settings"][number] => ({ name, here: of(here), there: of(there) });
  return {
    figures: [
      figure("links", "count", ({ quality }) => quality.links),
      figure("precision", "share", ({ quality }) => quality.precision, ({ quality }) => quality.precisionInterval),
      figure("recall", "share", ({ quality }) => quality.recall, ({ quality }) => quality.recallInterval),
      figure("wrong links", "count", ({ quality }) => quality.wrongLinks, ({ quality }) => quality.wrongLinksInterval),
      figure("missed links", "count", ({ quality }) => quality.missedLinks, ({ quality }) => quality.missedLinksInterval),
      figure("matches", "count", ({ quality }) => quality.matches),
      figure("reached by the rules", "share", ({ quality }) => quality.reached),
      figure("candidate pairs", "count", ({ pairs }) => pairs.candidates),
    ],
    settings: [
      setting("files", ({ files }) => files.map(({ dataset }) => dataset).join(", ")),
      setting("files by digest", ({ reproduction }) => reproduction.inputs.map(({ contentDigest }) => contentDigest.slice(0, 12)).join(", ")),
      setting("schema by digest", ({ reproduction }) => reproduction.schemaDigest.slice(0, 12)),
      setting("profile", ({ schema }) => schema.profile),
      setting("kind of link", ({ mode }) => mode),
      setting("threshold", ({ threshold }) => `${threshold}`),
      setting("block cap", ({ reproduction }) => `${reproduction.blockCap}`),
      setting("made with", ({ tool }) => tool),
    ],
  };
}

function difference(here: Told, there: Told, as: ComparedFigure["as"], restricted: boolean): Told {
  if (typeof here !== "number" || typeof there !== "number") return null;
  if (as === "share") return Number((here - there).toPrecision(4));
  return restricted || Math.abs(here - there) >= FEWEST ? here - there : { under: FEWEST };
}
