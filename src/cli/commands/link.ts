import { Option } from "commander";
import { SaltlinkError } from "../../errors.ts";
import { startLinkThreads } from "../../linkage/link-threads.ts";
import { defaultThreads } from "../../pool/workers.ts";
import type { LinkCommandOptions } from "../link-files.ts";
import { type AddCommand, bytesOption, shareOption, wholeNumber } from "./command.ts";

export const addLink: AddCommand = (program, { terminal }) => {
  program
    .command("link")
    .description("link two hashed files, or find the duplicates within one")
    .argument("<file...>", "hashed files, Parquet or CSV")
    .option("--out <directory>", "where to write links, statistics and manifest")
    .option("--dedupe", "find records of one person within one file")
    .addOption(new Option("--many-to-one", "several records of the first file may link to one of the second").conflicts(["manyToMany", "dedupe"]))
    .addOption(new Option("--many-to-many", "any record may have several partners").conflicts(["manyToOne", "dedupe"]))
    .option("--threshold <probability>", "least probability of a link", shareOption, 0.5)
    .addOption(new Option("--target-precision <share>", "take the lowest threshold whose links have this estimated precision").argParser(shareOption).conflicts("threshold"))
    .addOption(new Option("--format <format>", "format of the links file").choices(["csv", "parquet"]).default("csv"))
    .option("--block-cap <pairs>", "skip blocks of an exact key with more pairs than this", wholeNumber, 1_000_000)
    .option("--memory <size>", "most memory to take, such as 4G; less makes the run slower, too little is refused", bytesOption)
    .option("--dry-run", "say how many pairs, how much memory and time it will take, and stop")
    .addOption(new Option("--report <file>", "write a report of the run too (see saltlink report)").conflicts("dryRun"))
    .option("--threads <n>", "worker threads", wholeNumber, defaultThreads())
    .option("--json", "print the statistics as JSON")
    .option("--force", "replace the run, and the report, if it is there")
    .addHelpText("after", "\nExamples:\n  saltlink link census.parquet cis.parquet --out run\n  saltlink link register.parquet --dedupe --out run")
    .action(async (paths: string[], options: LinkCommandOptions) => {
      const started = performance.now();
      if (options.dedupe === true ? paths.length !== 1 : paths.length !== 2) {
        throw new SaltlinkError("usage", options.dedupe === true ? "--dedupe takes one hashed file" : "link takes two hashed files (or one with --dedupe)");
      }
      if (options.out === undefined && options.dryRun !== true) throw new SaltlinkError("usage", "say where the run goes with --out DIRECTORY (or --dry-run for the forecast alone)");
      // threads load their code while this one loads its own
      const threads = startLinkThreads(options.threads);
      try {
        const { linkFiles } = await import("../link-files.ts");
        await linkFiles(paths, options, threads, terminal, started);
      } finally {
        await threads.pool.close();
      }
    });
};
