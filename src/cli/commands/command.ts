import { type Command, InvalidArgumentError } from "commander";
import { encodings } from "../../custodian/csv/open.ts";
import type { Terminal } from "../terminal.ts";

interface Context {
  readonly terminal: Terminal;
  /** Runs another command line in this process (for `demo`). */
  readonly run: (argv: string[]) => Promise<unknown>;
}

/** Adds one command to the program. */
export type AddCommand = (program: Command, context: Context) => void;

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It must be a whole number above 0.");
  return value;
}

/** "1%", "0.01" or "1" (percent sign optional above 1). */
export function shareOption(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim());
  const value = match === null ? Number.NaN : Number(match[1]) / (match[2] === "%" ? 100 : 1);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError("It must be a share such as 1% or 0.01.");
  return value;
}

/** "4G", "500M", "0.5GiB": bytes, by powers of 1,024. */
export function bytesOption(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg])(?:i?b)?$/i.exec(text.trim());
  if (match === null) throw new InvalidArgumentError("It must be a size such as 4G or 500M.");
  return Number(match[1]) * 1024 ** ({ k: 1, m: 2, g: 3 }[match[2]!.toLowerCase()] ?? 0);
}

export function encodingOption(text: string): string {
  const name = text.toLowerCase();
  if (!(encodings as readonly string[]).includes(name)) throw new InvalidArgumentError(`It must be one of ${encodings.join(", ")}.`);
  return name;
}
