import { generateSalt } from "../../custodian/salt.ts";
import type { AddCommand } from "./command.ts";

export const addKeygen: AddCommand = (program, { terminal }) => {
  program
    .command("keygen")
    .description("make the salt that the departments of a project share and keep secret")
    .requiredOption("--project <name>", "name of the project, such as leo-2026")
    .requiredOption("--out <file>", "where to write the salt; never overwritten")
    .addHelpText("after", "\nExample:\n  saltlink keygen --project leo-2026 --out project.salt")
    .action(({ project, out }: { project: string; out: string }) => {
      generateSalt(project, out);
      terminal.note(`${out}: the salt of project ${project}. Whoever holds it can test names against every file hashed with it:`);
      terminal.note("give it to the departments that hash, over a safe channel, and never to whoever links.");
    });
};
