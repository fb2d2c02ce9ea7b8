import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { benchmark } from "../../bench/benchmark.ts";
import { machine } from "../../bench/machine.ts";
import { plot } from "../../bench/plot.ts";
import { type Stage, figuresOf, stages } from "../../bench/result.ts";
import { resultTable } from "../../bench/result-table.ts";
import { fileError } from "../../errors.ts";
import { PartialFile, claimPartial, discardPartial } from "../../output/partial-file.ts";
import { defaultThreads } from "../../pool/workers.ts";
import { table } from "../terminal.ts";
import { type AddCommand, wholeNumber } from "./command.ts";

interface BenchCommandOptions {
  records: number[];
  stages: Stage[];
  repeats: number;
  threads: number;
  data?: string;
  svg?: string;
  json?: boolean;
  force?: boolean;
}

export const addBench: AddCommand = (program, { terminal }) => {
  program
    .command("bench")
    .description("measure hashing and linking on this machine, on invented people")
    .option("--records <list>", "records of each file; several sizes with commas between", sizes, [10_000, 100_000])
    .option("--stages <list>", `what to measure: ${stages.join(", ")}`, stageList, [...stages])
    .option("--repeats <n>", "runs of each", wholeNumber, 3)
    .option("--threads <n>", "worker threads", wholeNumber, defaultThreads())
    .option("--data <directory>", "keep the invented people in this directory and use those that are there (default: a temporary one)")
    .option("--svg <file>", "draw time against records into this file")
    .option("--json", "print the figures as JSON")
    .option("--force", "replace the SVG file if it is there")
    .addHelpText("after", "\nExample:\n  saltlink bench --records 1e4,1e5,1e6 --svg time.svg")
    .action(async (options: BenchCommandOptions) => {
      const { data, svg, repeats, threads } = options;
      const drawing = svg === undefined ? undefined : new PartialFile(svg, { force: options.force === true, mode: 0o644 });
      const home = data ?? claimPartial(join(tmpdir(), `saltlink-bench-${process.pid}`), true);
      const progress = terminal.progress();
      try {
        mkdirSync(home, { recursive: true, mode: 0o700 });
        const results = await benchmark({ sizes: options.records, stages: options.stages, repeats, threads, home, onProgress: progress.update });
        progress.stop();
        if (options.json === true) terminal.json({ machine: machine(), threads, figures: figuresOf(results) });
        else terminal.result(`${terminal.faint(`${machine()}; ${threads} threads`)}\n${table(resultTable(figuresOf(results)))}`);
        drawing?.write(plot(results, `${machine()}; ${threads} threads`));
        drawing?.commit();
      } catch (error) {
        drawing?.discard();
        throw (error as NodeJS.ErrnoException).syscall === "mkdir" ? fileError(error, "write in", home) : error;
      } finally {
        progress.stop();
        if (data === undefined) discardPartial(home);
      }
    });
};

function sizes(text: string): number[] {
  return text.split(",").map((part) => {
    const size = wholeNumber(String(Number(part)));
    if (size < 1000) throw new InvalidArgumentError("Below 1000 records there is nothing to measure.");
    return size;
  });
}

function stageList(text: string): Stage[] {
  const names = text.split(",").map((name) => name.trim());
  if (!names.every((name): name is Stage => (stages as readonly string[]).includes(name))) throw new InvalidArgumentError(`It must be some of ${stages.join(", ")}.`);
  return names;
}
