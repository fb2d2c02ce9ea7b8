import { Command, CommanderError } from "commander";
import { SaltlinkError, exitMeanings, fileError, isFileError } from "../errors.ts";
import { discardPartials, outputsAreWhole } from "../output/partial-file.ts";
import { workersStarted } from "../pool/workers.ts";
import { nearest } from "../schema/nearest.ts";
import { version } from "../version.ts";
import { bugReport } from "./bug-report.ts";
import { commandsFor } from "./commands/index.ts";
import { type Host, Terminal } from "./terminal.ts";

/** Runs one command line and returns its exit code. The one place where errors become messages and codes. */
export async function run(host: Host): Promise<number> {
  const terminal = new Terminal(host);
  const signals = watchSignals(terminal);
  watchBugs(terminal);
  // a reader that goes away (`saltlink inspect x | head -1`) is no failure
  let closed = false;
  host.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw fileError(error, "write to", "standard output");
    closed = true;
  });
  // nor is one of messages (`saltlink hash x 2>&1 | head -1`); whether the work is done, the exit code tells
  host.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw fileError(error, "write to", "standard error");
  });
  try {
    await runLine(host.argv, terminal, host);
    return 0;
  } catch (error) {
    if (signals.interrupted()) return new Promise<number>(() => {}); // the handler ends the process; what fails meanwhile fails because of it
    if (closed) return 0;
    return report(error, terminal);
  } finally {
    terminal.restore();
    discardPartials();
  }
}

async function runLine(argv: readonly string[], terminal: Terminal, host: Host): Promise<void> {
  const root = program(terminal);
  for (const command of await commandsFor(argv)) command(root, { terminal, run: (line) => runLine(["node", "saltlink", ...line], terminal, host) });
  quietExits(root, host, argv);
  await root.parseAsync([...argv]);
}

function program(terminal: Terminal): Command {
  return new Command("saltlink")
    .description("Link records about the same people across departments without moving a name.")
    .version(version)
    .option("--quiet", "print results only")
    .hook("preAction", (command) => {
      terminal.quiet = command.optsWithGlobals()["quiet"] === true;
    })
    .addHelpText("after", `\nExit codes:\n${exitMeanings.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join("\n")}\n\nA tour: saltlink demo`)
    .helpCommand("help [command]", "display help for a command")
    .showSuggestionAfterError();
}

/** Commander reports through exceptions instead of ending the process, and writes to the host's streams; subcommands do not inherit this by themselves. */
function quietExits(command: Command, host: Host, argv: readonly string[]): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => host.stdout.write(text),
    writeErr: (text) => host.stderr.write(text),
    outputError: (text, write) => write(text.startsWith("error: required option") ? (unknownOption(command, argv) ?? text) : text),
  });
  for (const child of command.commands) quietExits(child, host, argv);
}

/** Commander misses a required option before it sees that one is misspelt, which is mostly the same. */
function unknownOption(command: Command, argv: readonly string[]): string | undefined {
  const options: string[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) options.push(...at.options.flatMap(({ long }) => long ?? []));
  const unknown = argv.map((word) => word.split("=", 1)[0]!).find((word) => /^--[a-z]/.test(word) && ![...options, "--help"].includes(word));
  if (unknown === undefined) return undefined;
  const guess = nearest(unknown, options);
  return `error: unknown option '${unknown}'\n${guess === undefined ? "" : `(Did you mean ${guess}?)\n`}`;
}

function report(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed it
  const known = isFileError(error) ? fileError(error, "use", error.path ?? "a file") : error;
  if (known instanceof SaltlinkError) {
    terminal.error(known.message);
    return known.exitCode;
  }
  terminal.error(bugReport(known));
  return 1;
}

/** A bug that no caller can catch, in a stream or a thread, ends the process as any other does: Node itself would print its message, and the line of code. */
function watchBugs(terminal: Terminal): void {
  const handler = (error: unknown): void => {
    discardPartials();
    process.exit(report(error, terminal));
  };
  process.on("uncaughtException", handler);
  process.on("unhandledRejection", handler);
}

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** How long a run that has just finished its outputs, and has a summary to print at most, gets to end as if no signal had come. */
const LAST_WORDS_MS = 500;

/** On a signal: nothing unfinished stays behind, and the exit code says which signal it was. A second one ends the run at once. */
function watchSignals(terminal: Terminal): { interrupted(): boolean } {
  let signalled = false;
  let interrupted = false;
  const interrupt = (code: number): void => {
    interrupted = true;
    terminal.restore();
    discardPartials();
    terminal.note("\ninterrupted; what was unfinished is gone");
    void Promise.race([workersStarted(), new Promise((resolve) => setTimeout(resolve, 1000))]).then(() => {
      discardPartials();
      process.exit(code);
    });
  };
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (signalled) process.exit(code);
      signalled = true;
      if (outputsAreWhole()) setTimeout(interrupt, LAST_WORDS_MS, code).unref();
      else interrupt(code);
    });
  }
  return { interrupted: () => interrupted };
}
