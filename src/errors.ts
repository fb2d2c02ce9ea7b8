/**
 * Every way a run can end, by exit code. A SaltlinkError is one sentence for the person at the terminal: it names file, row and column and what to do, never a value.
 * Anything else that is thrown is a bug (exit 1).
 */
export const exitCodes = {
  usage: 2,
  key: 3,
  mismatch: 4,
  io: 5,
  worker: 6,
  memory: 7,
  locked: 8,
  input: 9,
  audit: 10,
} as const;

export const exitMeanings: readonly [number, string][] = [
  [0, "done (a closed output pipe too)"],
  [1, "a bug in saltlink"],
  [2, "usage: unknown command or option, no such file, output already there"],
  [3, "salt file missing, unreadable, damaged or open to others"],
  [4, "hashed files that do not belong together"],
  [5, "disk full, directory not writable, other input or output failure"],
  [6, "a worker died twice on the same work"],
  [7, "the memory budget would be exceeded"],
  [8, "another run holds the output"],
  [9, "bad input: CSV, schema, not our hashed file, cut short, too many rejected rows"],
  [10, "privacy limit exceeded"],
  [129, "hang-up"],
  [130, "interrupted (Ctrl-C)"],
  [143, "terminated"],
];

export class SaltlinkError extends Error {
  readonly exitCode: number;

  constructor(kind: keyof typeof exitCodes, message: string) {
    super(message);
    this.name = "SaltlinkError";
    this.exitCode = exitCodes[kind];
  }
}

/** Turns a file-system failure into the sentence for it; `doing` completes "cannot ... <path>". */
export function fileError(error: unknown, doing: string, path: string): SaltlinkError {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case "ENOENT":
      return new SaltlinkError("usage", `cannot ${doing} ${path}: no such file or directory`);
    case "EISDIR":
      return new SaltlinkError("usage", `cannot ${doing} ${path}: it is a directory`);
    case "ENOTDIR":
      return new SaltlinkError("usage", `cannot ${doing} ${path}: part of the path is not a directory`);
    case "EEXIST":
      return new SaltlinkError("usage", `cannot ${doing} ${path}: it is already there; --force replaces it`);
    case "EACCES":
    case "EPERM":
      return new SaltlinkError("io", `cannot ${doing} ${path}: permission denied`);
    case "ENOSPC":
    case "EDQUOT":
      return new SaltlinkError("io", `cannot ${doing} ${path}: no space left; free some and run again`);
    case "EFBIG":
      return new SaltlinkError("io", `cannot ${doing} ${path}: larger than a file may be here (see ulimit -f)`);
    case "EROFS":
      return new SaltlinkError("io", `cannot ${doing} ${path}: the file system is read-only`);
    default:
      return new SaltlinkError("io", `cannot ${doing} ${path}: ${code ?? "unknown failure"}`);
  }
}

/** Whether an error came from the file system rather than from a mistake in the code. */
export function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === "string" && typeof (error as NodeJS.ErrnoException).syscall === "string";
}
