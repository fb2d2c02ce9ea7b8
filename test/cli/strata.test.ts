import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Header } from "../../src/exchange/header.ts";
import { type Workplace, departments } from "./saltlink.ts";

const args = (name: string, ...more: string[]): string[] => ["hash", `${name}.csv`, "--schema", "link.schema.json", "--salt", "project.salt", "--out", `${name}.parquet`, ...more];

/** The departments with a region of each record, from its postcode, missing here and there. */
function withRegions(): Workplace {
  const work = departments();
  for (const [name, at] of [["census", 10], ["tax", 7]] as const) {
    const [header, ...rows] = work.read(`${name}.csv`).trim().split("\n");
    const region = (row: string): string => ["North", "South", " West  End ", ""]["ABCDEFGHIJKLMNOPQRSTUVWXYZ".indexOf(row.split(",")[at]!.replaceAll('"', "")[0] ?? "Z") % 4] ?? "";
    work.write(`${name}.csv`, `${[`${header},Home region`, ...rows.map((row) => `${row},${region(row)}`)].join("\n")}\n`);
  }
  return work;
}

describe("strata", () => {
  it("are sent on demand, in clear, and said to be; inspect shows them", () => {
    const work = withRegions();
    const { stderr } = work.do(...args("census", "--stratum", "Home region", "--stratum", "sex"));
    expect(stderr).toMatch(/strata sent in clear: home_region \(3 values\), sex \(2 values\); no record is unique by them/);
    expect(work.do("inspect", "census.parquet").stdout).toMatch(/strata, in clear\n {2}home_region {2}3 values {2}[\d,]+ missing {2}North [\d,]+ \| South [\d,]+ \| West End [\d,]+\n {2}sex/);
    const header = JSON.parse(work.do("inspect", "census.parquet", "--json").stdout) as Header;
    expect(header.strata[1]!.values.reduce((sum, { records }) => sum + records, header.missing["sex"]!)).toBe(3000);
    work.do(...args("tax"));
    expect((JSON.parse(work.do("inspect", "tax.parquet", "--json").stdout) as Header).strata).toEqual([]);
  });

  it("change nothing of what is linked", () => {
    const work = withRegions();
    work.do(...args("census", "--stratum", "sex"));
    work.do(...args("tax"));
    work.do("link", "census.parquet", "tax.parquet", "--out", "with");
    // the same encodings without strata: only their column goes
    const own = (path: string, lookups: string[]): string[] => {
      const ids = new Map(lookups.flatMap((name) => work.read(`${name}.lookup.csv`).trim().split("\n").map((line) => line.split(",") as [string, string])));
      return work.read(`${path}/links.csv`).trim().split("\n").map((line) => line.split(",").map((cell) => ids.get(cell) ?? cell).join()).sort();
    };
    const stratified = own("with", ["census", "tax"]);
    work.do(...args("census", "--force"));
    work.do("link", "census.parquet", "tax.parquet", "--out", "without");
    expect(own("without", ["census", "tax"])).toEqual(stratified);
    expect(stratified.length).toBeGreaterThan(2000);
  });

  it("are refused where a column is not there or has many values", () => {
    const work = withRegions();
    const absent = work.try(...args("census", "--stratum", "religion"));
    expect([absent.code, absent.stderr]).toEqual([2, expect.stringMatching(/census\.csv has no column for --stratum "religion"/)]);
    const many = work.try(...args("census", "--stratum", "surname"));
    expect([many.code, many.stderr]).toEqual([9, expect.stringMatching(/column surname: more than 50 different values; a stratum is sent in clear/)]);
    expect(() => work.read("census.parquet")).toThrow(/ENOENT/);
  });

  it("are what audit attacks too", { timeout: 60_000 }, () => {
    const work = withRegions();
    const [header, ...rows] = work.read("census.csv").trim().split("\n").slice(0, 601);
    // the last hundred are alone with theirs
    work.write("census.csv", `${[`${header},one,two`, ...rows.map((row, i) => `${row},a${i < 500 ? i % 5 : i % 10},b${i < 500 ? 0 : Math.floor(i / 10) - 40}`)].join("\n")}\n`);
    const { stderr } = work.do(...args("census", "--stratum", "one", "--stratum", "two"));
    expect(stderr).toMatch(/100 of 600 records are unique by them/);
    const { code, stdout, stderr: verdict } = work.try("audit", "census.parquet", "--input", "census.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--json");
    expect([code, verdict]).toEqual([10, expect.stringMatching(/It carries strata in clear \(one, two\), which tell people apart/)]);
    const { findings } = JSON.parse(stdout) as { findings: { attack: string; of: string; named: number | null }[] };
    expect(findings.find(({ attack, of }) => attack === "structure" && of.startsWith("100 %"))!.named).toBeGreaterThanOrEqual(100);
    const before = readFileSync(work.at("census.parquet"));
    expect(work.try(...args("census", "--stratum", "one", "--stratum", "two", "--require-audit", "--force")).code).toBe(10);
    expect(readFileSync(work.at("census.parquet")).equals(before)).toBe(true);
  });
});
