import type { AddCommand } from "./command.ts";

/**
 * All commands, in the order in which a user meets them. Loading every module takes longer than many a command's work, so each comes in when it is wanted.
 */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  keygen: async () => (await import("./keygen.ts")).addKeygen,
  schema: async () => (await import("./schema.ts")).addSchema,
  hash: async () => (await import("./hash.ts")).addHash,
  audit: async () => (await import("./audit.ts")).addAudit,
  inspect: async () => (await import("./inspect.ts")).addInspect,
  link: async () => (await import("./link.ts")).addLink,
  evaluate: async () => (await import("./evaluate.ts")).addEvaluate,
  explain: async () => (await import("./explain.ts")).addExplain,
  report: async () => (await import("./report.ts")).addReport,
  return: async () => (await import("./return.ts")).addReturn,
  join: async () => (await import("./join.ts")).addJoin,
  synth: async () => (await import("./synth.ts")).addSynth,
  bench: async () => (await import("./bench.ts")).addBench,
  demo: async () => (await import("./demo.ts")).addDemo,
};

/** The command that a command line names; all of them where it names none that there is, for help and suggestions. `argv`: with program and script. */
export async function commandsFor(argv: readonly string[]): Promise<AddCommand[]> {
  const named = argv.slice(2).find((word) => !word.startsWith("-"));
  const wanted = named !== undefined && Object.hasOwn(commands, named) ? [commands[named]!] : Object.values(commands);
  return Promise.all(wanted.map((load) => load()));
}
