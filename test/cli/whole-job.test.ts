import { copyFileSync, mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { random } from "../../src/random.ts";
import { type Workplace, departments, hashBoth, hashedDepartments, workplace } from "./saltlink.ts";

interface Evaluation {
  precision: number;
  recall: number;
  f1: number;
  pair_completeness: number;
  reduction_ratio: number;
  estimated_precision: number;
  estimated_recall: number;
  estimated_precision_interval: [number, number];
  estimated_recall_interval: [number, number];
}

const evaluation = (work: Workplace, run = "run"): Evaluation => JSON.parse(work.do("evaluate", run, "--truth", "truth.csv", "--lookup", "census.lookup.csv", "tax.lookup.csv", "--json").stdout) as Evaluation;

/** Links in the departments' own ids, sorted: what a run found, whatever the record ids. */
function ownLinks(work: Workplace, run: string, a = "census", b = "tax"): string[] {
  const lookup = (name: string): Map<string, string> => new Map(work.read(`${name}.lookup.csv`).trim().split("\n").slice(1).map((line) => line.split(",") as [string, string]));
  const [ofA, ofB] = [lookup(a), lookup(b)];
  return work.read(`${run}/links.csv`).trim().split("\n").slice(1).map((line) => {
    const [idA, idB, ...rest] = line.split(",");
    return [ofA.get(idA!), ofB.get(idB!), ...rest].join(",");
  }).sort();
}

describe("the whole job on two departments", () => {
  it("goes from CSV to returned links, and its estimates are near the truth", () => {
    const work = hashedDepartments();
    expect(work.do("inspect", "census.parquet").stdout).toMatch(/whole and unchanged/);
    work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    const found = evaluation(work);
    expect(found.f1).toBeGreaterThan(0.99);
    expect(found.pair_completeness).toBeGreaterThan(0.99);
    expect(found.reduction_ratio).toBeGreaterThan(0.99);
    expect(Math.abs(found.estimated_precision - found.precision)).toBeLessThan(0.01);
    expect(Math.abs(found.estimated_recall - found.recall)).toBeLessThan(0.01);
    for (const [truth, [low, high]] of [[found.precision, found.estimated_precision_interval], [found.recall, found.estimated_recall_interval]] as const) {
      expect(truth).toBeGreaterThanOrEqual(low);
      expect(truth).toBeLessThanOrEqual(high);
      expect(high - low).toBeLessThan(0.05);
    }
    expect(work.do("evaluate", "run", "--truth", "truth.csv", "--lookup", "census.lookup.csv", "tax.lookup.csv").stdout.match(/, holds the truth/g)).toHaveLength(2);

    work.do("return", "run", "--out", "returned");
    expect(readdirSync(work.at("returned")).sort()).toEqual(["census.csv", "tax.csv"]);
    work.do("join", "returned/census.csv", "--lookup", "census.lookup.csv", "--out", "census.links.csv");
    work.do("join", "returned/tax.csv", "--lookup", "tax.lookup.csv", "--out", "tax.links.csv");
    const linkIds = (name: string): Map<string, string> => new Map(work.read(name).trim().split("\n").slice(1).map((line) => line.split(",").toReversed() as [string, string]));
    const [census, tax] = [linkIds("census.links.csv"), linkIds("tax.links.csv")];
    expect([...census.keys()].sort()).toEqual([...tax.keys()].sort());
    expect([...census].map(([link, own]) => `${own},${tax.get(link)}`).sort()).toEqual(ownLinks(work, "run").map((line) => line.split(",").slice(0, 2).join(",")));
    // a department gets nothing of the other's
    expect(work.read("returned/census.csv")).not.toContain(work.read("tax.lookup.csv").split("\n")[1]!.slice(0, 32));
  });

  it("links for a precision, or shows by threshold what there is to choose", () => {
    const work = hashedDepartments();
    interface Chosen {
      threshold: number;
      links: { count: number };
      estimated: { precision: number; targetReached?: boolean };
      thresholds: { threshold: number; links: number; precision: number }[];
    }
    const link = (...options: string[]): Chosen => JSON.parse(work.do("link", "census.parquet", "tax.parquet", "--out", "run", "--force", "--json", ...options).stdout) as Chosen;
    const usual = link();
    expect(usual.thresholds.find(({ threshold }) => threshold === 0.5)).toMatchObject({ links: usual.links.count, precision: usual.estimated.precision });
    // a row of the table is what linking at its threshold gives
    const row = usual.thresholds.find(({ threshold }) => threshold === 0.99)!;
    expect(link("--threshold", "0.99").links.count).toBe(row.links);
    const strict = link("--target-precision", "0.9999");
    expect(strict.estimated.precision).toBeGreaterThanOrEqual(0.9999);
    expect(strict.estimated.targetReached).toBe(true);
    expect(strict.links.count).toBeLessThan(usual.links.count);
    expect(JSON.parse(work.read("run/manifest.json"))).toMatchObject({ threshold: strict.threshold });
    const both = work.try("link", "census.parquet", "tax.parquet", "--out", "run2", "--threshold", "0.5", "--target-precision", "0.9");
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining("cannot be used with")]);
    expect(work.do("link", "census.parquet", "tax.parquet", "--out", "run", "--force", "--target-precision", "1").stderr).toMatch(/no threshold reaches/);
  });

  it("keeps what identifies to its owner", () => {
    const work = hashedDepartments();
    work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    for (const name of ["census.parquet", "census.lookup.csv", "run/links.csv", "run/statistics.json", "run/manifest.json"]) expect(statSync(work.at(name)).mode & 0o777, name).toBe(0o600);
    expect(statSync(work.at("run")).mode & 0o777).toBe(0o700);
    expect(work.read("run/manifest.json")).not.toContain(work.path);
  });

  it.each(["plain", "strict"])("works in profile %s", (profile) => {
    const work = departments(profile);
    if (profile === "plain") {
      const refused = work.try("hash", "census.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "census.parquet");
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--accept-frequency-risk")]);
    }
    hashBoth(work, "--accept-frequency-risk");
    work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    expect(evaluation(work).f1).toBeGreaterThan(profile === "plain" ? 0.995 : 0.8);
  });

  it("links without a date of birth by keys alone", () => {
    const work = departments();
    const init = (...columns: string[]) => work.do("schema", "init", "census.csv", "tax.csv", "--out", "link.schema.json", "--force", ...columns.flatMap((column) => ["--leave-out", column]));
    const born = ["dob_day", "dob_mon", "dob_year", "date_of_birth"];
    expect(init(...born).stderr).toMatch(/profile standard, .*: 0 filters, \d+ keys, 0 bucketed keys\n {2}without a date of birth there are keys alone/);
    hashBoth(work);
    work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    const { f1, estimated_precision: estimated, precision } = evaluation(work);
    expect(f1).toBeGreaterThan(0.9);
    expect(Math.abs(estimated - precision)).toBeLessThan(0.02);
  });

  it("says where the limit on sharing is above the usual one, with the figure that hash will see", () => {
    const work = departments();
    expect(work.do("schema", "init", "census.csv", "--out", "usual.json").stderr).not.toMatch(/warning/);
    // without dates a tenth of the people twice are not seen to be
    const [header, ...rows] = work.read("census.csv").trim().split("\n");
    const again = rows.slice(0, 300).map((row) => row.replace(/^CEN/, "DUP"));
    const undated = (line: string): string => line.split(",").filter((_, c) => !header!.split(",")[c]!.startsWith("dob")).join(",");
    work.write("twice.csv", [header!, ...rows, ...again].map(undated).join("\n"));
    const init = work.do("schema", "init", "twice.csv", "--out", "twice.json").stderr;
    const [, key, share, limit] = /warning: the key (.*) is shared by ([\d.]+ %) of the records, as hash will count them, .*; so twice\.json allows ([\d.]+ %) instead of the usual 10\.0 %: .*--duplicates/.exec(init)!;
    expect(work.do("hash", "twice.csv", "--schema", "twice.json", "--salt", "project.salt", "--out", "twice.parquet").stderr).toContain(`most shared key: ${key}, by ${share} of the records (limit ${limit})`);
  });

  it("gives the same links and bytes for 1, 2 and 4 threads and for a second run", () => {
    const work = hashedDepartments();
    const bytes = ["1", "2", "4", "4"].map((threads, i) => {
      work.do("link", "census.parquet", "tax.parquet", "--out", `run${i}`, "--threads", threads);
      return ["links.csv", "statistics.json", "manifest.json"].map((name) => work.read(`run${i}/${name}`));
    });
    for (const other of bytes) expect(other).toEqual(bytes[0]);
  });

  it("gives the same links and statistics for shuffled rows, hashed with another number of threads", () => {
    const work = hashedDepartments();
    work.do("link", "census.parquet", "tax.parquet", "--out", "run1");
    const links = ownLinks(work, "run1");
    const next = random("rows");
    for (const name of ["census.csv", "tax.csv"]) {
      const [header, ...rows] = work.read(name).trim().split("\n");
      const shuffled = rows.map((row) => ({ row, at: next() })).sort((a, b) => a.at - b.at).map(({ row }) => row);
      work.write(name, `${[header, ...shuffled].join("\n")}\n`);
    }
    hashBoth(work, "--threads", "1", "--force");
    work.do("link", "census.parquet", "tax.parquet", "--out", "run2");
    expect(ownLinks(work, "run2")).toEqual(links);
    expect(work.read("run2/statistics.json")).toEqual(work.read("run1/statistics.json"));
  });

  it("reads and writes CSV as well as Parquet, with the same links", () => {
    const work = hashedDepartments();
    work.do("link", "census.parquet", "tax.parquet", "--out", "run1");
    const links = ownLinks(work, "run1");
    work.do("hash", "tax.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "tax2.csv");
    work.do("link", "census.parquet", "tax2.csv", "--out", "run2", "--format", "parquet");
    expect(readFileSync(work.at("run2/links.parquet")).subarray(0, 4).toString()).toBe("PAR1");
    const found = JSON.parse(work.do("evaluate", "run2", "--truth", "truth.csv", "--lookup", "census.lookup.csv", "tax2.lookup.csv", "--json").stdout) as { links: number };
    expect(found.links).toBe(links.length);
  });

  it("forecasts without comparing", () => {
    const work = hashedDepartments();
    const { rules } = JSON.parse(work.do("link", "census.parquet", "tax.parquet", "--dry-run", "--json").stdout) as { rules: { pairs: number }[] };
    work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    const statistics = JSON.parse(work.read("run/statistics.json")) as { rules: { pairs: number }[] };
    expect(rules.map(({ pairs }) => pairs)).toEqual(statistics.rules.map(({ pairs }) => pairs));
  });

  it("counts the pairs of files of different sizes, whose buckets keep different bits, as link then finds them", () => {
    const work = departments();
    work.write("tax.csv", work.read("tax.csv").split("\n").slice(0, 301).join("\n"));
    for (const name of ["census", "tax"]) work.do("hash", `${name}.csv`, "--schema", "link.schema.json", "--salt", "project.salt", "--out", `${name}.parquet`);
    type Rules = { rules: { kind: string; pairs: number }[] };
    const counted = (JSON.parse(work.do("link", "census.parquet", "tax.parquet", "--dry-run", "--json").stdout) as Rules).rules.map(({ pairs }) => pairs);
    work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    const { rules } = JSON.parse(work.read("run/statistics.json")) as Rules;
    expect(counted).toEqual(rules.map(({ pairs }) => pairs));
    expect(Math.max(...counted)).toBeGreaterThan(10_000);
  });

  it("says whose a returned file is, where both departments have called theirs the same", () => {
    const work = hashedDepartments();
    for (const name of ["census", "tax"]) {
      mkdirSync(work.at(name));
      work.do("hash", `${name}.csv`, "--schema", "link.schema.json", "--salt", "project.salt", "--out", `${name}/data.parquet`);
    }
    work.do("link", "census/data.parquet", "tax/data.parquet", "--out", "run");
    const { stderr } = work.do("return", "run", "--out", "returned");
    expect(stderr).toMatch(/^returned\/data\.csv: [\d,]+ records of census\/data\.parquet; .*\nreturned\/data-2\.csv: [\d,]+ records of tax\/data\.parquet; /);
  });

  it("links many to one and many to many", () => {
    const work = departments();
    // every census person twice
    const [header, ...rows] = work.read("census.csv").trim().split("\n");
    work.write("census.csv", [header, ...rows, ...rows.map((row) => `X${row}`)].join("\n"));
    work.do("schema", "init", "census.csv", "tax.csv", "--out", "link.schema.json", "--force");
    hashBoth(work, "--force");
    const count = (...mode: string[]): number => {
      work.do("link", "census.parquet", "tax.parquet", "--out", "run", "--force", ...mode);
      return work.read("run/links.csv").trim().split("\n").length - 1;
    };
    const one = count();
    // the second records that the department finds have their first one's links
    expect(count("--many-to-one")).toBeGreaterThan(1.9 * one);
    expect(count("--many-to-many")).toBeGreaterThan(1.9 * one);
    // and where they have none it is said what gives them some
    const warning = (...args: string[]): string => work.do("link", ...args, "--out", "run", "--force").stderr;
    expect(warning("census.parquet", "tax.parquet")).toMatch(/warning: census: [\d,]+ further records of people who have several there, .* have no link, .*; link again with --many-to-one to link/);
    expect(warning("tax.parquet", "census.parquet", "--many-to-one")).toMatch(/warning: census: .* link again with --many-to-one and census as the first file/);
    expect(warning("census.parquet", "tax.parquet", "--many-to-one")).not.toMatch(/further records/);
    const { people } = JSON.parse(work.do("inspect", "census.parquet", "--json").stdout) as { people: { several: number } };
    expect(people.several).toBeGreaterThan(0.95 * rows.length);
  });

  it("finds the duplicates within one file", () => {
    const work = departments();
    const [header, ...rows] = work.read("census.csv").trim().split("\n");
    const copies = rows.slice(0, 300);
    work.write("register.csv", [header, ...rows, ...copies.map((row) => row.replace(/^CEN/, "DUP"))].join("\n"));
    work.write("truth.csv", ["id_a,id_b", ...copies.map((row) => `${row.slice(0, 7)},DUP${row.slice(3, 7)}`)].join("\n"));
    work.do("schema", "init", "register.csv", "--out", "one.json");
    work.do("hash", "register.csv", "--schema", "one.json", "--salt", "project.salt", "--out", "register.parquet");
    work.do("link", "register.parquet", "--dedupe", "--out", "run");
    const found = JSON.parse(work.do("evaluate", "run", "--truth", "truth.csv", "--lookup", "register.lookup.csv", "--json").stdout) as Evaluation;
    expect(found.recall).toBeGreaterThan(0.95);
    expect(found.estimated_precision).toBeGreaterThan(0.9);
    expect(readdirSync(work.path).filter((name) => name.includes("people"))).toEqual([]); // the file in clear by which they were found
    // exact copies: twins of one sex are the only thing to take for them
    expect(found.precision).toBeGreaterThan(0.93);
    expect(work.read("run/links.csv").split("\n")[0]).toContain("cluster");
    work.do("return", "run", "--out", "returned");
    expect(work.read("returned/register.csv").trim().split("\n").length).toBeGreaterThan(500);
  });

  it("sends nothing of a person's other records, nor counts what they hold", () => {
    const work = departments();
    const [header, ...rows] = work.read("census.csv").trim().split("\n");
    const postcode = header!.split(",").indexOf("postcode");
    // 200 people twice, the second time without a postcode
    const again = rows.slice(0, 200).map((row) => row.replace(/^CEN/, "DUP").split(",").map((cell, c) => (c === postcode ? "" : cell)).join(","));
    work.write("register.csv", [header, ...rows, ...again].join("\n"));
    work.do("schema", "init", "register.csv", "--duplicates", "--out", "one.json");
    for (const [file, schema] of [["register", "one.json"], ["census", "one.json"]]) work.do("hash", `${file}.csv`, "--schema", schema!, "--salt", "project.salt", "--out", `${file}.csv`.replace(".csv", "-hashed.csv"), "--stratum", "sex", "--force");
    const told = JSON.parse(work.read("register-hashed.header.json")) as { rows: number; missing: Record<string, number>; strata: { values: { records: number }[] }[]; people: { several: number } };
    const once = JSON.parse(work.read("census-hashed.header.json")) as typeof told;
    expect(told.people.several).toBeGreaterThan(190);
    // but for the few that were not found
    expect(told.missing["postcode"]! - once.missing["postcode"]!).toBeLessThan(10);
    const inStrata = (of: typeof told): number => of.strata[0]!.values.reduce((sum, { records }) => sum + records, 0);
    expect(inStrata(told) - inStrata(once)).toBeLessThan(10);
    const [columns, ...lines] = work.read("register-hashed.csv").trim().split("\n").map((line) => line.split(","));
    const person = columns!.indexOf("person");
    const others = lines.filter((cells) => cells[person] !== "AAAAAAAAAAA=" && cells.every((cell, c) => c < 2 || c === person || /^A*=*$/.test(cell)));
    expect(others.length).toBeGreaterThan(190);
  });

  it("says that files of strangers share nobody", () => {
    const work = workplace();
    work.do("synth", "--records", "2000", "--seed", "here", "--out", "here");
    work.do("synth", "--records", "2000", "--seed", "there", "--out", "there");
    copyFileSync(work.at("here/census.csv"), work.at("census.csv"));
    copyFileSync(work.at("there/tax.csv"), work.at("tax.csv"));
    work.do("schema", "init", "census.csv", "tax.csv", "--out", "link.schema.json");
    hashBoth(work);
    const { stderr } = work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    expect(stderr).toMatch(/no links: the files seem to share no people/);
    expect(work.read("run/links.csv").trim().split("\n")).toHaveLength(1);
  });

  it("works for a single record a side", () => {
    const work = workplace();
    const row = "1,Ann,Lee,1980-12-31,F,3 High Road,SW1A 1AA";
    for (const name of ["census.csv", "tax.csv"]) work.write(name, `id,forename,surname,dob,sex,address,postcode\n${row}\n`);
    work.do("schema", "init", "census.csv", "tax.csv", "--out", "link.schema.json");
    hashBoth(work);
    work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    expect(work.read("run/links.csv").trim().split("\n")).toHaveLength(2);
  });
});

describe("help", () => {
  it.each(["keygen", "hash", "inspect", "link", "evaluate", "explain", "report", "return", "join", "synth", "demo"])("%s has an example", (command) => {
    const work = workplace();
    const { stdout } = work.do(command, "--help");
    expect(stdout).toMatch(/Examples?:\n {2}saltlink /);
  });

  it("lists the exit codes", () => {
    expect(workplace().do("--help").stdout).toMatch(/ 9 {2}bad input/);
  });
});
