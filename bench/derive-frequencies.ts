// Derives src/synth/frequencies.ts from the public frequency files (ONS, NRS, NISRA; Open Government Licence v3.0): names by sex and birth cohort, surnames, postcode districts.
// usage: node dist/bench/derive-frequencies.js FOLDER > src/synth/frequencies.ts
import { readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2]!;
const rows = (file: string): string[][] => readFileSync(join(folder, file), "utf8").trim().split("\n").slice(1).map((line) => line.split(","));
const plain = (name: string): string => name.normalize("NFKD").replace(/[^A-Za-z' -]/g, "");
const title = (name: string): string => plain(name).toLowerCase().replace(/(^|[ '-])[a-z]/g, (start) => start.toUpperCase());

/** "Smith 1302,Jones 1032,...": the heaviest `limit`, weights as whole numbers. */
function pack(counts: ReadonlyMap<string, number>, limit: number, scale: number): string {
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, limit)
    .flatMap(([name, n]) => (Math.round(n * scale) > 0 ? [`${name} ${Math.round(n * scale)}`] : []))
    .join(",");
}

const surnames = new Map(rows("surnames_uk.csv").map(([name, share]) => [title(name!), Number(share)]));
const cohorts = new Map<string, Map<string, number>>();
const add = (sex: string, year: number, name: string, n: number): void => {
  const key = `${sex}${year}`;
  if (!cohorts.has(key)) cohorts.set(key, new Map());
  cohorts.get(key)!.set(title(name), (cohorts.get(key)!.get(title(name)) ?? 0) + n);
};
// before 1996 only ranks are published: weights fall with the rank as they do in the counted years
for (const [name, year, rank, sex] of rows("forenames_england_wales_top100_rank_1904_1994.csv")) add(sex!, Number(year), name!, 1000 / (Number(rank) + 4));
for (const [year, sex, name, n] of rows("forenames_england_wales_by_year_n20.csv")) add(sex!, 2000 + Math.floor((Number(year) - 1996) / 5) * 5, name!, Number(n) / 50);
const districts = new Map<string, number>();
for (const [postcode] of rows("postcodes_uk_10000.csv")) districts.set(postcode!.split(" ")[0]!, (districts.get(postcode!.split(" ")[0]!) ?? 0) + 1);

const line = (name: string, doc: string, text: string): string => `/** ${doc} */\nexport const ${name} =\n  "${text}";\n`;
const forenames = [...cohorts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, counts]) => `  ${key}: "${pack(counts, 400, 1)}",`);
console.log(`// Written by bench/derive-frequencies.ts. Contains public sector information licensed under the Open Government Licence v3.0
// (Office for National Statistics, National Records of Scotland, Northern Ireland Statistics and Research Agency). Each table: "name weight,name weight,...".

${line("surnameWeights", "Surnames of the United Kingdom.", pack(surnames, 6000, 1e5))}
/** Forenames by sex and first year of a cohort (1904 ... 2015). */
export const forenameWeights: Readonly<Record<string, string>> = {
${forenames.join("\n")}
};

${line("districtWeights", "Postcode districts.", pack(districts, 3000, 1))}`);
