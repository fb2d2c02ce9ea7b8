import { createHash, randomBytes } from "node:crypto";
import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { SaltlinkError, fileError } from "../errors.ts";
import { stretch } from "./passphrase.ts";

/**
 * The salt: the secret that departments of one project share, and that nobody else may hold. A file of one line:
 *
 *     saltlink-salt-1 PROJECT BASE64URL(32 random bytes) CHECK
 *
 * CHECK is the first ten hex digits of SHA-256 over the line before it, so that one damaged character is refused instead of
 * silently linking nothing. The bytes are kept in a Uint8Array, never in a string.
 */
export interface Salt {
  readonly project: string;
  readonly secret: Uint8Array;
}

const MAGIC = "saltlink-salt-1";
const PROJECT = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const LARGEST = 4096;

function checkProject(project: string): void {
  if (!PROJECT.test(project)) throw new SaltlinkError("usage", "a project name is up to 64 lower-case letters, digits, dots, dashes and underscores, such as leo-2026");
}

/** Makes a salt of 32 random bytes and writes it to a file that must not be there yet, readable by its owner only. */
export function generateSalt(project: string, path: string): void {
  writeSalt(project, randomBytes(32), path);
}

/** Writes the salt that a passphrase gives; the same passphrase gives the same salt in every department. */
export function deriveSalt(project: string, passphrase: string, path: string): void {
  checkProject(project);
  writeSalt(project, stretch(project, passphrase), path);
}

function writeSalt(project: string, secret: Uint8Array, path: string): void {
  checkProject(project);
  const body = `${MAGIC} ${project} ${Buffer.from(secret).toString("base64url")}`;
  let descriptor: number;
  try {
    descriptor = openSync(path, "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw new SaltlinkError("usage", `${path} is already there; a salt is never overwritten: name another file`);
    throw fileError(error, "write", path);
  }
  try {
    writeSync(descriptor, `${body} ${check(body)}\n`);
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(path, { force: true }); // no half of a salt
    throw fileError(error, "write", path);
  } finally {
    closeSync(descriptor);
  }
}

/** Reads a salt from a file that only its owner may read; links are not followed. */
export function readSalt(path: string): Salt {
  // `--salt "$(cat project.salt)"`: a message that named the path would print the salt
  if (path.includes(MAGIC) || /[\w-]{43}/.test(path)) throw new SaltlinkError("usage", "--salt takes the name of the salt's file, and what was given looks like the salt itself: consider it leaked if this command line is in a log");
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new SaltlinkError("key", `cannot read the salt ${path}: no such file or directory`);
    if (code === "ELOOP") throw new SaltlinkError("key", `${path} is a symbolic link; give the salt file itself`);
    throw new SaltlinkError("key", `cannot read the salt ${path}: ${code ?? "unknown failure"}`);
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw new SaltlinkError("key", `${path} is not a regular file`);
    if (process.platform !== "win32") {
      if ((status.mode & 0o077) !== 0) throw new SaltlinkError("key", `${path} can be read by others; chmod 600 ${path} and ask whether the salt has leaked`);
      if (process.geteuid !== undefined && status.uid !== process.geteuid()) throw new SaltlinkError("key", `${path} belongs to another user`);
    }
    return parse(readLine(descriptor, path), path);
  } finally {
    closeSync(descriptor);
  }
}

/** Reads a salt from an open file descriptor, as a shell's `3< <(vault read ...)` gives it. */
export function readSaltFrom(descriptor: number): Salt {
  const source = `file descriptor ${descriptor}`;
  return parse(readLine(descriptor, source), source);
}

/** Reads a salt from its line, as it was typed or pasted at a prompt. */
export function readSaltLine(line: string): Salt {
  return parse(line.trim(), "what was typed");
}

/** What an open file descriptor gives: one line, a salt or a passphrase. */
export function readLine(descriptor: number, source: string): string {
  const bytes = Buffer.alloc(LARGEST + 1);
  let length = 0;
  try {
    for (let read = -1; read !== 0 && length <= LARGEST; length += read) read = readSync(descriptor, bytes, length, bytes.length - length, null);
  } catch (error) {
    throw new SaltlinkError("key", `cannot read ${source}: ${(error as NodeJS.ErrnoException).code ?? "unknown failure"}`);
  }
  const line = bytes.toString("utf8", 0, length).trim();
  bytes.fill(0);
  return line;
}

function parse(line: string, source: string): Salt {
  if (line === "") throw new SaltlinkError("key", `${source} is empty; saltlink keygen makes a salt`);
  const parts = line.split(" ");
  const [magic, project, encoded, sum] = parts;
  if (magic !== MAGIC) throw new SaltlinkError("key", `${source} is not a salt file of saltlink; saltlink keygen makes one`);
  const secret = new Uint8Array(Buffer.from(encoded ?? "", "base64url"));
  if (parts.length !== 4 || secret.length !== 32 || !PROJECT.test(project!) || sum !== check(line.slice(0, line.lastIndexOf(" ")))) throw new SaltlinkError("key", `${source} is damaged: its check digits do not fit; ask for a fresh copy`);
  return { project: project!, secret };
}

function check(body: string): string {
  return createHash("sha256").update(body).digest("hex").slice(0, 10);
}
