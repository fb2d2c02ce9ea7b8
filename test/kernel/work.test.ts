import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "../temporary.ts";

// Guards the hot loops by the instructions that they hold, which do not depend on the machine or on what else it does. Times are for bench/.

const root = resolve(import.meta.dirname, "../..");

/** A kernel as WebAssembly text, compiled as the build does. */
function textOf(kernel: "encode" | "link"): string {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
  const [, ...words] = scripts[`build:${kernel}`]!.split(" ");
  const text = temporaryDirectory().at(`${kernel}.wat`);
  execFileSync(process.execPath, [join(root, "node_modules/assemblyscript/bin/asc.js"), ...words.map((word) => (word.endsWith(".wasm") ? text : word === "-o" ? "--textFile" : word))], { cwd: root });
  return readFileSync(text, "utf8");
}

/** Instructions of a function, line by line. */
function linesOf(text: string, name: string): { indent: number; instruction: string }[] {
  const [body = ""] = text.slice(text.search(new RegExp(`^ \\(func \\S*/${name}(?![\\w<])`, "m")) + 1).split("\n (func ", 1);
  return body.split("\n").map((line) => ({ indent: line.search(/\S/), instruction: line.trim().split(" ", 1)[0]! }));
}

/** Innermost loops of a function, each as its instructions. */
function innerLoops(text: string, name: string): string[][] {
  const lines = linesOf(text, name);
  return lines.flatMap(({ instruction, indent }, start) => {
    if (instruction !== "loop") return [];
    const length = lines.slice(start).findIndex((line) => line.instruction === "end" && line.indent === indent);
    const inside = lines.slice(start + 1, start + length).map((line) => line.instruction);
    return inside.includes("loop") ? [] : [inside];
  });
}

const count = (instructions: readonly string[], wanted: string): number => instructions.filter((instruction) => instruction === wanted).length;

const link = textOf("link");

describe("the work of sixteen bits of 128 pairs", () => {
  it.each(["u8", "u16"])("is their planes read once and five operations for each, with carries in counters of %s", (type) => {
    const loop = innerLoops(link, `nearLanes<${type}>`).find((candidate) => candidate.includes("v128.load"))!;
    const pins = 3; // stored and fetched again
    expect(count(loop, "v128.load")).toBe(16 + pins);
    expect(count(loop, "v128.store")).toBe(pins);
    expect(loop.filter((instruction) => /^v128\.(and|or|xor|not|andnot)$/.test(instruction)).length).toBeLessThanOrEqual(16 * 6);
    expect(loop.filter((instruction) => /^call|^i32\.store|i64/.test(instruction))).toEqual([]);
    expect(loop.length).toBeLessThan(400);
  });
});

describe("the work of a pair in a bucket", () => {
  const loops = innerLoops(link, "scanBlocks").filter((loop) => loop.includes("i64.popcnt"));

  it.each([
    [8, 90],
    [16, 165],
  ])("is %i words read once from either side, and at most %i instructions", (words, most) => {
    const loop = loops.find((candidate) => count(candidate, "i64.popcnt") === words)!;
    expect(loop).toBeDefined();
    expect(count(loop, "i64.load")).toBe(2 * words);
    expect(loop.filter((instruction) => /^call|\.load|\.store/.test(instruction))).toHaveLength(2 * words); // nothing of the layout, nothing spilled
    expect(loop.length).toBeLessThan(most);
  });
});

describe("the work of a filter", () => {
  const encode = textOf("encode");

  it("is five positions listed at a time, with no branch on what is set", () => {
    const loop = innerLoops(encode, "writeFilter").find((candidate) => count(candidate, "i32.store8") === 5)!;
    expect(count(loop, "i32.load8_u")).toBe(5);
    expect(count(loop, "if")).toBe(1); // whether five more are wanted
    expect(loop.filter((instruction) => /^call|^select/.test(instruction))).toEqual([]);
    expect(loop.length).toBeLessThan(140);
  });

  it("is the columns of four set bits read once and XORed", () => {
    const loop = innerLoops(encode, "writeFilter").find((candidate) => count(candidate, "v128.load") > 0)!;
    expect(count(loop, "v128.load")).toBe(4 * 4);
    expect(count(loop, "v128.xor")).toBe(4 * 4);
    expect(loop.filter((instruction) => /^call|store|^select/.test(instruction))).toEqual([]);
    expect(loop.length).toBeLessThan(130);
  });
});
