import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Population } from "../../src/synth/population.ts";
import { type Outcome, type Workplace, copyOf, hashedDepartments, program, workplace } from "./saltlink.ts";

const HEADER = "id,forename,surname,dob,sex,address,postcode";
const population = new Population(1000, "office", "all");
const invented = (i: number): string => {
  const { forename, surname, sex, day, month, year, address } = population.person(i);
  return `${i},${forename},${surname},${year}-${month}-${day},${sex},${address.number} ${address.street},${address.postcode}`;
};
const people = (count: number, row = invented): string => `${HEADER}\n${Array.from({ length: count }, (_, i) => row(i + 1)).join("\n")}\n`;

/** A workplace with a schema; `put` writes the department's file. */
function office(content: string | Uint8Array = people(200)): Workplace & { hash: (...more: string[]) => Outcome } {
  const work = copyOf("office", (template) => {
    template.do("keygen", "--project", "tests", "--out", "project.salt");
    template.write("good.csv", people(600));
    template.do("schema", "init", "good.csv", "--out", "link.schema.json");
  });
  work.write("people.csv", content);
  return { ...work, hash: (...more) => work.try("hash", "people.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "people.parquet", ...more) };
}

function expectRefusal(outcome: Outcome, code: number, message: RegExp): void {
  expect(outcome.stderr).toMatch(message);
  expect(outcome.code).toBe(code);
  expect(outcome.stderr.trim().split("\n").filter((line) => line.startsWith("error:"))).toHaveLength(1);
  expect(outcome.stderr).not.toMatch(/\n\s+at /); // no stack
}

const nothingLeft = (work: Workplace): void => expect(readdirSync(work.path).filter((name) => /people\.(parquet|lookup|rejects)|partial|rows/.test(name))).toEqual([]);

describe("what is read without complaint", () => {
  const hashed = (work: ReturnType<typeof office>, ...more: string[]): { read: number; hashed: number; missing: Record<string, number>; unusable: Record<string, number>; placeholders: Record<string, number> } => {
    const { code, stdout, stderr } = work.hash("--json", ...more);
    expect(stderr).not.toMatch(/error/);
    expect(code).toBe(0);
    return JSON.parse(stdout) as ReturnType<typeof hashed>;
  };

  it("a byte order mark, CRLF, quoted newlines, blank lines", () => {
    expect(hashed(office(`\ufeff${people(50).replaceAll("\n", "\r\n")}\r\n\r\n`)).hashed).toBe(50);
    expect(hashed(office(people(50).replace(/(\d+ \w+) (Road|Street|Lane|Avenue|Close)/, '"$1\n$2"'))).hashed).toBe(50);
  });

  it("gzip, semicolons, other encodings that are asked for", () => {
    const work = office();
    work.write("people.csv.gz", gzipSync(people(50)));
    expect(JSON.parse(work.do("hash", "people.csv.gz", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "z.parquet", "--json").stdout)).toMatchObject({ hashed: 50 });
    expect(hashed(office(people(50).replaceAll(",", ";"))).hashed).toBe(50);
    expect(hashed(office(Buffer.from(people(50).replace(/^1,[^,]*/m, "1,Zo\xeb"), "latin1")), "--encoding", "windows-1252").hashed).toBe(50);
    expect(hashed(office(Buffer.from(people(50), "utf16le")), "--encoding", "utf-16le").hashed).toBe(50);
  });

  it("columns without a name at the end of the header", () => {
    const work = office(people(50).replaceAll("\n", ",,\n"));
    expect(hashed(work).hashed).toBe(50);
    expectRefusal(office(people(50).replace("forename,", ",")).hash(), 9, /people\.csv row 1: column 2 has no name/);
  });

  it("a single record", () => {
    expect(hashed(office(people(1))).hashed).toBe(1);
  });

  it("an impossible date and other unusable values: the field is missing and counted, the row is kept", () => {
    const rows = ["1,Ann,Lee,1980-02-31,F,1 High Road,SW1A 1AA", "2,Bob,Ray,hello,M,2 High Road,SW1A 1AA", "3,Cat,Fox,1900-01-01,Q,3 High Road,ZZ99 3WZ", "4,UNKNOWN,Roe,1980-02-03,F,,"];
    const result = hashed(office(`${HEADER}\n${rows.join("\n")}\n`));
    expect(result.hashed).toBe(4);
    expect(result.missing).toMatchObject({ date_of_birth: 3, sex: 1, forename: 1, address: 1, postcode: 2 });
    expect(result.unusable).toMatchObject({ date_of_birth: 2, sex: 1 });
    expect(result.placeholders).toMatchObject({ date_of_birth: 1, forename: 1, postcode: 1 });
  });
});

describe("dates of birth", () => {
  const dated = (date: (i: number) => string, count = 200): string => people(count, (i) => invented(i).replace(/\d+-\d+-\d+/, date(i)));
  const map = (order?: string): string =>
    JSON.stringify({ version: 1, id: "id", delimiter: ",", fields: { forename: { columns: ["forename"] }, surname: { columns: ["surname"] }, date_of_birth: { columns: ["dob"], order }, sex: { columns: ["sex"] }, address: { columns: ["address"] }, postcode: { columns: ["postcode"] } } });
  const british = (i: number): string => `${1 + (i % 28)}/${1 + (i % 12)}/19${10 + (i % 80)}`;
  const open = (i: number): string => `0${1 + (i % 9)}/0${1 + (i % 8)}/19${10 + (i % 80)}`;

  it("are not lost to one malformed row", () => {
    const lines = dated(british).split("\n");
    lines[50] = '50,"Ann"x,Lee,1/2/1980,F,1 High Road,SW1A 1AA';
    const { code, stdout, stderr } = office(lines.join("\n")).hash("--json");
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/warning/);
    expect(JSON.parse(stdout)).toMatchObject({ rejected: 1, unusable: { date_of_birth: 0 } });
  });

  it("are asked for when rows are open, whatever the others are", () => {
    expectRefusal(office(dated((i) => (i === 7 ? "1990-04-05" : open(i)))).hash(), 9, /no row tells whether the day or the month comes first/);
  });

  it("are settled by the rows, or asked for, when the column map does not say how they are written", () => {
    const work = office(dated(british));
    work.write("people.map.json", map());
    expect(JSON.parse(work.hash("--json").stdout)).toMatchObject({ unusable: { date_of_birth: 0 } });
    work.write("people.csv", dated(open));
    expectRefusal(work.hash("--force"), 9, /column dob: no row tells/);
    expect(JSON.parse(work.hash("--json", "--force", "--date-order", "dmy").stdout)).toMatchObject({ unusable: { date_of_birth: 0 } });
  });

  it("are warned about when most cannot be read", () => {
    const work = office(dated(british));
    work.write("people.map.json", map("ymd"));
    const { stderr } = work.hash();
    expect(stderr).toMatch(/warning: date_of_birth: 100 % of what is filled in could not be read/);
    expect(stderr).not.toMatch(/19\d\d/);
  });
});

describe("fields that most records lack", () => {
  const emptied = (column: number, rows: number): string => people(200, (i) => invented(i).split(",").map((cell, c) => (c === column && i <= rows ? "" : cell)).join(","));

  it("are warned about, by hash and by link", () => {
    const work = office(emptied(6, 150));
    expect(work.hash().stderr).toMatch(/warning: postcode: 7[5-9]\.\d % of the records lack it/);
    work.do("hash", "good.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "good.parquet");
    expect(work.do("link", "people.parquet", "good.parquet", "--out", "run").stderr).toMatch(/warning: people: 7[5-9]\.\d % of the records lack postcode/);
    work.write("people.csv", emptied(6, 60));
    expect(work.hash("--force").stderr).not.toMatch(/warning/);
  });

  it("are warned about where a date of birth has its year alone, with what that costs", () => {
    const work = office(people(200, (i) => invented(i).replace(/(\d+)-\d+-\d+/, "$1")).replace(",dob,", ",year_of_birth,"));
    const { stderr } = work.hash();
    expect(stderr).toMatch(/warning: date_of_birth: the file has no day and no month of it, so that \d+ of the \d+ keys and (\d) of the \1 filters cannot be made/);
    expect(stderr).not.toMatch(/could not be read/);
  });

  it("are warned about where what is filled in cannot be read in one record of three", () => {
    const work = office(people(200, (i) => (i % 3 === 0 ? invented(i).replace(/\d+-\d+-\d+/, "not known yet") : invented(i))));
    const { stderr } = work.hash();
    expect(stderr).toMatch(/warning: date_of_birth: 33\.0 % of what is filled in could not be read/);
    expect(stderr).not.toMatch(/not known yet/);
  });
});

describe("rows that are set aside", () => {
  it("have their number and reason in the rejects file and no value", () => {
    const lines = people(500).trim().split("\n");
    lines[10] = "10,Secretname,short";
    lines[20] = `${lines[20]},Secretname,extra`;
    const work = office(Buffer.concat([Buffer.from(`${lines.join("\n")}\n`), Buffer.from("900,Secret"), Buffer.from([0xff, 0xfe]), Buffer.from(",Lee,1980-01-02,F,1 High Road,SW1A 1AA\n")]));
    const { code, stderr } = work.hash();
    expect(code).toBe(0);
    expect(work.read("people.rejects.csv")).toBe("row,reason\n11,too few cells: 3 instead of 7\n21,too many cells: 9 instead of 7\n502,bytes that are not valid UTF-8\n");
    expect(stderr).toMatch(/501 records read, 498 hashed, 3 rejected/);
    expect(stderr).not.toMatch(/Secretname/);
  });

  it("have broken quotes or no own id", () => {
    const lines = people(500).trim().split("\n");
    lines[5] = '5,"Ann"x,Lee,1980-01-02,F,1 High Road,SW1A 1AA';
    lines[6] = lines[6]!.replace(/^\d+/, "");
    const work = office(`${lines.join("\n")}\n`);
    expect(work.hash("--id", "id").code).toBe(0);
    expect(work.read("people.rejects.csv")).toBe("row,reason\n6,text after a closing quote\n7,no own id\n");
  });

  it("fail the run when they are too many, and no file is left", () => {
    const work = office(people(100).replaceAll(/^(\d?5),.*$/gm, "$1,short"));
    expectRefusal(work.hash(), 9, /people\.csv: 10 of 100 rows would be rejected, more than --max-rejects 1%: too few cells in 10 \(rows 6, 16, 26, 36, 46 \.\.\.\)$/m);
    nothingLeft(work);
    expect(work.hash("--max-rejects", "10%").code).toBe(0);
  });

  it("fail the run when no row is left, whatever share is allowed", () => {
    const work = office(`${HEADER}\n1,short\n2,short\n`);
    expectRefusal(work.hash("--max-rejects", "100%"), 9, /people\.csv: every row would be rejected: too few cells in 2 \(rows 2, 3\)$/m);
    nothingLeft(work);
  });

  it("are told by reason and with what mends them, before hashing too, where the encoding is another", () => {
    const accented = people(200, (i) => (i % 20 === 3 ? invented(i).replace(/^(\d+),[^,]*/, "$1,Zo\xeb") : i === 7 ? "7,short" : invented(i)));
    const work = office(Buffer.from(accented, "latin1"));
    const hint = /a file from Excel on Windows needs --encoding windows-1252/;
    const outcome = work.hash();
    expectRefusal(outcome, 9, /11 of 200 rows would be rejected, .*: bytes that are not valid UTF-8 in 10 \(rows 4, 24, 44, 64, 84 \.\.\.\); too few cells in 1 \(row 8\); a file from Excel/);
    for (const args of [["init", "people.csv", "--out", "s.json"], ["check", "people.csv", "--schema", "link.schema.json"]]) {
      const { stderr } = work.do("schema", ...args);
      expect(stderr).toMatch(/warning: people\.csv: 5\.0 % of the rows looked at hold bytes that are not valid UTF-8 \(row 4 first\)/);
      expect(stderr).toMatch(hint);
    }
    expect(work.hash("--encoding", "windows-1252").stderr).not.toMatch(hint);
  });

  it("of an earlier run neither stay beside a new file nor are replaced unasked", () => {
    const work = office();
    work.write("people.rejects.csv", "row,reason\n3,no own id\n");
    expectRefusal(work.hash(), 2, /people\.rejects\.csv is already there; --force replaces it/);
    expect(work.hash("--force").code).toBe(0);
    expect(existsSync(work.at("people.rejects.csv"))).toBe(false);
  });
});

describe("own ids", () => {
  it("are row numbers only with a word on the rows because of which their column is passed over", () => {
    const rows = people(60).trimEnd().split("\n").map((line, i) => (i === 0 ? line.replace("id", "record_id") : i === 11 ? line.replace("11", "10") : i === 20 ? line.replace("20", "") : line));
    const work = office(`${rows.join("\n")}\n`);
    const warning = /warning: people\.csv column record_id is not taken for record ids: rows 11 and 12 have the same id and row 21 has none; row numbers stand/;
    expect(work.hash().stderr).toMatch(warning);
    expect(work.hash("--id", "none", "--force").stderr).not.toMatch(/warning/);
    expect(work.do("schema", "check", "people.csv", "--schema", "link.schema.json").stderr).toMatch(warning);
    expect(work.hash("--force").stderr).toMatch(/own ids: row numbers, as the column map names no column of record ids/);
    expectRefusal(work.hash("--force", "--id", "record_id"), 9, /rows 11 and 12: the same own id/);
  });
});

describe("what hash refuses", () => {
  it.each<[string, string | Uint8Array, RegExp]>([
    ["an empty file", "", /people\.csv is empty/],
    ["a header and nothing else", `${HEADER}\n`, /people\.csv has a header and no records/],
    ["two columns of one name", people(9).replace("forename,surname", "surname,surname"), /people\.csv row 1: columns 2 and 3 have the same name/],
    ["an unclosed quote", `${people(20)}21,"Secretname,Lee\n${"9,Ann,Lee,1980-01-02,F,1 High Road,SW1A 1AA\n".repeat(90_000)}`, /people\.csv row 22: a quote is opened and never closed/],
    ["UTF-16 that was not asked for", Buffer.from(people(20), "utf16le"), /people\.csv is not UTF-8; it looks like UTF-16: add --encoding utf-16le/],
    ["binary", Buffer.from([1, 2, 0, 4, 5]), /people\.csv is not UTF-8 text/],
    ["own ids that come twice", people(50).replace(/^40,/m, "4,"), /people\.csv rows 5 and 41: the same own id/],
    ["dates that can be read two ways", people(20, (i) => `${i},Ann,Lee,0${1 + (i % 9)}/0${1 + (i % 8)}/1980,F,1 High Road,SW1A 1AA`), /people\.csv column dob: no row tells whether the day or the month comes first; say so with --date-order/],
    ["a missing column", people(20).replace("surname", "colour"), /people\.csv: no column is known for the field surname of the schema; the columns are id, forename, colour/],
  ])("%s", (_, content, message) => {
    const work = office(content);
    const outcome = work.hash("--id", "id");
    expectRefusal(outcome, 9, message);
    expect(outcome.stderr).not.toMatch(/Secretname/);
    nothingLeft(work);
  });

  it("a column map that does not fit, saying which columns there are", () => {
    const work = office();
    work.write("people.map.json", JSON.stringify({ version: 1, id: "id", delimiter: ",", fields: { forename: { columns: ["given"] }, surname: { columns: ["surname"] }, date_of_birth: { columns: ["dob"], order: "ymd" }, sex: { columns: ["sex"] }, address: { columns: ["address"] }, postcode: { columns: ["postcode"] } } }));
    expectRefusal(work.hash(), 9, /people\.csv has no column given, .* the columns are id, forename, surname/);
    work.write("people.map.json", JSON.stringify({ version: 1, id: "id", delimiter: ",", fields: { forename: { columns: ["forename"] }, date_of_birth: { columns: ["dob"], order: "american" } } }));
    expectRefusal(work.hash(), 9, /people\.map\.json: fields\.date_of_birth\.order: .*"dmy"\|"mdy"\|"ymd"/);
    const right = { version: 1, id: "id", delimiter: ",", fields: { forename: { columns: ["forename"] }, surname: { columns: ["surname"] } } };
    work.write("people.map.json", JSON.stringify({ ...right, delimiter: ";" }));
    expectRefusal(work.hash(), 9, /people\.csv has one column as its column map cuts it, by ";": see whether "delimiter" in the map should be ","/);
    work.write("people.map.json", JSON.stringify({ ...right, fields: {} }));
    expectRefusal(work.hash(), 9, /the column map of people\.csv names no column for any field/);
    work.write("people.map.json", "{");
    expectRefusal(work.hash(), 9, /people\.map\.json is not JSON/);
    rmSync(work.at("people.map.json"));
    expectRefusal(work.hash("--id", "number"), 2, /people\.csv has no column number, which --id or its column map names for record ids; the columns are id, forename/);
  });

  it("no column map that is older than the schema", () => {
    const work = office();
    const order = (): unknown => (JSON.parse(work.read("dated.map.json")) as { fields: Record<string, { order?: string }> }).fields["date_of_birth"]?.order;
    work.write("dated.csv", people(600, (i) => invented(i).replace(/\d+-\d+-\d+/, `0${1 + (i % 9)}/0${1 + (i % 8)}/19${10 + (i % 80)}`)));
    work.do("schema", "init", "dated.csv", "--out", "dated.json", "--date-order", "dmy");
    expect(work.do("schema", "init", "dated.csv", "--out", "other.json", "--date-order", "dmy").stderr).not.toMatch(/warning/);
    expect(work.do("schema", "init", "dated.csv", "--out", "third.json", "--date-order", "mdy").stderr).toMatch(/warning: dated\.map\.json was there already, differs .* delete it/);
    expect(order()).toBe("dmy");
    work.do("schema", "init", "dated.csv", "--out", "dated.json", "--date-order", "mdy", "--force");
    expect(order()).toBe("mdy");
    work.do("schema", "init", "dated.csv", "--out", "fourth.json", "--leave-out", "address", "--date-order", "mdy");
    expect(work.try("hash", "dated.csv", "--schema", "fourth.json", "--salt", "project.salt", "--out", "dated.parquet")).toMatchObject({ code: 0 });
  });

  it.each<[string, (work: Workplace) => string[], number, RegExp]>([
    ["no such file", () => ["none.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "x.parquet"], 2, /none\.csv: no such file/],
    ["no such schema", () => ["people.csv", "--schema", "none.json", "--salt", "project.salt", "--out", "x.parquet"], 2, /none\.json: no such file/],
    ["no such salt", () => ["people.csv", "--schema", "link.schema.json", "--salt", "none", "--out", "x.parquet"], 3, /cannot read the salt none: no such file/],
    ["no salt at all", () => ["people.csv", "--schema", "link.schema.json", "--out", "x.parquet"], 2, /one of --salt FILE, --salt-fd N and --salt-prompt/],
    ["an output of another kind", () => ["people.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "x.txt"], 2, /must end in \.parquet or \.csv/],
    ["a directory for a file", (work) => (mkdirSync(work.at("d")), ["d", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "x.parquet"]), 2, /d is not a regular file/],
    ["the salt itself instead of its file", (work) => ["people.csv", "--schema", "link.schema.json", "--salt", readFileSync(work.at("project.salt"), "utf8").trim(), "--out", "x.parquet"], 2, /^error: --salt takes the name of the salt's file(?!.*saltlink-salt-1)/],
    ["a salt that others can read", (work) => (chmodSync(work.at("project.salt"), 0o644), ["people.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "x.parquet"]), 3, /can be read by others/],
    ["a damaged salt", (work) => (writeFileSync(work.at("project.salt"), work.read("project.salt").replace(/[\w-]{5} /, "AAAAA ")), ["people.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "x.parquet"]), 3, /damaged|not a salt file/],
    ["an empty salt", (work) => (writeFileSync(work.at("project.salt"), ""), ["people.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "x.parquet"]), 3, /is empty/],
    ["a schema that is no JSON", (work) => (work.write("s.json", "{"), ["people.csv", "--schema", "s.json", "--salt", "project.salt", "--out", "x.parquet"]), 9, /s\.json is not JSON/],
    ["a schema with a misspelt key", (work) => (work.write("s.json", work.read("link.schema.json").replace('"buckets"', '"bukcets"')), ["people.csv", "--schema", "s.json", "--salt", "project.salt", "--out", "x.parquet"]), 9, /unknown property "bukcets" \(did you mean "buckets"\?\)/],
    ["a schema of another version", (work) => (work.write("s.json", work.read("link.schema.json").replace('"version": 1', '"version": 2')), ["people.csv", "--schema", "s.json", "--salt", "project.salt", "--out", "x.parquet"]), 9, /version 2 is not known/],
    ["a place that is not there", () => ["people.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "nowhere/x.parquet"], 2, /nowhere: no such file or directory/],
    ["an unknown option", () => ["people.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "x.parquet", "--thread", "2"], 2, /unknown option '--thread'[\s\S]*Did you mean --threads/],
    ["a number of threads that is none", () => ["people.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "x.parquet", "--threads", "0"], 2, /whole number above 0/],
  ])("%s", (_, prepare, code, message) => {
    const work = office();
    expectRefusal(work.try("hash", ...prepare(work)), code, message);
    expect(readdirSync(work.path).filter((name) => /^x\.|partial/.test(name))).toEqual([]);
  });

  it("to replace an output that is there, unless told to", () => {
    const work = office();
    expect(work.hash().code).toBe(0);
    const before = readFileSync(work.at("people.parquet"));
    expectRefusal(work.hash(), 2, /people\.parquet is already there; --force replaces it/);
    expect(readFileSync(work.at("people.parquet"))).toEqual(before);
    expect(work.hash("--force").code).toBe(0);
  });

  it.skipIf(process.getuid?.() === 0)("a directory that is not writable", () => {
    const work = office();
    mkdirSync(work.at("locked"), { mode: 0o500 });
    expectRefusal(work.try("hash", "people.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "locked/x.parquet"), 5, /permission denied/);
  });

  // a limit on the size of a file stands in for a disk that fills up: both make a write fail half-way
  it.each([
    ["hash", "census.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "again.parquet"],
    ["link", "census.parquet", "tax.parquet", "--out", "run"],
  ])("to leave half an output when %s runs out of room", (...args) => {
    const work = hashedDepartments();
    const before = readdirSync(work.path).sort();
    const { status, stderr } = spawnSync("bash", ["-c", 'ulimit -f 50; exec "$@"', "bash", process.execPath, program, ...args], { cwd: work.path, encoding: "utf8" });
    expect(stderr).toMatch(/^error: cannot write .*(larger than a file may be|no space left)/m);
    expect(status).toBe(5);
    expect(readdirSync(work.path).sort()).toEqual(before);
  });

  it.skipIf(process.platform !== "linux")("to say that all is well when nobody can be told", () => {
    const work = hashedDepartments();
    const { status, stderr } = spawnSync("bash", ["-c", 'exec "$@" > /dev/full', "bash", process.execPath, program, "inspect", "census.parquet"], { cwd: work.path, encoding: "utf8" });
    expect(stderr).toBe("error: cannot write to standard output: no space left; free some and run again\n");
    expect(status).toBe(5);
  });

  it("to write through links that somebody has planted, whatever the umask", () => {
    const work = office();
    const victim = work.write("victim", "untouched");
    for (const name of ["saltlink-schema-1.json", "people.map.json", "people.parquet", "people.lookup.csv", "people.rejects.csv", "audit.md"]) {
      rmSync(work.at(name), { force: true });
      symlinkSync(victim, work.at(name));
    }
    const { status } = spawnSync("bash", ["-c", 'umask 0; exec "$@"', "bash", process.execPath, program, "schema", "init", "good.csv", "people.csv", "--out", "fresh.json", "--force"], { cwd: work.path });
    expect(status).toBe(0);
    expectRefusal(work.hash(), 2, /already there/);
    expect(spawnSync("bash", ["-c", 'umask 0; exec "$@"', "bash", process.execPath, program, "hash", "people.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "people.parquet", "--force"], { cwd: work.path }).status).toBe(0);
    expect(work.read("victim")).toBe("untouched");
    for (const name of ["people.parquet", "people.lookup.csv"]) expect(lstatSync(work.at(name)).mode & 0o777).toBe(0o600);
    expect(lstatSync(work.at("saltlink-schema-1.json")).isFile()).toBe(true);
  });

  it.each(["fresh", "there"])("to leave or replace a lookup when only the footer finds no room (output %s)", (kind) => {
    const work = office();
    const hash = ["hash", "people.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--force"];
    work.do(...hash, "--out", "there.parquet");
    const before = readdirSync(work.path).sort().map((name) => [name, work.read(name)]);
    // the limit counts KiB; the last one holds nothing but footer
    const limit = Math.floor(statSync(work.at("there.parquet")).size / 1024);
    const { status, stderr } = spawnSync("bash", ["-c", 'ulimit -f "$0"; exec "$@"', String(limit), process.execPath, program, ...hash, "--out", `${kind}.parquet`], { cwd: work.path, encoding: "utf8" });
    expect(stderr).toMatch(/^error: cannot write (fresh|there)\.parquet: larger than a file may be/m);
    expect(status).toBe(5);
    expect(readdirSync(work.path).sort().map((name) => [name, work.read(name)])).toEqual(before);
  });

  it("a label that no header can hold, before anything is read", () => {
    const work = office();
    for (const label of ["x".repeat(101), "", "red\u001b[31m"]) expectRefusal(work.hash("--label", label), 2, /the label of a dataset .* has 1 to 100 characters/);
    nothingLeft(work);
    const name = `${"x".repeat(101)}.parquet`;
    const named = ["hash", "people.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", name];
    expectRefusal(work.try(...named), 2, /the label of a dataset/);
    work.do(...named, "--label", "x".repeat(100));
    expect(work.do("inspect", name).stdout).toMatch(/x{100}/);
  });

  it("a schema that is not what its profile promises", () => {
    const work = office();
    const schema = JSON.parse(work.read("link.schema.json")) as { filters: object[] };
    work.write("link.schema.json", JSON.stringify({ ...schema, filters: schema.filters.map((filter) => ({ ...filter, anchor: [], diffusion: 0 })), keys: [{ parts: ["surname"] }] }));
    expectRefusal(work.hash(), 9, /link\.schema\.json: filters\[0\]\.diffusion: profile standard demands at least 10; .*keys\[0\]\.parts: profile standard demands views of at least two fields/);
    work.write("link.schema.json", JSON.stringify({ ...schema, weakened: true }));
    expectRefusal(work.hash(), 2, /link\.schema\.json says that it is weakened.* --accept-frequency-risk/);
    expect(work.hash("--accept-frequency-risk").code).toBe(0);
  });

  it("a schema whose keys too many people share", () => {
    const work = office(people(200, (i) => `${i},Ann,Lee,1980-01-0${1 + (i % 2)},F,1 High Road,SW1A 1AA`));
    expectRefusal(work.hash(), 10, /is shared by \d+\.\d % of the records, more than the \d+\.\d % the schema allows/);
    nothingLeft(work);
    // six years of the same people, more rows than the schema is for
    const rows = people(300).trimEnd().split("\n");
    work.write("people.csv", `${rows[0]}\n${Array.from({ length: 6 }, () => rows.slice(1).join("\n")).join("\n")}\n`);
    expectRefusal(work.hash("--id", "none"), 10, /if the file holds several records of one person, .*: schema init --duplicates/);
  });
});

describe("what link refuses", () => {
  const pair = hashedDepartments();

  it.each<[string, (work: Workplace) => void, RegExp]>([
    ["another salt", (work) => work.do("keygen", "--project", "tests", "--out", "other.salt"), /differ in salt;/],
    ["another project", (work) => work.do("keygen", "--project", "elsewhere", "--out", "other.salt"), /differ in project \(tests and elsewhere\)/],
  ])("files made with %s", (_, makeSalt, message) => {
    const work = hashedDepartments();
    makeSalt(work);
    work.do("hash", "tax.csv", "--schema", "link.schema.json", "--salt", "other.salt", "--out", "tax.parquet", "--force");
    expectRefusal(work.try("link", "census.parquet", "tax.parquet", "--out", "run"), 4, message);
    expect(existsSync(work.at("run"))).toBe(false);
  });

  it.each<[string, (schema: string) => string, RegExp]>([
    ["another key", (schema) => schema.replace(/("parts": \[\s*)"forename\.start",(\s*)"surname\.initial"/, '$1"surname.initial",$2"forename.start"'), /schema \(keys\)/],
    ["another diffusion", (schema) => schema.replace('"diffusion": 10', '"diffusion": 12'), /schema \(filters\)/],
    ["another size", (schema) => schema.replace(/"expectedRecords": \d+/, '"expectedRecords": 77'), /schema \(expectedRecords\)/],
  ])("files made with %s in the schema", (_, change, message) => {
    const work = hashedDepartments();
    work.write("other.json", change(work.read("link.schema.json")));
    work.do("hash", "tax.csv", "--schema", "other.json", "--salt", "project.salt", "--out", "tax.parquet", "--force");
    expectRefusal(work.try("link", "census.parquet", "tax.parquet", "--out", "run"), 4, message);
  });

  it("files of two profiles", () => {
    const work = hashedDepartments();
    work.do("schema", "init", "census.csv", "tax.csv", "--out", "plain.json", "--profile", "plain");
    work.do("hash", "tax.csv", "--schema", "plain.json", "--salt", "project.salt", "--out", "tax.parquet", "--accept-frequency-risk", "--force");
    expectRefusal(work.try("link", "census.parquet", "tax.parquet", "--out", "run"), 4, /profile \(standard and plain\)/);
  });

  it.each<[string, string | Uint8Array | (() => Uint8Array), number, RegExp]>([
    ["a file that is none of ours", "PAR1nothingPAR1", 9, /not a hashed file|damaged/],
    ["a CSV of people", people(5), 9, /is not a hashed file/],
    ["a file cut short", () => readFileSync(pair.at("tax.parquet")).subarray(0, 500_000), 9, /is cut short/],
    [
      "a file that was changed",
      () => {
        const bytes = Buffer.from(readFileSync(pair.at("tax.parquet")));
        bytes[100_000]! ^= 1;
        return bytes;
      },
      9,
      /is damaged or was changed/,
    ],
  ])("%s", (_, content, code, message) => {
    pair.write("bad.parquet", typeof content === "function" ? content() : content);
    expectRefusal(pair.try("link", "census.parquet", "bad.parquet", "--out", "run-bad"), code, message);
    expect(existsSync(pair.at("run-bad"))).toBe(false);
  });

  it("one file twice, one file alone, three files, no output", () => {
    expectRefusal(pair.try("link", "census.parquet", "census.parquet", "--out", "r"), 4, /are the same file; to find duplicates within it/);
    expectRefusal(pair.try("link", "census.parquet", "--out", "r"), 2, /takes two hashed files/);
    expectRefusal(pair.try("link", "census.parquet", "tax.parquet", "census.parquet", "--out", "r"), 2, /takes two hashed files/);
    expectRefusal(pair.try("link", "census.parquet", "tax.parquet"), 2, /--out DIRECTORY/);
  });

  it("a run that is there, unless told to replace it", () => {
    pair.do("link", "census.parquet", "tax.parquet", "--out", "there");
    expectRefusal(pair.try("link", "census.parquet", "tax.parquet", "--out", "there"), 2, /there is already there; --force replaces it/);
    pair.do("link", "census.parquet", "tax.parquet", "--out", "there", "--force");
  });
});

describe("what the other commands refuse", () => {
  it("to replace what they read, or a run's own files, even with --force", () => {
    const work = hashedDepartments();
    work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    for (const out of ["census.csv", "census.parquet", "project.salt", "census.lookup.csv"]) expectRefusal(work.try("audit", "census.parquet", "--input", "census.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", out, "--force"), 2, /is an input of this command/);
    for (const out of ["run/links.csv", "run/statistics.json"]) expectRefusal(work.try("report", "run", "--out", out, "--force"), 2, /is an input of this command/);
    // a file of links that is something else is no run without links
    work.write("run/links.csv", "figure,value\nlinks,7\n");
    expectRefusal(work.try("return", "run", "--out", "returned"), 9, /was not written by link/);
  });

  it("evaluate: what is no run, no truth or another's lookup", () => {
    const work = hashedDepartments();
    work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    const args = (run: string, truth: string, a: string, b: string): string[] => ["evaluate", run, "--truth", truth, "--lookup", a, b];
    expectRefusal(work.try(...args("census.csv", "truth.csv", "census.lookup.csv", "tax.lookup.csv")), 2, /not a run|not a directory/);
    expectRefusal(work.try(...args("run", "census.csv", "census.lookup.csv", "tax.lookup.csv")), 9, /census\.csv has no column id_a; it needs id_a and id_b/);
    expectRefusal(work.try(...args("run", "truth.csv", "tax.lookup.csv", "census.lookup.csv")), 4, /is not the lookup of/);
    work.write("empty-truth.csv", "id_a,id_b\nnobody,noone\n");
    expectRefusal(work.try(...args("run", "empty-truth.csv", "census.lookup.csv", "tax.lookup.csv")), 9, /no pair of the truth file is in the lookup files; .*row numbers/);
    work.do("return", "run", "--out", "returned");
    expectRefusal(work.try("join", "returned/census.csv", "--lookup", "tax.lookup.csv", "--out", "x.csv"), 4, /not in tax\.lookup\.csv/);
    expect(existsSync(work.at("x.csv"))).toBe(false);
  });

  it("evaluate and explain: a run whose inputs have moved, saying how they are named", () => {
    const work = hashedDepartments();
    work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    mkdirSync(work.at("elsewhere"));
    renameSync(work.at("census.parquet"), work.at("elsewhere/census.parquet"));
    const evaluate = ["evaluate", "run", "--truth", "truth.csv", "--lookup", "census.lookup.csv", "tax.lookup.csv"];
    expectRefusal(work.try(...evaluate), 2, /census\.parquet, which the run linked, is not there; .* with --inputs/);
    expectRefusal(work.try("explain", "run", "a", "b"), 2, /with --inputs/);
    expectRefusal(work.try(...evaluate, "--inputs", "nowhere.parquet", "tax.parquet"), 2, /nowhere\.parquet: no such file/);
    expect(work.do(...evaluate, "--inputs", "elsewhere/census.parquet", "tax.parquet").code).toBe(0);
  });

  it("link: to call files strangers that a threshold leaves without a link", () => {
    const work = hashedDepartments();
    expect(work.do("link", "census.parquet", "tax.parquet", "--out", "run", "--threshold", "1").stderr).toMatch(/warning: no links: none has a probability of 1 or more, and at --threshold 0\.\d+ there are [\d,]+/);
  });

  it("evaluate: links that were cut short, even at the end of a line, or that are too many", () => {
    const work = hashedDepartments();
    work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    const lines = work.read("run/links.csv").trim().split("\n");
    const evaluate = (of: readonly string[]): Outcome => {
      work.write("run/links.csv", `${of.join("\n")}\n`);
      return work.try("evaluate", "run", "--truth", "truth.csv", "--lookup", "census.lookup.csv", "tax.lookup.csv");
    };
    for (const of of [lines.slice(0, 1), lines.slice(0, -1), [...lines, lines.at(-1)!]]) expectRefusal(evaluate(of), 9, /links\.csv is damaged or was not written by link; link again/);
    expect(evaluate(lines).code).toBe(0);
  });

  it("return: files that tell of fewer than ten people, unless that is accepted", () => {
    const work = hashedDepartments();
    work.do("link", "census.parquet", "tax.parquet", "--out", "run");
    const [few, statistics] = [work.read("run/links.csv").split("\n").slice(0, 10).join("\n"), JSON.parse(work.read("run/statistics.json")) as { links: object }];
    work.write("run/links.csv", few);
    expectRefusal(work.try("return", "run", "--out", "returned"), 9, /links\.csv is damaged: it has not as many links as were made/);
    work.write("run/statistics.json", JSON.stringify({ ...statistics, links: { ...statistics.links, count: 9 } }));
    expectRefusal(work.try("return", "run", "--out", "returned"), 10, /fewer than 10 people of run are in both files.* --accept-small-overlap/);
    expect(existsSync(work.at("returned"))).toBe(false);
    work.do("return", "run", "--out", "returned", "--accept-small-overlap");
    expect(work.read("returned/tax.csv").trim().split("\n")).toHaveLength(10);
  });

  it("Parquet in place of CSV, and a pipe in place of a file", () => {
    const work = office();
    work.write("people.csv", "PAR1\0\0");
    expectRefusal(work.hash(), 9, /people\.csv is Parquet/);
    spawnSync("mkfifo", [join(work.path, "pipe")]);
    expectRefusal(work.try("inspect", "pipe"), 9, /pipe is not a regular file/);
    expectRefusal(work.try("hash", "pipe", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "x.parquet"), 2, /pipe is not a regular file/);
  });

  it("a command or option that does not exist, with the nearest that does", () => {
    const work = workplace();
    expectRefusal(work.try("inspekt", "x"), 2, /unknown command 'inspekt'[\s\S]*Did you mean inspect/);
    expectRefusal(work.try("inspect", "--jsn", "x"), 2, /unknown option '--jsn'[\s\S]*Did you mean --json/);
    expectRefusal(work.try("hash", "x.csv", "--shcema", "x", "--salt=y"), 2, /unknown option '--shcema'[\s\S]*Did you mean --schema/); // rather than that --schema is missing
  });

  it("keygen: to overwrite a salt", () => {
    expectRefusal(workplace().try("keygen", "--project", "tests", "--out", "project.salt"), 2, /never overwritten/);
  });

  it("schema init: files with nothing in common to link on", () => {
    const work = workplace();
    work.write("a.csv", "id,colour\n1,red\n");
    expectRefusal(work.try("schema", "init", "a.csv", "--out", "s.json"), 9, /too little to link on/);
    expect(existsSync(work.at("s.json"))).toBe(false);
  });
});
