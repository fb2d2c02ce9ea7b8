import { SaltlinkError } from "../../errors.ts";
import { csvCell } from "../../output/csv-cell.ts";
import { PartialFile, protectInputs } from "../../output/partial-file.ts";
import { readColumns } from "../../report/read-columns.ts";
import { count } from "../terminal.ts";
import type { AddCommand } from "./command.ts";

export const addJoin: AddCommand = (program, { terminal }) => {
  program
    .command("join")
    .description("put the link ids that came back beside your own record ids")
    .argument("<returned>", "the file that the linkage unit returned to you")
    .requiredOption("--lookup <file>", "your own lookup file, written by hash")
    .requiredOption("--out <file>", "CSV with own_id and link_id")
    .option("--force", "replace the output if it is there")
    .option("--json", "print the counts as JSON")
    .addHelpText("after", "\nExample:\n  saltlink join returned/census.csv --lookup census.lookup.csv --out census.links.csv")
    .action(async (returned: string, { lookup, out, force = false, json }: { lookup: string; out: string; force?: boolean; json?: boolean }) => {
      protectInputs([returned, lookup]);
      const links = await readColumns(returned, ["record_id", "link_id"]);
      const own = new Map((await readColumns(lookup, ["record_id", "own_id"])) as [string, string][]);
      const unknown = links.filter(([recordId]) => !own.has(recordId!)).length;
      if (unknown > 0) throw new SaltlinkError("mismatch", `${returned} has ${count(unknown)} records that are not in ${lookup}; use the lookup written with the hashed file that was linked`);
      const file = new PartialFile(out, { force });
      file.write("own_id,link_id\n");
      file.write(links.map(([recordId, linkId]) => `${csvCell(own.get(recordId!)!)},${linkId}\n`).join(""));
      file.commit();
      if (json === true) terminal.json({ output: out, linked: links.length, records: own.size });
      else terminal.note(`${out}: ${count(links.length)} of your ${count(own.size)} records have a link id`);
    });
};
