import { csvCell } from "../output/csv-cell.ts";
import { verdictOf } from "./checks.ts";
import type { Told } from "./disclosure-control.ts";
import type { Report } from "./report.ts";
import type { Section } from "./sections.ts";

/**
 * A report as one long table, a figure a line. `bound` says "under" or "over" where the value is only a bound, "withheld" where there is none to show; shares are between 0 and 1.
 */
export function reportCsv(report: Report, sections: readonly Section[]): string {
  const lines = ["section,table,row,column,value,bound,low,low_bound,high,high_bound,unit"];
  const line = (...cells: readonly string[]): void => void lines.push(cells.map((cell) => csvCell(inert(cell))).join(","));
  line("checks", "checks", "all", "judgement", verdictOf(report.checks), "", "", "", "", "", "text");
  for (const { name, status } of report.checks) line("checks", "checks", name, "judgement", status, "", "", "", "", "", "text");
  for (const { id, tables } of sections) {
    for (const { name, columns, rows } of tables) {
      for (const [head, ...cells] of rows) {
        cells.forEach((cell, c) => {
          if (cell === "") return;
          if (typeof cell === "string") return line(id, name, head, columns[c + 1]!, cell, "", "", "", "", "", "text");
          const [low, high] = cell.interval ?? [];
          return line(id, name, head, columns[c + 1]!, ...valueAndBound(cell.told), ...(low === undefined ? ["", ""] : valueAndBound(low)), ...(high === undefined ? ["", ""] : valueAndBound(high)), cell.as);
        });
      }
    }
  }
  return `${lines.join("\n")}\n`;
}

function valueAndBound(told: Told): [string, string] {
  if (told === null) return ["", "withheld"];
  if (typeof told === "number") return [`${told}`, ""];
  return "under" in told ? [`${told.under}`, "under"] : [`${told.over}`, "over"];
}

/** Text that a spreadsheet would take for a formula is kept from being one. */
function inert(text: string): string {
  return /^[=@+]|^-(?!\d)/.test(text) ? `'${text}` : text;
}
