import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { random } from "../../src/random.ts";
import { type Workplace, workplace } from "./saltlink.ts";

// names that occur nowhere else: any of them in any output is a leak
const next = random("canaries");
const syllable = (): string => "bcdfghjklmnpqrstvwxz"[Math.floor(next() * 20)]! + "aeiou"[Math.floor(next() * 5)]! + "zxqjv"[Math.floor(next() * 5)]!;
const canary = (): string => `Q${syllable()}${syllable()}${syllable()}`;
const canaries = Array.from({ length: 1000 }, canary);

const rows = Array.from({ length: 500 }, (_, i) => `own-${i},${canaries[i]},${canaries[500 + i]},19${50 + (i % 50)}-${1 + (i % 12)}-${1 + (i % 28)},${i % 2 ? "M" : "F"},${i} ${canaries[(i * 7) % 1000]} Road,SW1A ${i % 10}AA`);
const csv = (lines: readonly string[]): string => `id,forename,surname,dob,sex,address,postcode\n${lines.join("\n")}\n`;

function bytesUnder(path: string): { name: string; bytes: Buffer }[] {
  return readdirSync(path, { recursive: true, encoding: "utf8" }).flatMap((name) => (statSync(join(path, name)).isFile() ? [{ name, bytes: readFileSync(join(path, name)) }] : []));
}

/** Every canary, own id or piece of the salt in what a run wrote or said. */
function leaks(work: Workplace, said: readonly string[], allowed: RegExp): string[] {
  const secret = work.read("project.salt").split(" ")[2]!;
  const raw = Buffer.from(secret, "base64url");
  const needles = [...canaries, ...canaries.map((name) => name.toUpperCase()), secret, secret.slice(0, 20), raw.toString("hex").slice(0, 24), raw.toString("base64").slice(0, 20)];
  const hits: string[] = [];
  for (const { name, bytes } of bytesUnder(work.path)) {
    if (allowed.test(name)) continue;
    const text = bytes.toString("latin1");
    for (const needle of needles) if (text.includes(needle)) hits.push(`${name}: ${needle}`);
    if (bytes.includes(raw)) hits.push(`${name}: raw salt`);
    if (!name.includes("lookup") && !name.includes(".links.csv") && /own-\d/.test(text)) hits.push(`${name}: own id`);
  }
  for (const text of said) for (const needle of needles) if (text.includes(needle)) hits.push(`said: ${needle}`);
  return hits;
}

describe("canaries", () => {
  it("are in no output of a whole job, in no message, in no error", () => {
    const work = workplace();
    work.write("a.csv", csv(rows));
    work.write("b.csv", csv(rows.slice(100).map((row) => row.replace("own-", "own-9"))));
    const said: string[] = [];
    const run = (...args: string[]): void => {
      const { stdout, stderr } = work.try(...args);
      said.push(stdout, stderr);
    };
    for (const profile of ["standard", "strict", "plain"]) {
      run("schema", "init", "a.csv", "b.csv", "--out", `${profile}.json`, "--profile", profile);
      for (const name of ["a", "b"]) run("hash", `${name}.csv`, "--schema", `${profile}.json`, "--salt", "project.salt", "--out", `${profile}-${name}.parquet`, "--accept-frequency-risk");
      run("inspect", `${profile}-a.parquet`, "--json");
      run("link", `${profile}-a.parquet`, `${profile}-b.parquet`, "--out", `${profile}-run`);
      run("return", `${profile}-run`, "--out", `${profile}-returned`);
      run("join", `${profile}-returned/${profile}-a.csv`, "--lookup", `${profile}-a.lookup.csv`, "--out", `${profile}.links.csv`);
    }
    run("hash", "a.csv", "--schema", "standard.json", "--salt", "project.salt", "--out", "as.csv");
    // errors of every kind, with canaries all around them
    const broken: [string, string][] = [
      ["short.csv", csv(rows.map((row) => row.split(",").slice(0, 3).join(",")))],
      ["quote.csv", csv([...rows.slice(0, 50), `own-x,"${canaries[0]},${canaries[1]}`, ...rows])],
      ["inner.csv", csv(rows.map((row) => row.replace(/,(\w+),/, ',"$1"x,')))],
      ["headless.csv", `${rows.join("\n")}\n`],
      ["twice.csv", csv([...rows, rows[3]!])],
      ["dates.csv", csv(rows.map((row) => row.replace(/19\d\d-\d+-\d+/, "01/02/1980")))],
      ["latin.csv", csv(rows).replaceAll("Q", "é")],
    ];
    for (const [name, content] of broken) {
      work.write(name, name === "latin.csv" ? Buffer.from(content, "latin1") : content);
      run("hash", name, "--schema", "standard.json", "--salt", "project.salt", "--out", `x-${name}.parquet`);
      run("schema", "init", name, "--out", `x-${name}.json`);
      run("schema", "check", name, "--schema", "standard.json");
    }
    run("hash", "a.csv", "--schema", "a.csv", "--salt", "project.salt", "--out", "x.parquet");
    run("hash", "a.csv", "--schema", "standard.json", "--salt", "a.csv", "--out", "x.parquet");
    run("link", "a.csv", "b.csv", "--out", "x");
    run("inspect", "a.csv");
    run("evaluate", "standard-run", "--truth", "a.csv", "--lookup", "a.csv", "b.csv");
    run("hash", canaries[5]!.toLowerCase(), "--bogus");
    expect(said.join("").length).toBeGreaterThan(1000);
    expect(leaks(work, said, /^(a|b|short|quote|inner|headless|twice|dates|latin)\.csv$|^project\.salt$/)).toEqual([]);
  });

  it("are in nothing that an audit says or writes", { timeout: 120_000 }, () => {
    const work = workplace();
    work.write("a.csv", csv(rows));
    work.write("b.csv", csv(rows.map((row) => row.replace(",Q", ",QQ"))));
    work.write("names.csv", `field,value,count\n${canaries.slice(0, 50).map((name) => `surname,${name},12`).join("\n")}\nsurname,${canaries[60]},many\n`);
    work.do("schema", "init", "a.csv", "--out", "plain.json", "--profile", "plain");
    work.do("hash", "a.csv", "--schema", "plain.json", "--salt", "project.salt", "--out", "a.parquet", "--accept-frequency-risk");
    const audit = (...args: string[]): string[] => {
      const { stdout, stderr } = work.try("audit", "a.parquet", "--schema", "plain.json", "--salt", "project.salt", ...args);
      return [stdout, stderr];
    };
    const said = [...audit("--input", "a.csv", "--out", "audit.md", "--json"), ...audit("--input", "b.csv"), ...audit("--input", "a.csv", "--names", "names.csv"), ...audit("--input", "a.csv", "--lookup", "a.csv")];
    expect(work.read("audit.md")).toContain("OVER THE LIMIT");
    expect(leaks(work, said, /^(a|b|names)\.csv$|^project\.salt$/)).toEqual([]);
  });
});
