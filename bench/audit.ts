// Audits hashed files and prints the exact figures (the command itself suppresses small counts): for invented people and public benchmark data only.
// usage: node dist/bench/audit.js --salt FILE FOLDER/PROFILE.parquet...   (FOLDER holds census.csv, census.map.json, PROFILE.json and PROFILE.lookup.csv)
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { audit } from "../src/audit/audit.ts";
import { columnMapPath, readColumnMap } from "../src/custodian/column-map.ts";
import { readSalt } from "../src/custodian/salt.ts";
import { readSchema } from "../src/schema/read-schema.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { salt: { type: "string", default: "project.salt" }, threads: { type: "string", default: "2" } } });
const share = ({ named, judged }: { named: number; judged: number }): string => `${named} of ${judged} (${((100 * named) / Math.max(1, judged)).toFixed(4)} %)`;

for (const hashed of positionals) {
  const started = performance.now();
  const base = join(dirname(hashed), basename(hashed).replace(/\.(parquet|csv)$/, ""));
  const input = join(dirname(hashed), "census.csv");
  const schema = readSchema(`${base}.json`);
  const map = readColumnMap(columnMapPath(input));
  const report = await audit({ hashed, lookup: `${base}.lookup.csv`, input, encoding: "utf-8", map, schema, salt: readSalt(values.salt), threads: Number(values.threads) });
  console.log(`\n${hashed}: ${report.people.file} people, ${((performance.now() - started) / 1000).toFixed(1)} s, ${Math.round(process.resourceUsage().maxRSS / 1024)} MB${report.red ? ", RED" : ""}`);
  for (const { attack, of, unit, named, judged, value, limit, verdict, control } of report.findings) {
    console.log(`  ${verdict.padEnd(8)} ${attack}, ${of}: ${unit === "measure" ? value!.toFixed(3) : share({ named, judged })}${limit === undefined ? "" : `, limit ${limit}`}${control === undefined ? "" : `; plain ${share(control)}`}`);
  }
}
