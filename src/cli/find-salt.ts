import type { Command } from "commander";
import { type Salt, readSalt, readSaltFrom, readSaltLine } from "../custodian/salt.ts";
import { SaltlinkError } from "../errors.ts";
import { askSecret } from "./ask-secret.ts";
import { refuseOnlookers } from "./onlookers.ts";

export interface SaltOptions {
  salt?: string;
  saltFd?: number;
  saltPrompt?: boolean;
}

/** Adds the ways to give the salt. */
export function withSalt(command: Command): Command {
  return command
    .option("--salt <file>", "the project's salt")
    .option("--salt-fd <n>", "read the salt from this open file descriptor instead", (text) => Number(text))
    .option("--salt-prompt", "ask for the salt's line at the terminal instead");
}

/** From a file, an open file descriptor or a prompt; never from the command line or the environment, where others can read it. */
export async function findSalt({ salt, saltFd, saltPrompt }: SaltOptions): Promise<Salt> {
  if ([salt, saltFd, saltPrompt].filter((given) => given !== undefined).length !== 1) throw new SaltlinkError("usage", "give the salt with one of --salt FILE, --salt-fd N and --salt-prompt");
  refuseOnlookers();
  if (salt !== undefined) return readSalt(salt);
  return saltFd === undefined ? readSaltLine(await askSecret("salt: ")) : readSaltFrom(saltFd);
}
