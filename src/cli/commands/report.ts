import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Option } from "commander";
import { SaltlinkError, fileError } from "../../errors.ts";
import { PartialFile, protectInputs } from "../../output/partial-file.ts";
import { RUN_FILES } from "../../report/run-directory.ts";
import { type AuditVerdict, reportOf } from "../../report/report.ts";
import { readReportedRun } from "../../report/reported-run.ts";
import { type ReportFormat, formatOf, reportText } from "../../report/report-formats.ts";
import type { Terminal } from "../terminal.ts";
import type { AddCommand } from "./command.ts";

interface ReportOptions {
  out?: string;
  compare?: string;
  audit?: string[];
  full?: boolean;
  json?: boolean;
  markdown?: boolean;
  csv?: boolean;
  force?: boolean;
}

export const addReport: AddCommand = (program, { terminal }) => {
  program
    .command("report")
    .description("show what a run found and how good it is, as one page that opens anywhere")
    .argument("<run>", "directory of a run")
    .option("--out <file>", "write the report here; the name's ending (.html, .json, .md, .csv) says as what")
    .option("--compare <run>", "set another run beside it")
    .option("--audit <file...>", "what audit --json printed for the hashed files")
    .option("--full", "exact figures, for the linkage unit alone (without it counts of fewer than ten people are withheld)")
    .addOption(new Option("--json", "print the figures as JSON").conflicts(["markdown", "csv"]))
    .addOption(new Option("--markdown", "print them as Markdown").conflicts("csv"))
    .option("--csv", "print them as CSV, a figure a line")
    .option("--force", "replace the report if it is there")
    .addHelpText("after", "\nExamples:\n  saltlink report run --out report.html\n  saltlink report run --compare run-2 --out comparison.html\n  saltlink report run --csv > figures.csv")
    .action((run: string, options: ReportOptions) => report(run, options, terminal));
};

async function report(run: string, options: ReportOptions, terminal: Terminal): Promise<void> {
  const { out, compare, full = false } = options;
  const printed: ReportFormat | undefined = options.json === true ? "json" : options.markdown === true ? "markdown" : options.csv === true ? "csv" : undefined;
  if (out === undefined && printed === undefined) throw new SaltlinkError("usage", "say where the report goes with --out report.html (or print it: --json, --markdown, --csv)");
  const format = out === undefined ? undefined : formatOf(out);
  const one = reportOf(readReportedRun(run), { full, audits: (options.audit ?? []).map(readAudit) });
  const other = compare === undefined ? undefined : reportOf(readReportedRun(compare), { full });
  if (out !== undefined) {
    protectInputs([...(options.audit ?? []), ...[run, compare].flatMap((each) => (each === undefined ? [] : RUN_FILES.map((name) => join(each, name))))]);
    const file = new PartialFile(out, { force: options.force === true });
    file.write(await reportText(format!, one, other));
    file.commit();
    terminal.note(`${out}: ${full ? "exact figures, it stays in the linkage unit" : "disclosure-controlled; put it through your output check before it leaves the linkage unit"}`);
  }
  if (printed !== undefined) terminal.result(await reportText(printed, one, other));
}

/** The verdict of an audit's JSON: red when an attack is over its limit, amber when one is near. Measures beside the attacks (a filter's weight against a name's length) name nobody and have no say, as in the audit itself. */
function readAudit(path: string): AuditVerdict {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw fileError(error, "read", path);
  }
  try {
    const { verdict, findings } = JSON.parse(text) as { verdict: string; findings: { attack: string; unit: string; verdict: string }[] };
    const attacks = (as: string): string[] => [...new Set(findings.filter((finding) => finding.unit !== "measure" && finding.verdict === as).map(({ attack }) => attack))].filter((attack) => /^[a-z ]{1,30}$/.test(attack));
    if ((verdict === "green" || verdict === "red") && Array.isArray(findings)) {
      const worst = verdict === "red" ? "red" : attacks("amber").length > 0 ? "amber" : "green";
      return { file: basename(path), verdict: worst, attacks: worst === "green" ? [] : attacks(worst) };
    }
  } catch {
    // said below
  }
  throw new SaltlinkError("input", `${path} is not what saltlink audit --json prints`);
}
