import { closeSync, fsyncSync, linkSync, openSync, readSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { SaltlinkError, fileError } from "../errors.ts";
import { writeBytes } from "./bytes-at.ts";

/**
 * Outputs are written beside their final name and take it only when whole: `X.PID.partial`, synced, then linked to X and the directory synced. A killed run leaves a
 * partial that names its process: the next run removes it if that process is gone and stops (exit 8) if it is not.
 */
const open = new Set<string>();
let committed = false;
/** Files that this run reads: no output replaces one of them, --force or not. */
const inputs = new Set<string>();

export function protectInputs(paths: readonly (string | undefined)[]): void {
  for (const path of paths) if (path !== undefined && exists(path)) inputs.add(realpathSync(path));
}

/** Removes what unfinished outputs have left; for signal handlers and failed runs. */
export function discardPartials(): void {
  for (const path of open) rmSync(path, { recursive: true, force: true });
  open.clear();
}

/** Whether this run has given outputs their names and is writing none any more. */
export function outputsAreWhole(): boolean {
  return committed && open.size === 0;
}

/** A name to write under; everything under it goes if the run fails. `force`: whether the final name may be there already. */
export function claimPartial(path: string, force: boolean): string {
  if (exists(path) && inputs.has(realpathSync(path))) throw new SaltlinkError("usage", `${path} is an input of this command; name another output`);
  if (!force && exists(path)) throw new SaltlinkError("usage", `${path} is already there; --force replaces it, or name another output`);
  const directory = dirname(resolve(path));
  let siblings: string[];
  try {
    siblings = readdirSync(directory);
  } catch (error) {
    throw fileError(error, "write in", directory);
  }
  const prefix = `${basename(path)}.`;
  for (const name of siblings) {
    if (!name.startsWith(prefix) || !name.endsWith(".partial")) continue;
    const pid = Number(name.slice(prefix.length, -".partial".length));
    if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) continue;
    if (isRunning(pid)) throw new SaltlinkError("locked", `another run (process ${pid}) is writing ${path}; wait for it, or delete ${name} if there is none`);
    rmSync(join(directory, name), { recursive: true, force: true });
  }
  const partial = `${path}.${process.pid}.partial`;
  rmSync(partial, { recursive: true, force: true }); // a dead run's that had the same id
  open.add(partial);
  return partial;
}

/** Gives a finished partial, file or directory, its final name. */
export function commitPartial(partial: string, path: string, force: boolean): void {
  try {
    if (force) {
      if (statSync(partial).isDirectory() && exists(path)) rmSync(path, { recursive: true }); // its owner has looked at what is in it
      renameSync(partial, path);
    } else if (statSync(partial).isDirectory()) {
      renameSync(partial, path); // fails where a directory with files in it has come up meanwhile
    } else {
      linkSync(partial, path); // unlike rename it never replaces
      rmSync(partial);
    }
  } catch (error) {
    throw fileError(error, "write", path);
  }
  open.delete(partial);
  committed = true;
  syncDirectory(dirname(resolve(path)));
}

export function discardPartial(partial: string): void {
  rmSync(partial, { recursive: true, force: true });
  open.delete(partial);
}

function syncDirectory(path: string): void {
  if (process.platform === "win32") return; // directories cannot be opened there
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A file being written under its partial name; owner-only unless said otherwise. Failures name the final path. */
export class PartialFile {
  readonly path: string;
  readonly descriptor: number;
  readonly #partial: string;
  readonly #force: boolean;
  #position = 0;
  #synced = false;

  constructor(path: string, { force = false, mode = 0o600 }: { force?: boolean; mode?: number } = {}) {
    this.path = path;
    this.#force = force;
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw new SaltlinkError("usage", `${path} is a directory; name a file`);
    this.#partial = claimPartial(path, force);
    try {
      this.descriptor = openSync(this.#partial, "wx+", mode);
    } catch (error) {
      throw fileError(error, "write", path);
    }
  }

  /** Appends bytes. */
  write(bytes: Uint8Array | string): void {
    const buffer = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
    this.writeAt(buffer, this.#position);
    this.#position += buffer.length;
  }

  /** The first bytes written, as text. */
  readText(length: number): string {
    const bytes = Buffer.alloc(length);
    return bytes.toString("utf8", 0, readSync(this.descriptor, bytes, 0, length, 0));
  }

  writeAt(bytes: Uint8Array, position: number): void {
    try {
      writeBytes(this.descriptor, bytes, position);
    } catch (error) {
      throw fileError(error, "write", this.path);
    }
  }

  /** Ends the writing: whatever can fail for want of room has failed after this. */
  sync(): void {
    if (this.#synced) return;
    try {
      fsyncSync(this.descriptor);
      closeSync(this.descriptor);
    } catch (error) {
      throw fileError(error, "write", this.path);
    }
    this.#synced = true;
  }

  /** Syncs the file and gives it its name. Files that belong together are all synced before the first is committed. */
  commit(): void {
    this.sync();
    commitPartial(this.#partial, this.path, this.#force);
  }

  /** Drops the file; for a run that failed. */
  discard(): void {
    try {
      closeSync(this.descriptor);
    } catch {
      // already closed
    }
    discardPartial(this.#partial);
  }
}
