import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, constants, copyFileSync, cpSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { temporaryDirectory } from "../temporary.ts";

const root = resolve(import.meta.dirname, "../..");
export const program = join(root, "dist/bin/saltlink.js");
const fixtures = join(root, "fixtures");

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command, as a user runs it. */
export function saltlink(args: readonly string[], options: { cwd?: string; input?: string; stdio?: "pipe" } = {}): Outcome {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [program, ...args], { cwd: options.cwd, input: options.input, encoding: "utf8", maxBuffer: 1 << 28 });
  if (error !== undefined) throw error;
  return { code: status ?? -1, stdout, stderr };
}

export function startSaltlink(args: readonly string[], cwd: string): ChildProcess {
  return spawn(process.execPath, [program, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
}

export interface Workplace {
  readonly path: string;
  at: (name: string) => string;
  write: (name: string, content: string | Uint8Array) => string;
  read: (name: string) => string;
  /** Runs in the workplace; the command must succeed. */
  do: (...args: string[]) => Outcome;
  /** Runs in the workplace, whatever comes of it. */
  try: (...args: string[]) => Outcome;
}

function workIn({ path, at, write }: ReturnType<typeof temporaryDirectory>): Workplace {
  const attempt = (...args: string[]): Outcome => saltlink(args, { cwd: path });
  return {
    path,
    at,
    write,
    read: (name) => readFileSync(at(name), "utf8"),
    try: attempt,
    do: (...args) => {
      const outcome = attempt(...args);
      if (outcome.code !== 0) throw new Error(`saltlink ${args.join(" ")} ended with ${outcome.code}: ${outcome.stderr}`);
      return outcome;
    },
  };
}

const templates = new Map<string, Workplace>();

/** A fresh copy of a workplace that is set up once a test file. */
export function copyOf(name: string, setUp: (work: Workplace) => void): Workplace {
  let template = templates.get(name);
  if (template === undefined) {
    template = workIn(temporaryDirectory());
    setUp(template);
    templates.set(name, template);
  }
  const copy = temporaryDirectory();
  cpSync(template.path, copy.path, { recursive: true, mode: constants.COPYFILE_FICLONE });
  chmodSync(copy.at("project.salt"), 0o600);
  return workIn(copy);
}

/** A temporary directory with a salt, and commands run in it. */
export function workplace(): Workplace {
  return copyOf("salt", (work) => work.do("keygen", "--project", "tests", "--out", "project.salt"));
}

/** The same with two departments of the fixtures and a schema for them. */
export function departments(profile = "standard"): Workplace {
  return copyOf(`departments ${profile}`, (work) => {
    work.do("keygen", "--project", "tests", "--out", "project.salt");
    for (const name of ["census.csv", "tax.csv", "truth.csv"]) {
      copyFileSync(join(fixtures, name), work.at(name));
      chmodSync(work.at(name), 0o644);
    }
    work.do("schema", "init", "census.csv", "tax.csv", "--out", "link.schema.json", "--profile", profile);
  });
}

/** Both of them hashed. */
export function hashedDepartments(): Workplace {
  return copyOf("hashed departments", (work) => {
    cpSync(departments().path, work.path, { recursive: true });
    chmodSync(work.at("project.salt"), 0o600);
    hashBoth(work);
  });
}

export function hashBoth(work: Workplace, ...more: string[]): void {
  for (const name of ["census", "tax"]) work.do("hash", `${name}.csv`, "--schema", "link.schema.json", "--salt", "project.salt", "--out", `${name}.parquet`, ...more);
}
