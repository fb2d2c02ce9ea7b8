import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { SaltlinkError, fileError } from "../../errors.ts";
import type { Statistics } from "../../report/statistics.ts";
import { readStatistics } from "../../report/run-directory.ts";
import { type Terminal, count, percent } from "../terminal.ts";
import type { AddCommand } from "./command.ts";

export const addDemo: AddCommand = (program, { terminal, run }) => {
  program
    .command("demo")
    .description("walk through the whole job on invented departments")
    .option("--out <directory>", "keep the files in this new directory (default: a temporary one)")
    .addHelpText("after", "\nExample:\n  saltlink demo --out tour")
    .action(({ out }: { out?: string }) => demo(out, terminal, run));
};

async function demo(out: string | undefined, terminal: Terminal, run: (argv: string[]) => Promise<unknown>): Promise<void> {
  const fixtures = fileURLToPath(new URL(import.meta.url.includes("/dist/") ? "../../../../fixtures" : "../../../fixtures", import.meta.url));
  if (!existsSync(join(fixtures, "census.csv"))) throw new SaltlinkError("usage", `the invented departments are not beside the program (${fixtures}); install the whole package`);
  const home = out ?? mkdtempSync(join(tmpdir(), "saltlink-demo-"));
  try {
    if (out !== undefined) mkdirSync(out);
  } catch (error) {
    throw fileError(error, "write", out!);
  }
  const at = (name: string): string => join(home, name);
  for (const name of ["census.csv", "tax.csv", "truth.csv"]) copyFileSync(join(fixtures, name), at(name));

  const step = async (title: string, argv: string[]): Promise<void> => {
    terminal.result(`\n${terminal.strong(title)}`);
    terminal.result(terminal.faint(`$ saltlink ${argv.map((word) => (word.startsWith(home) ? relative(home, word) : word)).join(" ")}`));
    await run(argv);
  };
  terminal.result(`Two departments hold records on some of the same 3,000-odd invented people. Neither may show the other a name.\nFiles: ${home}`);
  await step("1. The departments share a salt. Whoever links never gets it.", ["keygen", "--project", "demo", "--out", at("project.salt")]);
  await step("2. They agree on a schema: which fields, which keys.", ["schema", "init", at("census.csv"), at("tax.csv"), "--out", at("link.schema.json")]);
  await step("3. Each hashes its own file.", ["hash", at("census.csv"), "--schema", at("link.schema.json"), "--salt", at("project.salt"), "--out", at("census.parquet")]);
  await step("", ["hash", at("tax.csv"), "--schema", at("link.schema.json"), "--salt", at("project.salt"), "--out", at("tax.parquet")]);
  await step("4. What a hashed file tells whoever gets it:", ["inspect", at("census.parquet")]);
  await step("5. The linkage unit links the hashed files. It has no salt, no name and no truth.", ["link", at("census.parquet"), at("tax.parquet"), "--out", at("run")]);
  await step("6. Because these people are invented, we can look up the truth.", ["evaluate", at("run"), "--truth", at("truth.csv"), "--lookup", at("census.lookup.csv"), at("tax.lookup.csv")]);
  await step("7. A page for those who decide what the links may be used for. Open it in a browser.", ["report", at("run"), "--out", at("report.html")]);
  await step("8. Each department gets its own record ids back, with a link id, and nothing of the other's.", ["return", at("run"), "--out", at("returned")]);
  await step("", ["join", at("returned/census.csv"), "--lookup", at("census.lookup.csv"), "--out", at("census.links.csv")]);
  summarize(readStatistics(at("run")), at, terminal);
}

function summarize(statistics: Statistics, at: (name: string) => string, terminal: Terminal): void {
  const [census, tax] = statistics.datasets;
  const [first] = readFileSync(at("census.links.csv"), "utf8").split("\n").slice(1);
  terminal.result(`\n${terminal.strong("In short")}`);
  terminal.result(`  ${count(statistics.links.count)} of ${count(census!.records)} census records were linked to ${count(tax!.records)} tax records.`);
  terminal.result(`  Without ever seeing a name, saltlink thinks that ${percent(statistics.estimated.precision)} of its links are right and that it found ${percent(statistics.estimated.recall)} of the people in both files.`);
  terminal.result(`  The census office now holds lines such as  ${first}  and the tax office the same link id beside its own.`);
  const strongest = [...statistics.rules].sort((a, b) => b.estimatedMatches - a.estimatedMatches)[0]!;
  terminal.result(`  The rule that found most of them was ${strongest.kind === "bucket" ? "the bucketed key" : "the key"} ${strongest.parts.join(" + ")}.`);
}
