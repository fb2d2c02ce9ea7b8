import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { bucketBits, cutBuckets } from "../../src/custodian/bucket-cut.ts";
import { encodingPlan } from "../../src/custodian/encoding.ts";
import { normalizeAddress, normalizeTown } from "../../src/custodian/normalize/address.ts";
import { normalizeEmail, normalizeHealthNumber, normalizePhone, normalizeSex } from "../../src/custodian/normalize/codes.ts";
import { normalizeDate, parseDate } from "../../src/custodian/normalize/date.ts";
import { splitFullName } from "../../src/custodian/normalize/full-name.ts";
import { normalizeForename, normalizeSurname } from "../../src/custodian/normalize/name.ts";
import type { Normalized } from "../../src/custodian/normalize/normalized.ts";
import { normalizePostcode } from "../../src/custodian/normalize/postcode.ts";
import { stretch } from "../../src/custodian/passphrase.ts";
import { readSaltLine } from "../../src/custodian/salt.ts";
import { keyCommitment, subKey, tagOf } from "../../src/custodian/sub-key.ts";
import { createEncoder } from "../../src/kernel/encode-record.ts";
import { encodedLength } from "../../src/kernel/encoding-plan.ts";
import { cmac as cmacOf } from "../../src/kernel/reference/cmac.ts";
import { anchored, messageOf, positions, prf as firstPrf } from "../../src/kernel/reference/encode-record.ts";
import { usedAtoms } from "../../src/schema/comparison-space.ts";
import type { LinkageSchema } from "../../src/schema/linkage-schema.ts";
import { standardSchema } from "../example-schema.ts";
import { type Person, cmac, cut, diffused, filter, grams, hex, message, prf, purpose, salt, slice, utf8, word } from "./slow-scheme.ts";

// Every step of SCHEME.md, done by the program and by the second implementation, and held in scheme-vectors.json for implementations in other languages (salt 00 01 ... 1f, project "golden"). When the scheme
// changes, and its name with it: npx vitest run --config test/vitest.config.ts test/custodian/scheme.test.ts --update

interface Vector {
  readonly step: string;
  readonly input: unknown;
  /** What the program makes of it. */
  readonly first: unknown;
  /** What the second implementation does; absent for normalization, which has one alone. */
  readonly second?: unknown;
}

const people: Person[] = [
  { forename: "ANN", surname: "ONEILL", date_of_birth: "19801231", sex: "F", address: "37 MANORROAD", postcode: "SW1A1AA", "forename.start": "ANN", "forename.initial": "A", "forename.phonetic": "AN", "surname.start": "ONE", "surname.initial": "O", "surname.phonetic": "ANL", "postcode.sector": "SW1A1", "date_of_birth.day": "31", "date_of_birth.month": "12", "date_of_birth.year": "1980" },
  { forename: "BANANA", surname: "ΠΑΠΑΔΟΠΟΥΛΟΣ", date_of_birth: "20030201", sex: "M", address: "2 STRYDFAWR", postcode: "CF101AA", "forename.start": "BAN", "forename.initial": "B", "forename.phonetic": "PNN", "surname.start": "ΠΑΠ", "surname.initial": "Π", "surname.phonetic": "ΠΑΠΑΔΟΠΟΥΛΟΣ", "postcode.sector": "CF101", "date_of_birth.day": "1", "date_of_birth.month": "2", "date_of_birth.year": "2003" },
  { forename: "小明", surname: "王", date_of_birth: "19651015", sex: "X", "forename.start": "小明", "forename.initial": "小", "forename.phonetic": "小明", "surname.start": "王", "surname.initial": "王", "surname.phonetic": "王", "date_of_birth.day": "15", "date_of_birth.month": "10", "date_of_birth.year": "1965" },
  { forename: "ANAKIN", surname: "A", address: "1 ALICEALICEALICE", postcode: "B11AA", "forename.start": "ANA", "forename.initial": "A", "forename.phonetic": "ANKN", "surname.start": "A", "surname.initial": "A", "surname.phonetic": "A", "postcode.sector": "B11" },
];

const undiffused: LinkageSchema = { ...standardSchema, filters: standardSchema.filters.map((shape) => ({ ...shape, anchor: [], diffusion: 0 })), keys: [], buckets: [], tokens: ["surname", "sex"] };
const strict: LinkageSchema = { ...standardSchema, profile: "strict", keys: [], buckets: [{ parts: ["forename.phonetic", "surname.phonetic"], minimumValues: 5, minimumRecords: 64 }], filters: [{ name: "record", fields: ["forename", "surname", "date_of_birth", "sex", "address", "postcode"], anchor: ["date_of_birth.year"], bits: 1024, hashes: 6, diffusion: 10 }] };

/** Columns of a person's record under a schema: filters as bits, words as numbers; as the program makes them. */
function encoded(schema: LinkageSchema, person: Person): { filters: number[][]; words: bigint[] } {
  const plan = encodingPlan(schema, salt);
  const out = new Uint32Array(encodedLength(plan));
  createEncoder(plan)(usedAtoms(schema).map((atom) => person[atom]), out, 0);
  let end = 0;
  const filters = schema.filters.map(({ bits }) => {
    const start = end;
    end += bits;
    return Array.from({ length: bits }, (_, i) => (out[(start + i) >> 5]! >>> (i & 31)) & 1);
  });
  const halves = [...out.subarray(end / 32)];
  return { filters, words: halves.flatMap((low, i) => (i % 2 === 0 ? [BigInt(low) | (BigInt(halves[i + 1]!) << 32n)] : [])) };
}
/** Bits as hexadecimal digits of their bytes, bit 0 first. */
const packed = (bits: readonly number[]): string => hex(Uint8Array.from({ length: bits.length / 8 }, (_, byte) => bits.slice(byte * 8, byte * 8 + 8).reduce((sum, bit, i) => sum | (bit << i), 0)));
const digits = (number: bigint): string => number.toString(16).padStart(16, "0");

const saltLine = (project: string, secret: Uint8Array): string => {
  const body = `saltlink-salt-1 ${project} ${Buffer.from(secret).toString("base64url")}`;
  return `${body} ${createHash("sha256").update(body).digest("hex").slice(0, 10)}`;
};
const salts = [salt, { project: "leo-2026", secret: new Uint8Array(32) }, { project: "x", secret: new Uint8Array(32).fill(255) }];
const purposes = ["commitment", "prf", "filter/surname/surname/date_of_birth", "filter/forename/forename/", "filter/record/sex/date_of_birth.year", "diffusion/surname", "diffusion/record", "key/surname+address", "bucket/date_of_birth", "token/sex"];
const texts = ["", "ONEILL", "BANANA", "A", "ΠΑΠΑΔΟΠΟΥΛΟΣ", "小明", "37 MANORROAD", "AAAAAAAA", "X".repeat(130)];
const gramsOf = (text: string): string => grams(text).map(hex).join(" ");

const steps: Vector[] = [
  ...salts.map(({ project, secret }): Vector => ({ step: "salt file", input: saltLine(project, secret), first: { project, secret: hex(readSaltLine(saltLine(project, secret)).secret) }, second: { project, secret: hex(secret) } })),
  ...salts.map((each): Vector => ({ step: "commitment", input: { project: each.project, salt: hex(each.secret) }, first: keyCommitment(each), second: hex(purpose("commitment", each).subarray(0, 16)) })),
  ...purposes.map((name): Vector => ({ step: "sub-key", input: name, first: hex(subKey(salt, name)), second: hex(purpose(name)) })),
  ...["", "abc", "19801231\u001f", "x".repeat(15), "x".repeat(16), "x".repeat(17), "é".repeat(100)].map((text): Vector => ({ step: "PRF", input: { purpose: "key/surname+address", message: hex(utf8(text)) }, first: hex(firstPrf(purpose("prf"), tagOf(salt, "key/surname+address"), utf8(text))), second: hex(prf("key/surname+address", utf8(text))) })),
  ...[[], ["surname"], ["date_of_birth"], ["forename.initial", "surname.phonetic"], ["surname", "forename", "sex", "date_of_birth.year"], ["postcode"]].map((parts): Vector => {
    const person = people[2]!;
    return { step: "message", input: parts.map((part) => person[part] ?? null), first: hexOrNull(messageOf(parts.map((_, i) => i), parts.map((part) => person[part]))), second: parts.some((part) => person[part] === undefined) ? null : hex(message(parts.map((part) => person[part]!))) };
  }),
  ...texts.map((text): Vector => ({ step: "n-grams of a name", input: text, first: gramsOf(text) })),
  ...["19801231", "F", "20030201"].map((text): Vector => ({ step: "n-grams of a date or sex in a record-level filter", input: text, first: grams(text, true).map(hex).join(" ") })),
  ...[["19801231"], ["196510151234567"], ["1965101512345678"]].flatMap((anchor) => [9, 10].flatMap((width) => [" O", "NA", "NA\u0001", "ΠΑ", "小明"].map((gram): Vector => {
    const name = "filter/surname/surname/date_of_birth";
    const padded = message(anchor);
    const blocks = Uint8Array.from({ length: Math.ceil(padded.length / 16) * 16 }, (_, i) => padded[i] ?? 0);
    const digest = prf(name, Uint8Array.of(...blocks, ...utf8(gram)));
    const input = { purpose: name, anchor: hex(padded), gram: hex(utf8(gram)), width, hashes: 10 };
    return { step: "positions", input, first: positions(cmacOf(purpose("prf"), anchored(tagOf(salt, name), padded, utf8(gram))), 10, width), second: Array.from({ length: 10 }, (_, j) => slice(digest, j, width)) };
  }))),
  ...[standardSchema.filters[0]!, strict.filters[0]!].flatMap((shape) => [0, 1, 2, 255, 256, shape.bits - 1].map((row): Vector => {
    const schema = shape.bits === 1024 ? strict : standardSchema;
    return { step: "diffusion", input: { filter: shape.name, bits: shape.bits, t: shape.diffusion, outputBit: row }, first: Array.from(encodingPlan(schema, salt).filters[0]!.diffusion![row]!), second: diffused(shape, row) };
  })),
  ...[standardSchema, undiffused, strict].flatMap((schema) => people.flatMap((person) => {
    const { filters } = encoded(schema, person);
    return schema.filters.map((shape, f): Vector => ({ step: "filter", input: { ...shape, person: pick(person, [...shape.anchor, ...shape.fields]) }, first: packed(filters[f]!), second: packed(filter(shape, person)) }));
  })),
  ...[standardSchema, undiffused, strict].flatMap((schema) => people.flatMap((person) => {
    const { words } = encoded(schema, person);
    const columns = [...schema.keys.map(({ parts }) => ["key", parts] as const), ...schema.buckets.map(({ parts }) => ["bucket", parts] as const), ...schema.tokens.map((token) => ["token", [token]] as const)];
    return columns.map(([kind, parts], w): Vector => ({ step: kind === "bucket" ? "bucket, whole" : kind, input: pick(person, parts), first: digits(words[w]!), second: digits(word(kind, parts, person)) }));
  })),
  ...[0, 1, 7, 31, 32].map((bits): Vector => {
    const whole = word("bucket", ["date_of_birth"], people[0]!);
    const halves = Uint32Array.of(Number(whole & 0xffffffffn), Number(whole >> 32n));
    cutBuckets(halves, 0, [bits]);
    return { step: "bucket, cut", input: { whole: digits(whole), bits }, first: digits(BigInt(halves[0]!) | (BigInt(halves[1]!) << 32n)), second: digits(cut(whole, bits)) };
  }),
  ...[[1, 1], [10, 1000], [5 * 2 ** 10, 1e9], [5 * 2 ** 10 - 1, 1e9], [1e9, 640], [1e15, 1e15]].map(([distinct, present]): Vector => ({ step: "bits of a bucket", input: { distinct, records: present }, first: bucketBits(standardSchema.buckets[0]!, { distinct: distinct!, present: present! }), second: Math.min(32, Math.max(0, Math.floor(Math.log2(Math.min(distinct! / 5, present! / 64))))) })),
];

function hexOrNull(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : hex(bytes);
}
function pick(person: Person, atoms: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(atoms.map((atom) => [atom, person[atom] ?? null]));
}

// Normalization: names of many origins, and what people type
const cells: [string, (text: string) => Normalized, string[]][] = [
  ["forename", normalizeForename, ["Siân", "Siobhán", "Niamh", "Llŷr", "Anne-Marie", "ANNE MARIE", "Mr John", "Dr. Máire", "Md Rafiq", "Wm.", "Bill", "D'Arcy", "Nguyễn", "Chloë", "Ioan ap", "王小明", "Muḥammad", "Jürgen", "UNKNOWN", "Baby Girl", "J"]],
  ["surname", normalizeSurname, ["O'Neill", "Ó Súilleabháin", "Ní Dhomhnaill", "ap Rhys", "van der Berg", "Smith-Jones", "SMITH JONES", "McDonald", "Mac Donald", "bin Laden", "al-Hashimi", "de la Cruz", "Łukasz", "Nguyễn", "Begum", "Singh", "李", "Null", "Test", "Smith Jr", "UNKNOWN", "García Márquez"]],
  ["full name", (text) => ({ views: { ...splitFullName(text) } }), ["John Smith", "Smith, John", "Mary van der Berg", "John Smith, Jr"]],
  ["sex", normalizeSex, ["M", "female", "1", "2", "9", "unknown"]],
  ["postcode", normalizePostcode, ["sw1a 1aa", "SW1A1AA", "SWIA 1AA", "B1 1AA", "ZZ99 3WZ", "2000", "K1A 0B1", "BT1 5GS"]],
  ["address", normalizeAddress, ["37 Manor Rd", "Flat 2, 37 Manor Road", "37-39 Manor Road", "12a High St.", "Rose Cottage, Mill Lane", "1/2, 10 Byres Road"]],
  ["town", normalizeTown, ["St Albans", "Saint Albans", "Stoke-on-Trent"]],
  ["phone", normalizePhone, ["+44 20 7946 0958", "020 7946 0958", "07700 900123"]],
  ["email", normalizeEmail, ["Ann@Example.org"]],
  ["health number", normalizeHealthNumber, ["943 476 5919", "943 476 5918"]],
];
const dates = ["1980-12-31", "19801231", "31/12/1980", "3 Feb 2003", "31/02/1980", "1900-01-01", "01/02/03", "29/02/2000"];
const normalized: Vector[] = [
  ...cells.flatMap(([kind, normalize, values]) => values.map((value): Vector => ({ step: `normalization: ${kind}`, input: value, first: sorted(normalize(value)) }))),
  ...dates.map((value): Vector => ({ step: "normalization: date of birth (day first, in 2026)", input: value, first: sorted(normalizeDate(parseDate(value, "dmy", 2026), 2026)) })),
];

function sorted({ views, problem }: Normalized): unknown {
  return { views: views === undefined ? null : Object.fromEntries(Object.entries(views).filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1))), ...(problem === undefined ? {} : { problem }) };
}

describe("SCHEME.md", () => {
  it("is what both implementations do", () => {
    // NIST SP 800-38B, appendix D.3, examples 9 to 12
    const key = Buffer.from("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "hex");
    const text = Buffer.from("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710", "hex");
    expect([0, 16, 40, 64].map((bytes) => hex(cmac(key, text.subarray(0, bytes))))).toEqual(["028962f61b7bf89efc6b551f4667d983", "28a7023f452e8f82bd4bf28d8c37c35c", "aaf3d8f1de5640c232f5b169b9c911e6", "e1992190549f6ed5696a2c056c315410"]);
    for (const { step, input, first, second } of steps) if (second !== undefined) expect(first, `${step}: ${JSON.stringify(input)}`).toEqual(second);
  });

  it("has vectors of every step, and they stay what they are", async () => {
    const passphrase = "one two three four five sixx seven";
    const vectors = [...normalized, ...steps, { step: "passphrase", input: { project: "golden", passphrase }, first: hex(stretch("golden", passphrase)) }];
    expect(vectors.length).toBeGreaterThanOrEqual(150);
    expect(new Set(vectors.map(({ step, input }) => JSON.stringify([step, input]))).size).toBe(vectors.length);
    const lines = vectors.map(({ step, input, first }) => `  ${JSON.stringify({ step, input, output: first })}`);
    await expect(`[\n${lines.join(",\n")}\n]\n`).toMatchFileSnapshot("scheme-vectors.json");
  });
});
