import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PartialFile, claimPartial, commitPartial, discardPartials, protectInputs } from "../../src/output/partial-file.ts";
import { temporaryDirectory } from "../temporary.ts";

/** Writes a whole output. */
function put(path: string, text: string, choices?: { force?: boolean; mode?: number }): void {
  const file = new PartialFile(path, choices);
  file.write(text);
  file.commit();
}
/** The id of a process that is no more. */
const gone = (): number => spawnSync("true").pid;

describe.skipIf(process.platform === "win32")("an output", () => {
  let mask = 0;
  beforeEach(() => (mask = process.umask(0)));
  afterEach(() => {
    process.umask(mask);
    discardPartials();
  });

  it("is its owner's alone, whatever the umask, from its first byte on", () => {
    const { at } = temporaryDirectory();
    const file = new PartialFile(at("x"));
    expect(readdirSync(at(".")).map((name) => statSync(at(name)).mode & 0o777)).toEqual([0o600]);
    file.commit();
    expect(statSync(at("x")).mode & 0o777).toBe(0o600);
    put(at("page"), "for everybody", { mode: 0o644 });
    expect(statSync(at("page")).mode & 0o777).toBe(0o644);
  });

  it("takes its name only when it is whole", () => {
    const { at } = temporaryDirectory();
    const file = new PartialFile(at("x"));
    file.write("all of it");
    expect(existsSync(at("x"))).toBe(false);
    file.commit();
    expect([readFileSync(at("x"), "utf8"), readdirSync(at("."))]).toEqual(["all of it", ["x"]]);
  });

  it("is not written through a link that somebody planted under its name or that of its partial", () => {
    const { at, write } = temporaryDirectory();
    const victim = write("victim", "untouched");
    symlinkSync(victim, at("x"));
    expect(() => new PartialFile(at("x"))).toThrow(/already there/);
    put(at("x"), "mine", { force: true });
    symlinkSync(at("nowhere"), at("dangling"));
    expect(() => put(at("dangling"), "mine")).toThrow(/already there/);
    symlinkSync(victim, at(`y.${process.pid}.partial`));
    put(at("y"), "mine");
    symlinkSync(victim, at(`z.${gone()}.partial`));
    put(at("z"), "mine");
    expect(["x", "y", "z"].map((name) => [lstatSync(at(name)).isSymbolicLink(), readFileSync(at(name), "utf8")])).toEqual([[false, "mine"], [false, "mine"], [false, "mine"]]);
    expect([readFileSync(victim, "utf8"), existsSync(at("nowhere"))]).toEqual(["untouched", false]);
  });

  it("replaces nothing that came up under its name meanwhile, unless forced", () => {
    const { at, write } = temporaryDirectory();
    const file = new PartialFile(at("x"));
    file.write("mine");
    write("x", "another's");
    expect(() => file.commit()).toThrow(/x.*already there/);
    expect(readFileSync(at("x"), "utf8")).toBe("another's");
    const directory = claimPartial(at("run"), false);
    mkdirSync(directory);
    writeFileSync(`${directory}/links.csv`, "");
    mkdirSync(at("run"));
    write("run/other", "another's");
    expect(() => commitPartial(directory, at("run"), false)).toThrow(/cannot write/);
    expect(readdirSync(at("run"))).toEqual(["other"]);
  });

  it("never replaces an input of its run", () => {
    const { at, write } = temporaryDirectory();
    const input = write("people.csv", "people");
    symlinkSync(input, at("alias"));
    protectInputs([input]);
    for (const path of [input, at("alias"), `${dirname(input)}/./people.csv`]) expect(() => new PartialFile(path, { force: true })).toThrow(/is an input of this command/);
  });

  it("waits for no dead run and disturbs no living one", () => {
    const { at, write } = temporaryDirectory();
    write(`x.${gone()}.partial`, "half");
    mkdirSync(at(`x.${gone()}.partial`));
    put(at("x"), "whole");
    expect(readdirSync(at("."))).toEqual(["x"]);
    write(`y.${process.ppid}.partial`, "somebody is at it");
    expect(() => new PartialFile(at("y"))).toThrow(expect.objectContaining({ exitCode: 8 }) as Error);
    expect(readdirSync(at("."))).toEqual(["x", `y.${process.ppid}.partial`]);
  });

  it("leaves nothing when the run fails", () => {
    const { at } = temporaryDirectory();
    new PartialFile(at("x")).write("half");
    mkdirSync(claimPartial(at("run"), false));
    discardPartials();
    expect(readdirSync(at("."))).toEqual([]);
  });
});
