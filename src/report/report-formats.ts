import { SaltlinkError } from "../errors.ts";
import { compareReports } from "./comparison.ts";
import { reportCsv } from "./report-csv.ts";
import { reportMarkdown } from "./report-markdown.ts";
import type { Report } from "./report.ts";
import { sectionsOf } from "./sections.ts";

export type ReportFormat = "html" | "json" | "markdown" | "csv";

const ENDINGS: Record<string, ReportFormat> = { html: "html", htm: "html", json: "json", md: "markdown", csv: "csv" };

/** The format that a file's name asks for. @throws SaltlinkError (usage) when it asks for none */
export function formatOf(path: string): ReportFormat {
  const format = ENDINGS[/\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? ""];
  if (format === undefined) throw new SaltlinkError("usage", `${path}: a report's name ends in .html, .json, .md or .csv`);
  return format;
}

/** The same figures, whatever the format. */
export async function reportText(format: ReportFormat, report: Report, other?: Report): Promise<string> {
  const comparison = other === undefined ? undefined : compareReports(report, other);
  if (format === "json") return `${JSON.stringify({ ...report, ...(comparison === undefined ? {} : { comparison }) }, null, 2)}\n`;
  const sections = sectionsOf(report, comparison);
  if (format === "markdown") return reportMarkdown(report, sections);
  if (format === "csv") return reportCsv(report, sections);
  // loaded when it is wanted: what draws the charts takes as long to load as all the rest
  const { reportPage } = await import("./report-page.ts");
  return reportPage(report, sections, comparison);
}
