import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { random } from "../../src/random.ts";
import { type Outcome, type Workplace, copyOf, program, saltlink } from "./saltlink.ts";

// names that occur nowhere else: any of them in any output is a leak
const next = random("canaries");
const syllable = (): string => "bcdfghjklmnpqrstvwxz"[Math.floor(next() * 20)]! + "aeiou"[Math.floor(next() * 5)]! + "zxqjv"[Math.floor(next() * 5)]!;
const canaries = Array.from({ length: 1000 }, () => `Q${syllable()}${syllable()}${syllable()}`);

const rows = Array.from({ length: 500 }, (_, i) => `own-${i},${canaries[i]},${canaries[500 + i]},19${50 + (i % 50)}-${1 + (i % 12)}-${1 + (i % 28)},${i % 2 ? "M" : "F"},${i} ${canaries[(i * 7) % 1000]} Road,SW1A ${i % 10}AA`);
const csv = (lines: readonly string[]): string => `id,forename,surname,dob,sex,address,postcode\n${lines.join("\n")}\n`;
const SALTED = ["--schema", "standard.json", "--salt", "project.salt"];

/** Two departments full of canaries, everything made of them, and what was said meanwhile. */
const said: string[] = [];
function wholeJob(): Workplace {
  return copyOf("canaries", (work) => {
    const run = (...args: string[]): void => {
      const { stdout, stderr } = work.do(...args);
      said.push(stdout, stderr);
    };
    run("keygen", "--project", "tests", "--out", "project.salt");
    work.write("a.csv", csv(rows));
    work.write("b.csv", csv(rows.slice(100).map((row) => row.replace("own-", "own-9"))));
    work.write("truth.csv", `id_a,id_b\n${rows.slice(100).map((_, i) => `own-${100 + i},own-9${100 + i}`).join("\n")}\n`);
    for (const profile of ["standard", "plain"]) {
      run("schema", "init", "a.csv", "b.csv", "--out", `${profile}.json`, "--profile", profile);
      for (const name of ["a", "b"]) run("hash", `${name}.csv`, "--schema", `${profile}.json`, "--salt", "project.salt", "--out", `${profile}-${name}.parquet`, "--accept-frequency-risk");
      run("inspect", `${profile}-a.parquet`, "--json");
      run("link", `${profile}-a.parquet`, `${profile}-b.parquet`, "--out", `${profile}-run`);
      run("return", `${profile}-run`, "--out", `${profile}-returned`);
      run("join", `${profile}-returned/${profile}-a.csv`, "--lookup", `${profile}-a.lookup.csv`, "--out", `${profile}.links.csv`);
    }
    run("schema", "init", "a.csv", "--out", "strict.json", "--profile", "strict");
    run("schema", "check", "a.csv", "--schema", "standard.json", "--json");
    run("hash", "a.csv", "--schema", "strict.json", "--salt", "project.salt", "--out", "as.csv", "--json");
    run("audit", "as.csv", "--input", "a.csv", "--schema", "strict.json", "--salt", "project.salt", "--out", "audit.md", "--json");
    run("evaluate", "standard-run", "--truth", "truth.csv", "--lookup", "standard-a.lookup.csv", "standard-b.lookup.csv", "--json");
    const [idA, idB] = work.read("standard-run/links.csv").split("\n")[1]!.split(",");
    run("explain", "standard-run", idA!, idB!);
    run("report", "standard-run", "--full", "--out", "report.html", "--csv");
    run("demo", "--out", "demo");
    run("synth", "--records", "200", "--out", "synth");
  });
}

const invented = new Set(canaries.map((name) => name.toUpperCase()));
/** Every canary in a text, in whatever case and company. */
const canariesIn = (text: string): string[] => [...text.matchAll(/(?=(q[a-z]{9}))/gi)].flatMap(([, word]) => (invented.has(word!.toUpperCase()) ? [word!] : []));

/** Every canary, own id or piece of the salt in what a run wrote or said. */
function leaks(work: Workplace, said: readonly string[], inputs: RegExp): string[] {
  const secret = work.read("project.salt").split(" ")[2]!;
  const raw = Buffer.from(secret, "base64url");
  const needles = [secret, secret.slice(0, 20), raw.toString("hex").slice(0, 24), raw.toString("base64").slice(0, 20), raw.toString("latin1")];
  const hitsIn = (text: string): string[] => [...canariesIn(text), ...needles.filter((needle) => text.includes(needle))];
  return [
    ...said.flatMap((text) => hitsIn(text).map((hit) => `said: ${hit}`)),
    ...readdirSync(work.path, { recursive: true, encoding: "utf8" }).flatMap((name) => {
      if (!statSync(work.at(name)).isFile() || inputs.test(name)) return [];
      const text = readFileSync(work.at(name), "latin1");
      const ownIds = !name.includes("lookup") && !name.includes(".links.csv") && /own-\d/.test(text) ? ["own id"] : [];
      return [...hitsIn(text), ...ownIds].map((hit) => `${name}: ${hit}`);
    }),
  ];
}
const INPUTS = /^(a|b|truth)\.csv$|^project\.salt$/;

describe("canaries", { timeout: 900_000 }, () => {
  it("are in no output and no message of any command", () => {
    const work = wholeJob();
    const commands = [...saltlink(["--help"]).stdout.matchAll(/^ {2}([a-z]+) .*/gm)].map(([, name]) => name!);
    // bench makes people of its own, in a directory of its own
    const used = readFileSync(import.meta.filename, "utf8");
    expect(commands.filter((name) => !["help", "bench"].includes(name) && !used.includes(`run("${name}"`))).toEqual([]);
    expect(said.join("").length).toBeGreaterThan(1000);
    expect(leaks(work, said, INPUTS)).toEqual([]);
    expect(leaks(work, [`Record of ${canaries[3]!.toLowerCase()}`], /^$/).length).toBeGreaterThan(1000); // in the inputs they are found
  });

  it("are in no refusal, of whatever kind", () => {
    const work = wholeJob();
    const outcomes: Outcome[] = [];
    const run = (...args: string[]): void => void outcomes.push(work.try(...args));
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
      run("hash", name, ...SALTED, "--out", `x-${name}.parquet`);
      run("schema", "check", name, "--schema", "standard.json");
    }
    work.write("families.csv", csv(rows.map((row) => row.replace(/,Q\w+,Q\w+,[\d-]+,.,.*/, `,${canaries[1]},${canaries[2]},1980-01-02,F,1 ${canaries[3]} Road,SW1A 1AA`))));
    work.write("names.csv", `field,value,count\n${canaries.slice(0, 50).map((name) => `surname,${name},12`).join("\n")}\nsurname,${canaries[60]},many\n`);
    work.write("names.json", work.read("standard.json").replace(/"parts": \[/, `"parts": ["${canaries[4]}", `));
    work.write("odd.json", work.read("standard.json").replace("{", `{"${canaries[5]!.toLowerCase()}": 1,`));
    work.write(`standard-a.parquet.${process.pid}.partial`, "");
    mkdirSync(work.at("locked"));
    chmodSync(work.at("locked"), 0o500);
    symlinkSync("project.salt", work.at("link.salt"));
    const audit = (...args: string[]): void => run("audit", "plain-a.parquet", "--schema", "plain.json", "--salt", "project.salt", ...args);
    // what a class of errors has in its messages: names of files, columns, options
    run("hash", canaries[5]!.toLowerCase(), "--bogus"); // 2
    run("hash", "a.csv", "--schema", "standard.json", "--salt", "a.csv", "--out", "x.parquet"); // 3
    run("hash", "a.csv", "--schema", "standard.json", "--salt", "link.salt", "--out", "x.parquet");
    audit("--input", "a.csv", "--lookup", "standard-b.lookup.csv"); // 4
    audit("--input", "b.csv");
    run("link", "standard-a.parquet", "plain-b.parquet", "--out", "x");
    run("hash", "a.csv", ...SALTED, "--out", "/dev/full/x.parquet"); // 2, no directory
    run("hash", "a.csv", ...SALTED, "--out", "/proc/x.parquet"); // 5 or 2
    run("hash", "a.csv", ...SALTED, "--out", "standard-a.parquet", "--force"); // 8
    run("hash", "a.csv", "--schema", "a.csv", "--salt", "project.salt", "--out", "x.parquet"); // 9
    run("hash", "a.csv", "--schema", "names.json", "--salt", "project.salt", "--out", "x.parquet");
    run("link", "a.csv", "b.csv", "--out", "x");
    run("inspect", "a.csv");
    run("evaluate", "standard-run", "--truth", "a.csv", "--lookup", "a.csv", "b.csv");
    run("schema", "init", "headless.csv", "--out", "x.json");
    run("explain", "standard-run", "own-1", "own-9101");
    run("join", "a.csv", "--lookup", "standard-a.lookup.csv", "--out", "x.csv");
    run("join", "standard-returned/standard-a.csv", "--lookup", "a.csv", "--out", "x.csv");
    audit("--input", "a.csv", "--names", "names.csv");
    audit("--input", "a.csv", "--lookup", "a.csv");
    run("hash", "families.csv", ...SALTED, "--out", "x.parquet"); // 10
    audit("--input", "a.csv", "--out", "red.md", "--json");
    const codes = new Set(outcomes.map(({ code }) => code));
    for (const code of [2, 3, 4, 8, 9, 10]) expect(codes).toContain(code);
    expect(codes).not.toContain(1);
    const messages = outcomes.flatMap(({ stdout, stderr }) => [stdout, stderr]);
    expect(leaks(work, messages, new RegExp(`${INPUTS.source}|^(short|quote|inner|headless|twice|dates|latin|families|names)\\.csv$|^(names|odd)\\.json$|^link\\.salt$`))).toEqual([]);
  });
});

// A bug in the middle of the work: functions of the runtime that fail with the value in their message. Loaded before the program, in its threads too.
const BUG = `
const failures = {
  "an error": (value) => { throw new Error("cannot read " + value); },
  "an error of several lines": (value) => { throw new TypeError("a value:\\n    at " + value + "\\n" + value); },
  "an error whose name is a value": (value) => { const error = new Error(value); error.name = value; throw error; },
  "no error": (value) => { throw value; },
  "nobody to catch it": (value) => { setTimeout(() => { throw new Error("late " + value); }); },
  "a promise that nobody waits for": (value) => { void Promise.reject(new Error("refused " + value)); },
  "the end of the thread": (value) => { process.exit(9); },
};
for (const name of ["trim", "split", "toUpperCase"]) {
  const original = String.prototype[name];
  String.prototype[name] = function (...args) {
    const value = String(this);
    if (value.includes(process.env.CANARY)) failures[process.env.FAILURE](value);
    return Reflect.apply(original, this, args);
  };
}`;

describe("a crash", { timeout: 900_000 }, () => {
  const crash = (work: Workplace, failure: string, args: readonly string[]): Promise<{ code: number | null; said: string }> => {
    const environment = { ...process.env, FAILURE: failure, CANARY: canaries[40]!, NODE_OPTIONS: `--import file://${work.write("bug.mjs", BUG)} --report-uncaught-exception --report-on-fatalerror --report-on-signal --stack-trace-limit=50` };
    const child = spawn(process.execPath, [program, ...args], { cwd: work.path, env: environment });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    return once(child, "close").then(([code]) => ({ code: code as number | null, said: text }));
  };

  it.each(["an error", "an error of several lines", "an error whose name is a value", "no error", "nobody to catch it", "a promise that nobody waits for", "the end of the thread"])("with %s shows no value and leaves no report that does", async (failure) => {
    const work = wholeJob();
    // a small file is hashed without threads
    work.write("large.csv", csv(failure.includes("thread") ? Array.from({ length: 100 }, (_, copy) => rows.map((row) => row.replace("own-", `own-${copy}x`))).flat() : rows));
    const outcomes = [await crash(work, failure, ["hash", "large.csv", "--map", "a.map.json", ...SALTED, "--out", "x.parquet"])];
    if (!failure.includes("thread")) outcomes.push(await crash(work, failure, ["schema", "init", "a.csv", "--out", "x.json"]));
    for (const { code } of outcomes) {
      if (failure.includes("thread")) expect(code).toBe(6);
      else if (!failure.includes("nobody")) expect(code).toBe(1);
      else expect([0, 1]).toContain(code); // it may be over before it matters
    }
    if (!/thread|nobody/.test(failure)) for (const { said } of outcomes) expect(said).toMatch(/a bug in saltlink \(\w+\); please report these lines:/);
    expect(leaks(work, outcomes.map(({ said }) => said), new RegExp(`${INPUTS.source}|^(bug\\.mjs|large\\.csv)$`))).toEqual([]);
    expect(readdirSync(work.path).filter((name) => /partial|rows/.test(name))).toEqual([]);
  });

  it("by want of memory leaves a diagnostic report without a value", async () => {
    const work = wholeJob();
    work.write("large.csv", csv(Array.from({ length: 100 }, (_, copy) => rows.map((row) => row.replace("own-", `own-${copy}x`))).flat()));
    const child = spawn(process.execPath, ["--max-old-space-size=12", "--report-on-fatalerror", "--report-uncaught-exception", program, "hash", "large.csv", ...SALTED, "--out", "x.parquet"], { cwd: work.path });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    await once(child, "close");
    expect(readdirSync(work.path).some((name) => /^report\..*\.json$/.test(name))).toBe(true);
    expect(leaks(work, [text], new RegExp(`${INPUTS.source}|^large\\.csv$`))).toEqual([]);
  });

  it.each(["--inspect=0", "--heap-prof", "--heapsnapshot-near-heap-limit=1", "--heapsnapshot_signal=SIGUSR2", "--abort-on-uncaught-exception"])("cannot show the salt to whoever looks on by %s", async (option) => {
    const work = wholeJob();
    const args = option.startsWith("--heap") ? ["keygen", "--project", "tests", "--out", "other.salt"] : ["hash", "a.csv", ...SALTED, "--out", "x.parquet"];
    const child = spawn(process.execPath, [program, ...args], { cwd: work.path, env: { ...process.env, NODE_OPTIONS: option } });
    let text = "";
    child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const [code] = (await once(child, "close")) as [number];
    expect(text).toMatch(/error: the salt is not read while Node runs with --(inspect|heap|abort)/);
    expect(code).toBe(3);
    expect(readdirSync(work.path).filter((name) => /^x\.|other\.salt/.test(name))).toEqual([]);
  });
});

describe.skipIf(process.platform !== "linux")("other users of the machine", () => {
  it("see no salt and no value in the arguments and the environment of any process", async () => {
    const work = wholeJob();
    rmSync(work.at("demo"), { recursive: true });
    const child = spawn(process.execPath, [program, "hash", "a.csv", ...SALTED, "--out", "x.parquet", "--require-audit"], { cwd: work.path, stdio: "ignore" });
    const seen: string[] = [];
    while (child.exitCode === null) {
      for (const name of ["cmdline", "environ", "comm"]) {
        try {
          seen.push(readFileSync(join("/proc", String(child.pid), name), "latin1"));
          for (const thread of readdirSync(join("/proc", String(child.pid), "task"))) seen.push(readFileSync(join("/proc", String(child.pid), "task", thread, "comm"), "latin1"));
        } catch {
          // it is over
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(seen.join()).toContain("saltlink");
    expect(leaks(work, seen, INPUTS)).toEqual([]);
  });
});
