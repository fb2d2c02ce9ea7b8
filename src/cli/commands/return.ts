import { join } from "node:path";
import { SaltlinkError } from "../../errors.ts";
import { RETURNED_HEADER, isReturnedFile, returnedFiles, tellOfFew } from "../../report/returned-files.ts";
import { claimDirectory, readLinks, readManifest, readStatistics } from "../../report/run-directory.ts";
import { PartialFile, commitPartial, discardPartial } from "../../output/partial-file.ts";
import { counted } from "../terminal.ts";
import type { AddCommand } from "./command.ts";

export const addReturn: AddCommand = (program, { terminal }) => {
  program
    .command("return")
    .description("write, for each department, its own record ids with a fresh person link id")
    .argument("<run>", "directory of a run")
    .requiredOption("--out <directory>", "where to write one file per department")
    .option("--accept-small-overlap", "write the files although fewer than ten people are in both: whoever gets them may recognise who that is")
    .option("--force", "replace the directory if it is there")
    .option("--json", "print what was written as JSON")
    .addHelpText("after", "\nExample:\n  saltlink return run --out returned")
    .action(async (run: string, { out, acceptSmallOverlap, force = false, json }: { out: string; acceptSmallOverlap?: boolean; force?: boolean; json?: boolean }) => {
      const manifest = readManifest(run);
      const links = await readLinks(run, manifest);
      if (links.length !== readStatistics(run).links.count) throw new SaltlinkError("input", `${join(run, manifest.links)} is damaged: it has not as many links as were made; link again`);
      const files = returnedFiles(links, manifest);
      if (acceptSmallOverlap !== true && tellOfFew(files, manifest)) {
        throw new SaltlinkError("audit", `fewer than 10 people of ${run} are in both files: that somebody is among so few can tell a department who it is. If those who answer for the data agree, add --accept-small-overlap`);
      }
      const partial = claimDirectory(out, force, (name) => isReturnedFile(join(out, name)));
      try {
        for (const { name, rows } of files) {
          const file = new PartialFile(join(partial, name));
          file.write(RETURNED_HEADER);
          file.write(rows.map(([recordId, linkId]) => `${recordId},${linkId}\n`).join(""));
          file.commit();
        }
        commitPartial(partial, out, force);
      } finally {
        discardPartial(partial);
      }
      // two departments may have called their files alike: which is whose, the input says
      const written = files.map(({ name, rows }, i) => ({ path: join(out, name), records: rows.length, input: join(run, manifest.inputs[i]!.path) }));
      if (json === true) terminal.json({ files: written });
      else for (const { path, records, input } of written) terminal.note(`${path}: ${counted(records, "record")} of ${input}; give it to that department alone`);
    });
};
