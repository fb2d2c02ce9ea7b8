import { readFileSync } from "node:fs";
import fc from "fast-check";
import { parseString } from "fast-csv";
import { describe, expect, it } from "vitest";
import { verdictOf } from "../../src/report/checks.ts";
import { compareReports } from "../../src/report/comparison.ts";
import { type Report, reportOf } from "../../src/report/report.ts";
import { readReportedRun } from "../../src/report/reported-run.ts";
import { type ReportFormat, reportText } from "../../src/report/report-formats.ts";
import { temporaryDirectory } from "../temporary.ts";
import { exampleRun, writeExampleRun } from "./example-run.ts";

const FORMATS: readonly ReportFormat[] = ["html", "json", "markdown", "csv"];

function statusOf(report: Report, name: string): string | undefined {
  return report.checks.find((check) => check.name === name)?.status;
}

describe("what a report tells", () => {
  it("is the same to the byte whatever the counts under ten are", async () => {
    const few = fc.integer({ min: 0, max: 9 });
    const texts = async (counts: readonly number[]): Promise<string[]> => {
      const [rejected, placeholders, unusable, missing, tied, onlyHere, twins, unexplained, wrong, tail] = counts as [number, number, number, number, number, number, number, number, number, number];
      const run = exampleRun((statistics) => {
        for (const dataset of statistics.datasets) {
          Object.assign(dataset, { rejected });
          Object.assign(dataset.placeholders, { forename: placeholders });
          Object.assign(dataset.unusable, { forename: unusable });
          Object.assign(dataset.missing, { surname: missing });
        }
        statistics.links.tied = tied;
        statistics.rules[1]!.onlyHere = onlyHere;
        statistics.model.relatives["twins"] = twins;
        statistics.model.unexplainedPairs = unexplained;
        statistics.model.duplicates = [unexplained, tied];
        // fewer wrong links are more right ones and fewer matches: all of it goes along
        const { links } = statistics;
        Object.assign(statistics.estimated, { wrongLinks: wrong, precision: 1 - wrong / links.count, matches: links.count - wrong + statistics.estimated.missedLinks, wrongLinksInterval: [0, wrong], precisionInterval: [1 - wrong / links.count, 1] });
        // pairs that are not in one bin are in another, which is rounded
        const shift = tail % 3;
        statistics.histogram[3]!.pairs = 5 + shift;
        statistics.histogram[0]!.pairs = 2402 - shift;
        // and people who are not in one group are in another
        const [, male, unknown] = statistics.subgroups![0]!.groups as [unknown, { records: number; linked: number }, { records: number; linked: number }];
        Object.assign(male, { records: 5092 - (tail % 2), linked: 4086 });
        Object.assign(unknown, { records: 8 + (tail % 2), linked: tail % 7 });
      });
      const report = reportOf(run);
      return Promise.all(FORMATS.filter((format) => format !== "html").map((format) => reportText(format, report)));
    };
    const expected = await texts([3, 5, 2, 4, 7, 3, 6, 2, 4, 1]);
    await fc.assert(
      fc.asyncProperty(fc.array(few, { minLength: 10, maxLength: 10 }), async (counts) => {
        expect(await texts(counts)).toEqual(expected);
      }),
      { seed: 6, numRuns: 60 },
    );
  });

  it("tells no exact count by default, and every exact count in full", () => {
    const { statistics, manifest } = exampleRun();
    const full = reportOf({ statistics, manifest }, { full: true });
    expect(full).toMatchObject({ restricted: true, quality: { links: statistics.links.count, wrongLinks: statistics.estimated.wrongLinks, precision: statistics.estimated.precision, recallInterval: statistics.estimated.recallInterval } });
    expect(full.files[0]!.fields[0]).toMatchObject({ missing: 123, placeholders: 5, unusable: 2 });
    expect(full.thresholds.map(({ links }) => links)).toEqual(statistics.thresholds.map(({ links }) => links));
    expect(full.subgroups[0]!.groups[2]).toMatchObject({ value: "unknown", records: 7, linked: 4 });

    const controlled = reportOf({ statistics, manifest });
    const counts: number[] = [];
    JSON.stringify({ files: controlled.files, quality: controlled.quality, thresholds: controlled.thresholds, subgroups: controlled.subgroups, weights: controlled.weights }, (_, value: unknown) => {
      if (typeof value === "number" && value > 1) counts.push(value);
      return value;
    });
    expect(counts.length).toBeGreaterThan(100);
    expect(counts.filter((count) => count % 5 !== 0 || count < 10).filter((count) => ![5].includes(count))).toEqual([]); // 5: the edge of a weight bin
  });

  it("withholds a small group and another, so that the whole does not give it back", () => {
    const [female, male, unknown] = reportOf(exampleRun()).subgroups[0]!.groups;
    expect(unknown).toMatchObject({ records: null, linked: null, linkRate: null, recall: null, missedLinks: null });
    expect(female).toMatchObject({ records: null, linked: null, linkRate: null });
    expect(male).toMatchObject({ records: 5095, linked: 4085 });
    expect(reportOf(exampleRun()).subgroups[1]!.groups[1]).toMatchObject({ value: "yes", records: 2000, linked: 1540, linkRate: 0.77, missedLinks: 100, worse: true });
  });
});

describe("checks", () => {
  it("are green for a good run and say what they cannot judge", () => {
    const report = reportOf(exampleRun((statistics) => (statistics.subgroups = [])));
    expect(report.checks.map(({ name, status }) => [name, status])).toEqual([
      ["Wrong links", "green"],
      ["Missed links", "green"],
      ["Reach of the rules", "green"],
      ["Degenerate rules", "green"],
      ["Capped keys", "green"],
      ["Fit of the model", "green"],
      ["Ties", "green"],
      ["Duplicates within a file", "green"],
      ["Provided files", "amber"],
      ["Subgroups", "none"],
      ["Privacy audit", "none"],
    ]);
    expect(report.checks[8]!.finding).toContain("date of birth in schools (12 %)");
  });

  it.each<[string, string, Parameters<typeof exampleRun>[0]]>([
    ["Wrong links", "amber", ({ estimated, links }) => Object.assign(estimated, { wrongLinks: 200, precision: 1 - 200 / links.count })],
    ["Wrong links", "red", ({ estimated, links }) => Object.assign(estimated, { wrongLinks: 900, precision: 1 - 900 / links.count })],
    ["Wrong links", "red", ({ estimated }) => Object.assign(estimated, { targetReached: false })],
    ["Missed links", "amber", ({ estimated }) => Object.assign(estimated, { missedLinks: 900 })],
    ["Missed links", "red", ({ estimated }) => Object.assign(estimated, { missedLinks: 4000 })],
    ["Reach of the rules", "red", ({ estimated }) => Object.assign(estimated, { reached: 0.8 })],
    ["Degenerate rules", "amber", ({ rules }) => Object.assign(rules[1]!, { pairs: 0, estimatedMatches: 0 })],
    ["Degenerate rules", "amber", ({ rules }) => Object.assign(rules[1]!, { pairs: 2_000_000 })],
    ["Capped keys", "amber", ({ rules }) => Object.assign(rules[0]!, { skippedBlocks: 1, skippedPairs: 5000 })],
    ["Capped keys", "red", ({ rules }) => Object.assign(rules[0]!, { skippedBlocks: 3, skippedPairs: 5_000_000 })],
    ["Fit of the model", "red", ({ model }) => Object.assign(model, { converged: false })],
    ["Fit of the model", "amber", ({ model }) => model.fit.doubts.push({ kind: "rare agreement", group: "date_of_birth", share: 0.2 })],
    ["Duplicates within a file", "amber", ({ model }) => (model.duplicates[1] = 60)],
    ["Ties", "amber", ({ links }) => Object.assign(links, { tied: 400 })],
    ["Subgroups", "amber", () => undefined],
  ])("%s turn %s", (name, status, change) => {
    expect(statusOf(reportOf(exampleRun(change)), name)).toBe(status);
  });

  it("say of two files without links that something is wrong, and of one that it seems to hold nobody twice", () => {
    const none = (mode: "one-to-one" | "dedupe"): Report =>
      reportOf(
        exampleRun((statistics) => {
          Object.assign(statistics, { mode, thresholds: [], links: { count: 0, tied: 0 } });
          Object.assign(statistics.estimated, { wrongLinks: 0, missedLinks: 0, matches: 0 });
        }),
      );
    expect([statusOf(none("one-to-one"), "Wrong links"), statusOf(none("dedupe"), "Wrong links")]).toEqual(["red", "none"]);
    expect(none("dedupe").checks.map(({ finding }) => finding).join(" ")).not.toMatch(/withheld of|NaN|undefined/);
  });

  it("tell groups that are missed more often from those that are only linked less often", () => {
    const finding = reportOf(exampleRun(({ subgroups }) => Object.assign(subgroups![0]!.groups[1]!, { worse: true, worseIn: ["link rate"] }))).checks.find(({ name }) => name === "Subgroups")!.finding;
    expect(finding).toBe("Missed significantly more often than the rest: free_school_meals yes (schools). Linked less often than the rest, though not missed more often: sex male (schools); they may be less present in the other file.");
  });

  it("say why there are no links, or hardly any", () => {
    const check = (links: number, { records = 9500, threshold = 0.5, full = false } = {}): string => {
      const run = exampleRun((statistics) => {
        for (const row of statistics.thresholds) if (row.threshold >= threshold || threshold === 0.5) row.links = 0;
        Object.assign(statistics, { threshold, links: { count: links, tied: 0 } });
        Object.assign(statistics.estimated, { wrongLinks: 0, missedLinks: 0, matches: links });
        for (const dataset of statistics.datasets) dataset.records = records;
      });
      const { status, finding, advice } = reportOf(run, { full }).checks.find(({ name }) => name === "Wrong links")!;
      return `${status}: ${finding} ${advice}`;
    };
    expect(check(5, { records: 12 })).toMatch(/^none: Fewer than 10 links were made\. There are too few people in a file/);
    expect(check(5)).toMatch(/^red: .* seem to share hardly any people/);
    expect(check(5)).toBe(check(0));
    expect(check(0, { full: true })).toMatch(/^red: 0 links were made\. The files seem to share no people/);
    expect(check(0, { threshold: 1 })).toMatch(/^red: .* The threshold of 1 is the reason: at 0\.99 there are 7,300 links/);
  });

  it("name a person's further records that a department has found, and what links them", () => {
    const check = (mode: "one-to-one" | "many-to-one" | "dedupe", further: readonly [number, number]): string => {
      const { checks } = reportOf(
        exampleRun((statistics) => {
          statistics.mode = mode;
          if (mode === "dedupe") statistics.datasets.pop();
          statistics.datasets.forEach((dataset, side) => (dataset.hashed = dataset.records - further[side]!));
        }),
      );
      const { status, finding, advice } = checks.find(({ name }) => name === "Duplicates within a file")!;
      return `${status}: ${finding} ${advice}`;
    };
    expect(check("one-to-one", [1350, 3])).toMatch(/^amber: 1,350 records of schools are further records .* link again with --many-to-one\.$/);
    expect(check("one-to-one", [1350, 200])).toMatch(/^amber: .* link again with --many-to-many\.$/);
    expect(check("many-to-one", [1350, 3])).toMatch(/^green: 1,350 records of schools .* Nothing to do\.$/);
    expect(check("many-to-one", [0, 200])).toMatch(/^amber: .* link again with --many-to-one and <b>homes<\/b> as the first file\.$/);
    expect(check("dedupe", [1350, 0])).toMatch(/^green: This run looked for them\. 8,140 pairs of records within schools are linked/);
    expect(check("one-to-one", [4, 0])).toBe(check("one-to-one", [0, 9]));
  });

  it("hold the verdicts of audits", () => {
    const report = reportOf(exampleRun(), { audits: [{ file: "a.json", verdict: "green", attacks: [] }, { file: "b.json", verdict: "red", attacks: ["structure"] }] });
    expect(statusOf(report, "Privacy audit")).toBe("red");
    expect(verdictOf(report.checks)).toBe("red");
  });

  it("do not judge by counts that are too small to tell", () => {
    const few = reportOf(
      exampleRun(({ estimated, links, thresholds }) => {
        thresholds.length = 0;
        links.count = 60;
        Object.assign(estimated, { wrongLinks: 3, missedLinks: 4, precision: 0.95, matches: 61 });
      }),
    );
    expect([statusOf(few, "Wrong links"), statusOf(few, "Missed links")]).toEqual(["none", "none"]);
  });
});

describe("formats", () => {
  it("make a page that needs nothing besides itself", async () => {
    const html = await reportText("html", reportOf(exampleRun()), reportOf(exampleRun(({ estimated }) => (estimated.missedLinks = 900))));
    expect(Buffer.byteLength(html)).toBeLessThan(2_000_000);
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)![1]!;
    expect(policy).toMatch(/^default-src 'none'; script-src( 'sha256-[\w+/=]+')+; style-src 'sha256-[\w+/=]+'; img-src data:; base-uri 'none'; form-action 'none'$/);
    expect(html.replaceAll(/<script>.*?<\/script>/gs, "")).not.toMatch(/\s(src|href)="(?!#|data:,")/);
    // names of others are text, not markup
    expect(html).not.toContain("<b>homes</b>");
    expect(html).toContain("&#60;b&#62;homes&#60;/b&#62;");
    for (const stratum of ["sex", "free school meals"]) expect(html).toContain(`Link rate and recall by ${stratum} in schools, with 95 % intervals`);
    expect(html).toMatch(/yes \(missed more often\)/);
    expect(html.match(/<svg/g)!.length).toBeGreaterThanOrEqual(2 * 8);
    expect(await reportText("html", reportOf(exampleRun()), reportOf(exampleRun(({ estimated }) => (estimated.missedLinks = 900))))).toBe(html);
  });

  it("give the same figures", async () => {
    const report = reportOf(exampleRun());
    const json = JSON.parse(await reportText("json", report)) as Report;
    expect(json).toEqual(JSON.parse(JSON.stringify(report)));
    const markdown = await reportText("markdown", report);
    const html = await reportText("html", report);
    for (const text of ["2,000", "1,540", "77 %", "98.5 %", "missed more often"]) {
      expect(markdown).toContain(text);
      expect(html.replaceAll("\u00a0", " ")).toContain(text);
    }
    expect(markdown).toContain(String.raw`\<b\>homes`);
    const csv = await reportText("csv", report);
    const rows = await new Promise<Record<string, string>[]>((resolve, reject) => {
      const found: Record<string, string>[] = [];
      parseString<Record<string, string>, Record<string, string>>(csv, { headers: true }).on("data", (row: Record<string, string>) => found.push(row)).on("error", reject).on("end", () => resolve(found));
    });
    expect(rows.find((row) => row["table"] === "subgroups schools free_school_meals" && row["row"] === "yes" && row["column"] === "link rate")).toMatchObject({ value: "0.77", bound: "", unit: "share" });
    expect(rows.find((row) => row["table"] === "subgroups schools sex" && row["row"] === "unknown" && row["column"] === "records")).toMatchObject({ value: "", bound: "withheld" });
    expect(rows.find((row) => row["table"] === "files" && row["column"] === "rows rejected")).toMatchObject({ value: "10", bound: "under" });
  });

  it("set another run beside it, without telling a difference of a few", () => {
    const here = reportOf(exampleRun());
    const near = compareReports(here, reportOf(exampleRun(({ links }) => (links.count -= 6))));
    expect(near.figures[0]).toMatchObject({ name: "links", difference: { under: 10 } });
    const far = compareReports(here, reportOf(exampleRun(({ links }) => (links.count -= 500))));
    expect(far.figures[0]).toMatchObject({ name: "links", difference: 500 });
  });
});

describe("reading a run", () => {
  const home = temporaryDirectory();

  it("takes one that is whole", () => {
    const run = exampleRun();
    expect(readReportedRun(writeExampleRun(home.at("whole"), run)).statistics).toEqual(run.statistics);
  });

  it.each<[string, (run: string) => void, number, RegExp]>([
    ["is none", () => undefined, 2, /is not a run of saltlink link/],
    ["was cut short", (run) => cut(writeExampleRun(run, exampleRun())), 9, /statistics\.json is damaged; link again/],
    ["is of an older saltlink", (run) => writeExampleRun(run, exampleRun((statistics) => delete (statistics as { schema?: unknown }).schema)), 9, /of another version of saltlink \(schema\); link again/],
    ["has figures that cannot be", (run) => writeExampleRun(run, exampleRun(({ estimated }) => (estimated.recall = 7))), 9, /damaged .*\(estimated\.recall\)/],
    ["is put together from two", (run) => writeExampleRun(run, { ...exampleRun(), statistics: exampleRun(({ datasets }) => (datasets[0]!.records = 1)).statistics }), 9, /are of different runs/],
  ])("refuses one that %s", (name, make, exitCode, message) => {
    const run = home.at(name.replaceAll(" ", "-"));
    make(run);
    expect(() => readReportedRun(run)).toThrow(expect.objectContaining({ exitCode, message: expect.stringMatching(message) as string }));
  });

  function cut(run: string): void {
    home.write("was-cut-short/statistics.json", readFileSync(`${run}/statistics.json`, "utf8").slice(0, 1000));
  }
});
