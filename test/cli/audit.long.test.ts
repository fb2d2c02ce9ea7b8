import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openHashedFile } from "../../src/exchange/read-hashed-file.ts";
import type { LinkageSchema } from "../../src/schema/linkage-schema.ts";
import { type Workplace, copyOf } from "./saltlink.ts";

const RECORDS = 500;
const census = readFileSync(join(resolve(import.meta.dirname, "../.."), "fixtures/census.csv"), "utf8").split("\n").slice(0, RECORDS + 1);

/** A small department with a strict schema, hashed. */
function department(): Workplace {
  return copyOf("audited department", (work) => {
    work.do("keygen", "--project", "tests", "--out", "project.salt");
    work.write("census.csv", `${census.join("\n")}\n`);
    work.do("schema", "init", "census.csv", "--out", "link.schema.json", "--profile", "strict");
    hash(work, "link.schema.json", "census.parquet");
  });
}

function hash(work: Workplace, schema: string, out: string, ...more: string[]): ReturnType<Workplace["try"]> {
  return work.try("hash", "census.csv", "--schema", schema, "--salt", "project.salt", "--out", out, ...more);
}

function audit(work: Workplace, schema: string, hashed: string, ...more: string[]): ReturnType<Workplace["try"]> {
  return work.try("audit", hashed, "--input", "census.csv", "--schema", schema, "--salt", "project.salt", ...more);
}

/** A schema that someone weakened: filters as in the literature's early days, and a key over one attribute. */
function weakened(work: Workplace): string {
  work.do("schema", "init", "census.csv", "--out", "weak.schema.json");
  const schema = JSON.parse(work.read("weak.schema.json")) as LinkageSchema;
  schema.filters = schema.filters.map((filter) => ({ ...filter, anchor: ["date_of_birth.year"], diffusion: 0 }));
  schema.weakened = true;
  schema.keys.push({ parts: ["surname"] });
  schema.maximumSharing = 1;
  work.write("weak.schema.json", JSON.stringify(schema));
  return "weak.schema.json";
}

interface Printed {
  verdict: string;
  findings: { attack: string; of: string; unit: string; named: number | null; share: number | null; verdict: string; control?: number | null }[];
}

describe("audit", { timeout: 120_000 }, () => {
  let green: Workplace;
  let printed: Printed;
  beforeAll(() => {
    green = department();
    printed = JSON.parse(green.do("audit", "census.parquet", "--input", "census.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "audit.md", "--json").stdout) as Printed;
  }, 120_000);

  it("knows its own file where keys are few and withheld", () => {
    const work = department();
    work.do("schema", "init", "census.csv", "--out", "few.schema.json");
    const schema = JSON.parse(work.read("few.schema.json")) as LinkageSchema;
    work.write("few.schema.json", JSON.stringify({ ...schema, keys: [{ parts: ["surname", "date_of_birth.month"] }], maximumSharing: 1 }));
    expect(hash(work, "few.schema.json", "few.parquet").code).toBe(0);
    const { code, stdout } = audit(work, "few.schema.json", "few.parquet", "--json");
    expect([0, 10]).toContain(code);
    expect((JSON.parse(stdout) as Printed).findings.length).toBeGreaterThan(5);
  });

  it("passes a file that names nobody, with a control that fails", () => {
    expect(printed.verdict).toBe("green");
    const structure = printed.findings.find(({ attack }) => attack === "structure")!;
    expect(structure.named).toBeNull();
    expect(structure.control).toBeGreaterThan(0.8);
  });

  it("attacks a strict file that does not show what each record lacks", async () => {
    const file = await openHashedFile(green.at("census.parquet"));
    const nulls = new BigInt64Array(file.header.rows);
    await file.readColumn("nulls", nulls);
    await file.close();
    expect(Object.values(file.header.missing).filter((missing) => missing > 0).length).toBeGreaterThan(1);
    expect(new Set(nulls).size).toBe(2); // the filter is there, or without a year of birth it is not
  });

  it("writes a page without a value, an own id or a count under ten", () => {
    const page = green.read("audit.md");
    expect(page).toContain("# Audit of the hashed file");
    expect(page).toContain("What this cannot show");
    expect(page).toMatch(/\*\*Green: .*\n\n## In short\n\n- An attacker who holds a list of exactly the people in the file, .* rightly names fewer than 10 of 500 \(<2 %\); of the same people unprotected, \d/);
    const cells = new Set(census.slice(1).flatMap((line) => line.split(",")).filter((cell) => /[A-Za-z]{3}/.test(cell) || cell.startsWith("CEN")));
    const words = page.split(/[^A-Za-z0-9]+/);
    expect(words.filter((word) => cells.has(word))).toEqual([]);
    for (const { unit, named } of printed.findings) if (unit === "people" && named !== null) expect(named).toBeGreaterThanOrEqual(10);
    expect(audit(green, "link.schema.json", "census.parquet", "--out", "audit.md").code).toBe(2); // it is there already
  });

  it("is red on a weakened schema, and hash --require-audit then leaves nothing behind", () => {
    const work = department();
    const schema = weakened(work);
    expect(hash(work, schema, "weak.parquet").code).toBe(2);
    expect(hash(work, schema, "weak.parquet", "--accept-frequency-risk").code).toBe(0);
    const outcome = audit(work, schema, "weak.parquet", "--json");
    expect(outcome.code).toBe(10);
    expect((JSON.parse(outcome.stdout) as Printed).verdict).toBe("red");
    const before = readdirSync(work.path);
    const refused = hash(work, schema, "refused.parquet", "--require-audit", "--accept-frequency-risk");
    expect(refused.code).toBe(10);
    expect(refused.stderr).toMatch(/structure/);
    expect(readdirSync(work.path)).toEqual(before);
  });

  it("lets hash --require-audit write what passes", () => {
    const work = department();
    expect(hash(work, "link.schema.json", "census.parquet", "--require-audit").code).toBe(2); // it is there already
    expect(hash(work, "link.schema.json", "again.csv", "--require-audit").code).toBe(0);
    for (const name of ["again.csv", "again.header.json", "again.lookup.csv"]) expect(statSync(work.at(name)).mode & 0o777).toBe(0o600);
    expect(existsSync(work.at("again.rejects.csv"))).toBe(false);
    expect(audit(work, "link.schema.json", "again.csv").code).toBe(0);
    expect(work.try("inspect", "again.csv").code).toBe(0);
  });

  it("uses public frequencies, and refuses a bad file of them without quoting it", () => {
    green.write("names.csv", "field,value,count\nsurname,SMITH,600000\nforename,Sarah,300000\n");
    expect(audit(green, "link.schema.json", "census.parquet", "--names", "names.csv").code).toBe(0);
    green.write("names.csv", "field,value,count\nsurname,Zqxwv,many\n");
    const outcome = audit(green, "link.schema.json", "census.parquet", "--names", "names.csv");
    expect(outcome.code).toBe(9);
    expect(outcome.stderr).toContain("names.csv row 2");
    expect(outcome.stderr).not.toContain("Zqxwv");
  });

  it("refuses what does not belong together", () => {
    const work = department();
    expect(hash(work, "link.schema.json", "second.parquet").code).toBe(0);
    expect(audit(work, "link.schema.json", "second.parquet", "--lookup", "census.lookup.csv").code).toBe(4);
    work.do("keygen", "--project", "tests", "--out", "other.salt");
    expect(work.try("audit", "census.parquet", "--input", "census.csv", "--schema", "link.schema.json", "--salt", "other.salt").code).toBe(4);
    expect(audit(work, weakened(work), "census.parquet").code).toBe(4);
    work.write("census.csv", `${census.map((line, i) => (i === 0 ? line : line.replace(/^([^,]*),([^,]*),/, "$1,$2AB,"))).join("\n")}\n`);
    const changed = audit(work, "link.schema.json", "census.parquet");
    expect(changed.code).toBe(4);
    expect(changed.stderr.trim().split("\n").at(-1)).toMatch(/changed since it was hashed/);
    expect(audit(work, "link.schema.json", "missing.parquet").code).toBe(2);
  });
});
