import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((file) => !file.startsWith("src/kernel/assembly/"));
}

/** Files that a file imports, types included: even a type of the other wing would be a way through the wall. */
function imports(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, target]) => relative(root, resolve(root, dirname(file), target!)).replaceAll("\\", "/"));
}

/** Everything that a file reaches, with the way there. */
function reachable(start: string): Map<string, string> {
  const ways = new Map([[start, start]]);
  const open = [start];
  while (open.length > 0) {
    const file = open.pop()!;
    for (const target of imports(file)) {
      if (ways.has(target)) continue;
      ways.set(target, `${ways.get(file)} -> ${target}`);
      open.push(target);
    }
  }
  return ways;
}

const all = [...sources("bin"), ...sources("src"), ...sources("workers")];
const roomOf = (file: string): string => (file.startsWith("src/") ? (file.split("/").length > 2 ? file.split("/")[1]! : "src") : file.split("/")[0]!);

/** What each room may import besides itself; `src` stands for the few files at its top (errors, version, random, filter-bits), which import nothing. */
const mayImport: Record<string, readonly string[]> = {
  bin: ["cli"],
  workers: ["custodian", "linkage", "kernel", "pool"],
  cli: ["audit", "bench", "custodian", "exchange", "linkage", "report", "schema", "output", "pool", "synth", "src"],
  bench: ["kernel", "linkage", "report", "src"],
  custodian: ["exchange", "linkage", "schema", "kernel", "output", "pool", "src"],
  audit: ["custodian", "exchange", "schema", "kernel", "output", "pool", "src"],
  linkage: ["exchange", "schema", "kernel", "pool", "src"],
  report: ["exchange", "linkage", "schema", "output", "src"],
  exchange: ["schema", "output", "src"],
  synth: ["custodian", "output", "src"],
  schema: ["src"],
  output: ["src"],
  pool: ["src"],
  kernel: [],
  src: [],
};

describe("the wall", () => {
  it.each([...sources("src/linkage"), ...sources("src/report"), "workers/link-task.ts"])("keeps names and salt out of %s", (file) => {
    const across = [...reachable(file)].filter(([target]) => /^src\/(custodian|audit)\//.test(target)).map(([, way]) => way);
    expect(across).toEqual([]);
  });

  it("keeps the encoding kernel out of the linkage wing", () => {
    for (const file of [...sources("src/linkage"), "workers/link-task.ts"]) {
      expect([...reachable(file).keys()].filter((target) => /kernel\/(encode|reference\/encode)/.test(target))).toEqual([]);
    }
  });
});

describe("the house", () => {
  it("has an import that resolves for every import", () => {
    for (const file of all) for (const target of imports(file)) expect(all, `${file} imports ${target}`).toContain(target);
  });

  it.each(Object.keys(mayImport))("lets %s import only what lies below it", (room) => {
    const broken = all
      .filter((file) => roomOf(file) === room)
      .flatMap((file) => imports(file).filter((target) => roomOf(target) !== room && !mayImport[room]!.includes(roomOf(target))).map((target) => `${file} -> ${target}`));
    expect(broken).toEqual([]);
  });

  it("has no room without rules", () => {
    expect([...new Set(all.map(roomOf))].filter((room) => mayImport[room] === undefined)).toEqual([]);
  });

  it("has commands that do not import each other", () => {
    const helpers = ["src/cli/commands/command.ts"]; // the type of a command, parsers of options
    for (const file of sources("src/cli/commands").filter((name) => !name.endsWith("/index.ts"))) {
      expect(imports(file).filter((target) => target.startsWith("src/cli/commands/") && !helpers.includes(target))).toEqual([]);
    }
  });

  it("touches argv, exit codes and the terminal only in bin and cli", () => {
    const outside = all.filter((file) => !["bin", "cli"].includes(roomOf(file)));
    const touching = outside.filter((file) => /process\.(argv|stdout|stderr|exit|exitCode|env)\b|console\./.test(readFileSync(join(root, file), "utf8")));
    expect(touching).toEqual([]);
  });

  it("has no drawer for odds and ends", () => {
    expect(all.filter((file) => /(^|\/)(utils?|misc|helpers?|common)\.ts$/.test(file))).toEqual([]);
  });
});
