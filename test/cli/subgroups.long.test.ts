import { describe, expect, it } from "vitest";
import type { Evaluation } from "../../src/report/evaluate.ts";
import type { Statistics, SubgroupStatistics } from "../../src/report/statistics.ts";
import { type Workplace, departments } from "./saltlink.ts";

/** Invented departments with strata, hashed; `edit` changes the second department's rows. */
function stratified(synth: readonly string[], edit: (rows: string[]) => string[] = (rows) => rows): Workplace {
  const work = departments();
  work.write("project.salt", "saltlink-salt-1 tests AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8 5ea283e4b4\n");
  work.do("synth", ...synth, "--out", ".", "--force");
  const [header, ...rows] = work.read("tax.csv").trim().split("\n");
  work.write("tax.csv", `${[header, ...edit(rows)].join("\n")}\n`);
  for (const name of ["census", "tax"]) work.do("hash", `${name}.csv`, "--schema", "link.schema.json", "--salt", "project.salt", "--out", `${name}.parquet`, "--stratum", "care_experienced", "--stratum", "region");
  return work;
}

const groupOf = (statistics: Statistics, dataset: string, stratum: string, value: string): SubgroupStatistics =>
  statistics.subgroups!.find((each) => each.dataset === dataset && each.stratum === stratum)!.groups.find((group) => group.value === value)!;

describe("quality by subgroup", { timeout: 120_000 }, () => {
  it.each([
    ["three times as many errors", ["--records", "3000", "--damaged", "20%", "--damage", "3", "--seed", "one"]],
    ["twice as many, half of them in the other file", ["--records", "6000", "--overlap", "0.5", "--damaged", "25%", "--damage", "2", "--seed", "two"]],
  ])("finds the group with %s, near the truth, and no other", (_, synth) => {
    const work = stratified(synth);
    const { stdout, stderr } = work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    const evaluation = JSON.parse(work.do("evaluate", "run", "--truth", "truth.csv", "--lookup", "census.lookup.csv", "tax.lookup.csv", "--json").stdout) as Evaluation;
    const all = evaluation.subgroups!.flatMap(({ stratum, groups }) => groups.map((group) => ({ stratum, ...group })));
    const large = all.filter(({ truePairs }) => truePairs >= 200);
    expect(large.length).toBeGreaterThanOrEqual(16);
    for (const { recall, precision, estimated } of large) {
      expect(Math.abs(estimated.estimatedRecall - recall)).toBeLessThan(0.035);
      expect(Math.abs(estimated.estimatedPrecision - precision)).toBeLessThan(0.015);
    }
    const held = (interval: (group: SubgroupStatistics) => readonly [number, number], truth: (group: (typeof all)[number]) => number): number => all.filter((group) => truth(group) >= interval(group.estimated)[0] - 1e-6 && truth(group) <= interval(group.estimated)[1] + 1e-6).length;
    expect(held(({ recallInterval }) => recallInterval, ({ recall }) => recall)).toBeGreaterThanOrEqual(0.9 * all.length);
    expect(held(({ precisionInterval }) => precisionInterval, ({ precision }) => precision)).toBeGreaterThanOrEqual(0.9 * all.length);
    // on the side of either file, or of both
    expect([...new Set(all.filter(({ estimated }) => estimated.worseIn.includes("recall")).map(({ stratum, value }) => `${stratum} ${value}`))]).toEqual(["care_experienced yes"]);
    expect(stderr).toMatch(/census, care_experienced yes: its matches are missed more often: estimated recall 9\d\.\d %, that of the others 99\.\d+ %/);
    expect(stdout).toMatch(/census by care_experienced\n(?:.*\n)* {2}no +[\d,]+ {2}link rate/);
  });

  it("tells a group that is less present in the other file from one whose matches are missed", () => {
    const work = stratified(["--records", "3000", "--damaged", "1%", "--seed", "three"], (rows) => rows.filter((row, i) => !row.includes(",London,") || i % 2 === 0));
    const { stderr } = work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    const statistics = JSON.parse(work.read("run/statistics.json")) as Statistics;
    const london = groupOf(statistics, "census", "region", "London");
    expect(london).toMatchObject({ worse: true, worseIn: ["link rate"] });
    expect(london.linkRate).toBeLessThan(0.6);
    expect(london.estimatedRecall).toBeGreaterThan(0.97);
    expect(groupOf(statistics, "tax", "region", "London").worse).toBe(false);
    expect(stderr).toMatch(/census, region London: linked less often \(4\d\.\d %, the others [78]\d\.\d %\), but its matches do not seem to be missed more often: it may be less present/);
    // every record is of one group
    for (const { dataset, groups } of statistics.subgroups!) expect(groups.reduce((sum, { records }) => sum + records, 0)).toBe(statistics.datasets.find((each) => each.dataset === dataset)!.records);
  });

  it("shows no group of under ten people, and evaluate puts truth and estimate side by side", () => {
    const work = stratified(["--records", "600", "--damaged", "1%", "--seed", "four"]);
    const { stdout } = work.do("link", "census.parquet", "tax.parquet", "--out", "run", "--threads", "1");
    expect(stdout).toMatch(/census by care_experienced \(without 2 of under 10 people or links\)/);
    expect(stdout).not.toMatch(/\n {2}yes /);
    const text = work.do("evaluate", "run", "--truth", "truth.csv", "--lookup", "census.lookup.csv", "tax.lookup.csv").stdout;
    expect(text).toMatch(/tax by region\n +true pairs +precision +estimated +recall +estimated +95 % interval, model-based\n/);
    expect(text).toMatch(/\n {2}no +\d+ +[01]\.\d{4} +[01]\.\d{4} +[01]\.\d{4} +[01]\.\d{4} +[01]\.\d{4} to [01]\.\d{4}, holds the truth/);
    const first = work.read("run/statistics.json");
    work.do("link", "census.parquet", "tax.parquet", "--out", "run", "--force", "--threads", "2");
    expect(work.read("run/statistics.json")).toBe(first);
  });

  it("judges duplicates within one file too", () => {
    const work = stratified(["--records", "600", "--damaged", "30%", "--damage", "2", "--seed", "five"]);
    const [header, ...rows] = work.read("census.csv").trim().split("\n");
    work.write("twice.csv", `${[header, ...rows, ...rows.filter((_, i) => i % 4 === 0).map((row) => `again-${row}`)].join("\n")}\n`);
    work.do("schema", "init", "twice.csv", "--out", "twice.schema.json");
    work.do("hash", "twice.csv", "--schema", "twice.schema.json", "--salt", "project.salt", "--out", "twice.parquet", "--stratum", "care_experienced");
    work.do("link", "twice.parquet", "--dedupe", "--out", "run");
    const statistics = JSON.parse(work.read("run/statistics.json")) as Statistics;
    const groups = statistics.subgroups![0]!.groups;
    expect(groups.reduce((sum, { linked }) => sum + linked, 0)).toBeGreaterThanOrEqual(2 * 150);
    for (const { linkRate, estimatedPrecision } of groups.filter(({ records }) => records > 100)) {
      expect(linkRate).toBeGreaterThan(0.25);
      expect(estimatedPrecision).toBeGreaterThan(0.8);
    }
  });
});
