// How true the figures by subgroup are: invented departments with a group that is recorded worse (care_experienced) and one that is not (region), several seeds each, linked at the defaults; per setting and kind of group the mean distance of
// estimated from true recall in points, its mean error, how often the 95 % interval holds the truth, its width, and how often the group is called worse.
// usage: node dist/bench/subgroups.js [--seeds 8] [--set NAME]... [--data FOLDER] [--json]
// With --data also public data: ons census x cis, by sex and by the first letter of the postcode.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { type Evaluation, isWithin } from "../src/report/evaluate.ts";

const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  "damage 3, 10 %": ["--records", "10000", "--overlap", "0.8", "--damaged", "10%", "--damage", "3"],
  "damage 2, 20 %, half overlap": ["--records", "6000", "--overlap", "0.5", "--damaged", "20%", "--damage", "2"],
  "damage 5, 5 %": ["--records", "10000", "--overlap", "0.8", "--damaged", "5%", "--damage", "5"],
  "damage 3, 20 %, small": ["--records", "3000", "--overlap", "0.8", "--damaged", "20%", "--damage", "3"],
  "no damage": ["--records", "10000", "--overlap", "0.8", "--damaged", "10%", "--damage", "1"],
};

const { values } = parseArgs({ options: { seeds: { type: "string", default: "8" }, set: { type: "string", multiple: true }, data: { type: "string" }, json: { type: "boolean" } } });
const command = fileURLToPath(new URL("../bin/saltlink.js", import.meta.url));
const run = promisify(execFile);
const saltlink = async (...argv: string[]): Promise<string> => (await run(process.execPath, [command, "--quiet", ...argv], { maxBuffer: 1 << 30 })).stdout;

type Group = NonNullable<Evaluation["subgroups"]>[number]["groups"][number];

/** Hashes two files with strata, links them, and gives every group with its truth. */
async function judge(home: string, [a, b]: readonly [string, string], truth: string, strata: readonly string[], schema: string, salt: string): Promise<{ stratum: string; group: Group }[]> {
  const hashed = [join(home, "a.parquet"), join(home, "b.parquet")] as const;
  if (!existsSync(schema)) await saltlink("schema", "init", a, b, "--out", schema);
  for (const [i, csv] of [a, b].entries()) await saltlink("hash", csv, "--schema", schema, "--salt", salt, "--out", hashed[i]!, ...strata.flatMap((column) => ["--stratum", column]));
  await saltlink("link", ...hashed, "--out", join(home, "run"));
  const evaluation = JSON.parse(await saltlink("evaluate", join(home, "run"), "--truth", truth, "--lookup", ...hashed.map((path) => path.replace(".parquet", ".lookup.csv")), "--json")) as Evaluation;
  return evaluation.subgroups!.flatMap(({ stratum, groups }) => groups.map((group) => ({ stratum, group })));
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
const points = (share: number): string => (100 * share).toFixed(2);

function row(setting: string, kind: string, groups: readonly Group[]): string {
  const off = groups.map(({ recall, estimated }) => estimated.estimatedRecall - recall);
  const cells = [
    setting,
    kind,
    `${groups.length}`,
    mean(groups.map(({ truePairs }) => truePairs)).toFixed(0),
    mean(groups.map(({ recall }) => recall)).toFixed(4),
    points(mean(off.map(Math.abs))),
    points(mean(off)),
    `${groups.filter(({ recall, estimated }) => isWithin(recall, estimated.recallInterval)).length}`,
    points(mean(groups.map(({ estimated: { recallInterval: [low, high] } }) => high - low))),
    `${groups.filter(({ precision, estimated }) => isWithin(precision, estimated.precisionInterval)).length}`,
    `${groups.filter(({ estimated }) => estimated.worseIn.includes("recall")).length}`,
    `${groups.filter(({ estimated }) => estimated.worseIn.includes("link rate")).length}`,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** The ONS files with the first letter of the postcode as a column. */
function withArea(from: string, to: string): void {
  const [header, ...lines] = readFileSync(from, "utf8").trim().split("\n");
  const at = header!.split(",").findIndex((name) => /postcode/i.test(name));
  writeFileSync(to, `${[`${header},area`, ...lines.map((line) => `${line},${/[A-Z]/.exec(cellsOf(line)[at] ?? "")?.[0] ?? ""}`)].join("\n")}\n`);
}

/** The cells of a line that has no line break in quotes. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

const home = mkdtempSync(join(tmpdir(), "saltlink-subgroups-"));
try {
  const salt = join(home, "project.salt");
  await saltlink("keygen", "--project", "bench", "--out", salt);
  const all: { setting: string; stratum: string; group: Group }[] = [];
  if (values.json !== true) console.log("| setting | groups | number | true pairs | recall | off by | mean error | held | width | precision held | worse in recall | in link rate |\n|---|---|---|---|---|---|---|---|---|---|---|---|");
  const report = (setting: string, found: readonly { stratum: string; group: Group }[], kindOf: (stratum: string, value: string) => string): void => {
    all.push(...found.map((each) => ({ setting, ...each })));
    if (values.json === true) return;
    const kinds = new Map<string, Group[]>();
    for (const { stratum, group } of found) kinds.set(kindOf(stratum, group.value), [...(kinds.get(kindOf(stratum, group.value)) ?? []), group]);
    for (const [kind, groups] of kinds) console.log(row(setting, kind, groups));
  };
  for (const [setting, synth] of Object.entries(SETTINGS)) {
    if (values.set !== undefined && !values.set.some((part) => setting.startsWith(part))) continue;
    const found: { stratum: string; group: Group }[] = [];
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      const folder = join(home, "files");
      mkdirSync(folder);
      await saltlink("synth", ...synth, "--seed", `subgroups ${setting} ${seed}`, "--out", folder);
      found.push(...(await judge(folder, [join(folder, "census.csv"), join(folder, "tax.csv")], join(folder, "truth.csv"), ["care_experienced", "region"], join(home, `${setting}.json`), salt)));
      rmSync(folder, { recursive: true });
    }
    report(setting, found, (stratum, value) => (stratum === "region" ? "regions" : `care experienced: ${value}`));
  }
  if (values.data !== undefined) {
    const from = join(values.data, "ons-essnet");
    const files = ["census", "cis"].map((name) => join(home, `${name}.csv`)) as [string, string];
    ["census", "cis"].forEach((name, i) => withArea(join(from, `${name}.csv`), files[i]!));
    const found = await judge(home, files, join(from, "truth_pairs_census_cis.csv"), ["sex", "area"], join(home, "ons.json"), salt);
    report("ons census x cis", found, (stratum, value) => (stratum === "sex" ? `sex: ${value}` : "first letters of postcode"));
  }
  if (values.json === true) console.log(JSON.stringify(all, undefined, 2));
} finally {
  rmSync(home, { recursive: true });
}
