import { mkdirSync } from "node:fs";
import { Option } from "commander";
import { fileError } from "../../errors.ts";
import { type ErrorRate, errorRates } from "../../synth/misrecord.ts";
import type { Ages } from "../../synth/population.ts";
import { synthesize } from "../../synth/synthesize.ts";
import { count } from "../terminal.ts";
import { type AddCommand, shareOption, wholeNumber } from "./command.ts";

interface SynthCommandOptions {
  records: number;
  overlap: number;
  errors: ErrorRate;
  seed: string;
  departments: number;
  ages: Ages;
  uniform?: boolean;
  damaged: number;
  damage: number;
  out: string;
  force?: boolean;
  json?: boolean;
}

export const addSynth: AddCommand = (program, { terminal }) => {
  program
    .command("synth")
    .description("invent departments over one population, with the truth: for tests and benchmarks")
    .option("--records <n>", "records of each department", (text) => wholeNumber(String(Number(text))), 10_000)
    .option("--overlap <share>", "share of a department's people that the others have too", shareOption, 0.8)
    .addOption(new Option("--errors <rate>", "how carelessly the departments record").choices(Object.keys(errorRates)).default("default"))
    .option("--seed <text>", "the same seed makes the same bytes", "1")
    .option("--departments <n>", "number of departments", wholeNumber, 2)
    .addOption(new Option("--ages <ages>", "people of all ages, or under 18 only").choices(["all", "children"]).default("all"))
    .option("--uniform", "the same columns in every department")
    .option("--damaged <share>", "share of the people in a group (column care_experienced; region is another) whose records are worse", shareOption, 0)
    .option("--damage <times>", "how many times as many errors, moves and gaps the records of that group have", (text) => wholeNumber(text), 3)
    .requiredOption("--out <directory>", "where to write the files")
    .option("--force", "replace files that are there")
    .option("--json", "print what was written as JSON")
    .addHelpText("after", "\nExample:\n  saltlink synth --records 1e6 --overlap 0.8 --errors default --seed 1 --out invented")
    .action((options: SynthCommandOptions) => {
      const { out } = options;
      try {
        mkdirSync(out, { recursive: true });
      } catch (error) {
        throw fileError(error, "write in", out);
      }
      const progress = terminal.progress();
      const written = synthesize({ ...options, uniform: options.uniform === true, force: options.force === true, onProgress: (done, total) => progress.update("inventing", done, total) });
      progress.stop();
      if (options.json === true) terminal.json({ files: written });
      else terminal.note(`${written.join(", ")}: ${count(options.records)} records each, all people invented`);
    });
};
