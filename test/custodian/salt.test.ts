import { chmodSync, openSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { deriveSalt, generateSalt, readSalt, readSaltFrom, readSaltLine } from "../../src/custodian/salt.ts";
import { keyCommitment, subKey } from "../../src/custodian/sub-key.ts";
import { temporaryDirectory } from "../temporary.ts";

const fresh = (): { path: string; at: (name: string) => string } => {
  const { at } = temporaryDirectory();
  generateSalt("leo-2026", at("project.salt"));
  return { path: at("project.salt"), at };
};

describe("the salt file", () => {
  it("is one line that only its owner can read, and reads back", () => {
    const { path } = fresh();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, "utf8")).toMatch(/^saltlink-salt-1 leo-2026 [\w-]{43} [0-9a-f]{10}\n$/);
    const salt = readSalt(path);
    expect(salt.project).toBe("leo-2026");
    expect(salt.secret).toHaveLength(32);
    expect(readSaltFrom(openSync(path, "r")).secret).toEqual(salt.secret);
  });

  it("is never overwritten", () => {
    const { path } = fresh();
    expect(() => generateSalt("leo-2026", path)).toThrow(/never overwritten/);
  });

  it.each(["", "Leo 2026", "a/b", "x".repeat(65)])("refuses the project name %o", (project) => {
    const { at } = temporaryDirectory();
    expect(() => generateSalt(project, at("s"))).toThrow(/project name/);
  });

  it("is refused when any one character is damaged", () => {
    const { path } = fresh();
    const line = readFileSync(path, "utf8").trimEnd();
    for (let at = 0; at < line.length; at++) {
      const other = line[at] === "x" ? "y" : "x";
      writeFileSync(path, `${line.slice(0, at)}${other}${line.slice(at + 1)}\n`, { mode: 0o600 });
      expect(() => readSalt(path), `character ${at}`).toThrow(/damaged|not a salt file/);
    }
  });

  it.skipIf(process.platform === "win32").each([0o640, 0o604, 0o666, 0o620])("is refused with mode %o", (mode) => {
    const { path } = fresh();
    chmodSync(path, mode);
    expect(() => readSalt(path)).toThrow(/can be read by others/);
  });

  it("is refused when empty, a link, a directory or huge", () => {
    const { path, at } = fresh();
    writeFileSync(at("empty"), "", { mode: 0o600 });
    expect(() => readSalt(at("empty"))).toThrow(/is empty/);
    symlinkSync(path, at("link"));
    expect(() => readSalt(at("link"))).toThrow(/symbolic link/);
    chmodSync(at("."), 0o700);
    expect(() => readSalt(at("."))).toThrow(/not a regular file/);
    writeFileSync(at("huge"), "x".repeat(1 << 20), { mode: 0o600 });
    expect(() => readSalt(at("huge"))).toThrow(/not a salt file/);
  });

  it("never shows its secret in a message", () => {
    const { path } = fresh();
    const secret = readFileSync(path, "utf8").split(" ")[2]!;
    writeFileSync(path, `saltlink-salt-1 leo-2026 ${secret} 0000000000\n`, { mode: 0o600 });
    expect(() => readSalt(path)).toThrow(expect.objectContaining({ message: expect.not.stringContaining(secret) as unknown }) as Error);
  });
});

describe("sub-keys", () => {
  it("differ by purpose, project and salt, and stay the same otherwise", () => {
    const salt = { project: "a", secret: new Uint8Array(32).fill(1) };
    const keys = [subKey(salt, "x"), subKey(salt, "y"), subKey({ ...salt, project: "b" }, "x"), subKey({ ...salt, secret: new Uint8Array(32).fill(2) }, "x")];
    expect(new Set(keys.map(String)).size).toBe(4);
    expect(subKey(salt, "x")).toEqual(keys[0]);
    expect(keyCommitment(salt)).toMatch(/^[0-9a-f]{32}$/);
    expect(Buffer.from(salt.secret).toString("hex")).not.toContain(keyCommitment(salt));
  });

  it("commit to every bit of the salt", () => {
    const secret = Uint8Array.from({ length: 32 }, (_, i) => i);
    const commitments = new Set([keyCommitment({ project: "p", secret })]);
    for (let bit = 0; bit < 256; bit++) {
      const flipped = secret.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      commitments.add(keyCommitment({ project: "p", secret: flipped }));
    }
    expect(commitments.size).toBe(257);
  });
});

describe("a passphrase", () => {
  const words = "acorn blanket copper dune ember falcon";

  it("gives every department the same salt, and every project another", () => {
    const { at } = temporaryDirectory();
    deriveSalt("leo-2026", words, at("a"));
    deriveSalt("leo-2026", `  ${words.replaceAll(" ", "   ")} `, at("b"));
    deriveSalt("echild", words, at("c"));
    expect(readFileSync(at("a"))).toEqual(readFileSync(at("b")));
    expect(readSalt(at("c")).secret).not.toEqual(readSalt(at("a")).secret);
    expect(statSync(at("a")).mode & 0o777).toBe(0o600);
  });

  it.each(["", "hunter2", "acorn blanket copper dune ember", "acorn acorn acorn acorn acorn acorn", "a b c d e f"])("is refused when it is weak, without a word of it", (weak) => {
    const { at } = temporaryDirectory();
    expect(() => deriveSalt("leo-2026", weak, at("salt"))).toThrow(/^the passphrase is too weak: (?!.*(hunter2|acorn))/);
  });
});

describe("a salt at a prompt", () => {
  it("reads as from its file", () => {
    const { path } = fresh();
    expect(readSaltLine(readFileSync(path, "utf8"))).toEqual(readSalt(path));
    expect(() => readSaltLine("")).toThrow(/is empty/);
  });
});
