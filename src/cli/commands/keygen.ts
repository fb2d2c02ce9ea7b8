import { deriveSalt, generateSalt, readLine } from "../../custodian/salt.ts";
import { SaltlinkError } from "../../errors.ts";
import { askSecret } from "../ask-secret.ts";
import { refuseOnlookers } from "../onlookers.ts";
import type { AddCommand } from "./command.ts";

interface KeygenOptions {
  project: string;
  out: string;
  passphrase?: boolean;
  passphraseFd?: number;
}

export const addKeygen: AddCommand = (program, { terminal }) => {
  program
    .command("keygen")
    .description("make the salt that the departments of a project share and keep secret")
    .requiredOption("--project <name>", "name of the project, such as leo-2026")
    .requiredOption("--out <file>", "where to write the salt; never overwritten")
    .option("--passphrase", "ask for a passphrase, from which every department gets the same salt (six words or more, drawn by dice)")
    .option("--passphrase-fd <n>", "read the passphrase from this open file descriptor", (text) => Number(text))
    .addHelpText("after", "\nExample:\n  saltlink keygen --project leo-2026 --out project.salt")
    .action(async ({ project, out, passphrase, passphraseFd }: KeygenOptions) => {
      refuseOnlookers();
      if (passphraseFd !== undefined) deriveSalt(project, readLine(passphraseFd, `file descriptor ${passphraseFd}`), out);
      else if (passphrase === true) deriveSalt(project, await askTwice(), out);
      else generateSalt(project, out);
      terminal.note(`${out}: the salt of project ${project}. Whoever holds it can test names against every file hashed with it:`);
      terminal.note("give it to the departments that hash, over a safe channel, and never to whoever links.");
    });
};

async function askTwice(): Promise<string> {
  const first = await askSecret("passphrase: ");
  if ((await askSecret("once more: ")) !== first) throw new SaltlinkError("key", "the two passphrases differ");
  return first;
}
