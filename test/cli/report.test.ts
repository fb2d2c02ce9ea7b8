import { existsSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/report/report.ts";
import { readReportedRun } from "../../src/report/reported-run.ts";
import { hashedDepartments } from "./saltlink.ts";

describe("report", () => {
  it("shows a run, by itself, beside another and as link writes it", () => {
    const work = hashedDepartments();
    work.do("link", "census.parquet", "tax.parquet", "--out", "run", "--report", "at-once.html");
    work.do("link", "census.parquet", "tax.parquet", "--out", "strict", "--threshold", "0.99");
    work.do("report", "run", "--out", "report.html");
    expect(work.read("report.html")).toBe(work.read("at-once.html"));
    expect(statSync(work.at("report.html")).mode & 0o777).toBe(0o600);

    const { statistics } = readReportedRun(work.at("run"));
    const full = JSON.parse(work.do("report", "run", "--compare", "strict", "--full", "--json").stdout) as Report & { comparison: { figures: { name: string; here: number; there: number }[] } };
    expect(full.quality).toMatchObject({ links: statistics.links.count, wrongLinks: statistics.estimated.wrongLinks, recall: statistics.estimated.recall });
    expect(full.comparison.figures[0]).toMatchObject({ name: "links", here: statistics.links.count, there: readReportedRun(work.at("strict")).statistics.links.count });
    const told = JSON.parse(work.do("report", "run", "--json").stdout) as Report;
    expect(Math.abs((told.quality.links as number) - statistics.links.count)).toBeLessThan(3);
    expect(told.quality.wrongLinks).toEqual({ under: 10 });

    const audited = (verdict: string, ...findings: object[]): unknown => {
      work.write("audit.json", JSON.stringify({ verdict, findings }));
      const { checks } = JSON.parse(work.do("report", "run", "--audit", "audit.json", "--json").stdout) as Report;
      return checks.find(({ name }) => name === "Privacy audit");
    };
    const measure = { attack: "weight and length", unit: "measure", verdict: "amber" };
    expect(audited("green", { attack: "structure", unit: "people", verdict: "green" }, measure)).toMatchObject({ status: "green", finding: "audit.json: green." });
    expect(audited("green", { attack: "withheld keys", unit: "people", verdict: "amber" }, measure)).toMatchObject({ status: "amber", finding: "audit.json: amber (withheld keys)." });
    expect(audited("red", { attack: "withheld keys", unit: "people", verdict: "amber" }, { attack: "landmark", unit: "people", verdict: "red" })).toMatchObject({ status: "red", finding: "audit.json: red (landmark)." });

    // no row-level data
    const [, link] = work.read("run/links.csv").split("\n");
    for (const format of ["--json", "--markdown", "--csv"]) for (const id of link!.split(",").slice(0, 2)) expect(work.do("report", "run", "--full", format).stdout).not.toContain(id);
    for (const id of link!.split(",").slice(0, 2)) expect(work.read("report.html")).not.toContain(id);
  });

  it("says what is wrong and writes nothing then", () => {
    const work = hashedDepartments();
    work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    expect(work.try("report", "run")).toMatchObject({ code: 2 });
    expect(work.try("report", "run", "--out", "report.pdf")).toMatchObject({ code: 2, stderr: expect.stringContaining(".html, .json, .md or .csv") as string });
    expect(work.try("report", "census.parquet", "--json").code).toBe(2);
    work.write("audit.json", "{}");
    expect(work.try("report", "run", "--audit", "audit.json", "--out", "report.html")).toMatchObject({ code: 9 });
    work.write("run/statistics.json", "{");
    expect(work.try("report", "run", "--out", "report.html")).toMatchObject({ code: 9, stdout: "", stderr: expect.stringMatching(/^error: .*statistics\.json is damaged; link again\n$/) as string });
    expect(existsSync(work.at("report.html"))).toBe(false);
    expect(work.try("link", "census.parquet", "tax.parquet", "--out", "other", "--report", "report.doc").code).toBe(2);
    expect(existsSync(work.at("other"))).toBe(false);
  });
});
