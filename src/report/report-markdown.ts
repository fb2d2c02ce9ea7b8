import { verdictOf } from "./checks.ts";
import { cellText } from "./figure-text.ts";
import type { Report } from "./report.ts";
import { type Section, headline } from "./sections.ts";
import { confidentiality, statusWords, verdictWords } from "./wording.ts";

/** A report as Markdown. */
export function reportMarkdown(report: Report, sections: readonly Section[]): string {
  const lines = [
    `# ${escaped(headline(report))}`,
    `Project ${escaped(report.project)}, ${report.tool}. **${verdictWords[verdictOf(report.checks)]}**`,
    confidentiality(report),
    "## Checks",
    tableOf(["check", "judgement", "finding", "what to do"], [], report.checks.map(({ name, status, finding, advice }) => [name, statusWords[status], finding, advice])),
  ];
  sections.forEach(({ title, words, tables }, i) => {
    lines.push(`## ${i + 1}. ${title}`, ...words.map(escaped));
    for (const { caption, columns, rows } of tables) lines.push(`**${escaped(caption)}**`, tableOf(columns, columns.flatMap((_, c) => (rows.some((row) => typeof row[c] !== "string") ? [c] : [])), rows.map((row) => row.map((cell) => {
      const { text, interval } = cellText(cell);
      return interval === undefined ? text : `${text} (${interval})`;
    }))));
  });
  return `${lines.join("\n\n")}\n`;
}

/** @param figures which columns hold figures */
function tableOf(columns: readonly string[], figures: readonly number[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  return [line(columns), `|${columns.map((_, c) => (figures.includes(c) ? "---:|" : "---|")).join("")}`, ...rows.map(line)].join("\n");
}

/** Names of files and groups are not ours: nothing in them may be markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|#]/g, String.raw`\$&`).replaceAll(/\s+/g, " ");
}
