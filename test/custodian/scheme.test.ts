import { hkdfSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type AtomValues, encodingPlan } from "../../src/custodian/encoding.ts";
import { stretch } from "../../src/custodian/passphrase.ts";
import { keyCommitment } from "../../src/custodian/sub-key.ts";
import { createEncoder } from "../../src/kernel/encode-record.ts";
import { encodedLength } from "../../src/kernel/encoding-plan.ts";
import { usedAtoms } from "../../src/schema/comparison-space.ts";
import type { LinkageSchema } from "../../src/schema/linkage-schema.ts";
import { standardSchema } from "../example-schema.ts";

// A second implementation of src/custodian/SCHEME.md, sections 1 and 3 to 5, written from its text: slow, on big integers, and sharing no code with the first.

const salt = { project: "golden", secret: Uint8Array.from({ length: 32 }, (_, i) => i) };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

// RFC 7693, sections 2.6, 2.7 and 3.2
const IV = [0x6a09e667n, 0xbb67ae85n, 0x3c6ef372n, 0xa54ff53an, 0x510e527fn, 0x9b05688cn, 0x1f83d9abn, 0x5be0cd19n];
const SIGMA = ["0123456789abcdef", "ea489fd61c02b753", "b8c052fdae367194", "7931dcbe265a40f8", "905724afe1bc683d", "2c6a0b834d75fe19", "c51fed4a0763928b", "db7ec13950f4862a", "6fe9b308c2d714a5", "a2847615fb9e3cd0"];

/** BLAKE2s with a 32-byte key and digest. */
function blake2s(key: Uint8Array, message: Uint8Array): Uint8Array {
  const data = [...key, ...new Uint8Array(64 - key.length), ...message];
  const h = IV.map((word, i) => (i === 0 ? word ^ 0x01010000n ^ (BigInt(key.length) << 8n) ^ 32n : word));
  const rotated = (x: bigint, n: bigint): bigint => ((x >> n) | (x << (32n - n))) & 0xffffffffn;
  for (let at = 0; at < data.length; at += 64) {
    const block = Array.from({ length: 64 }, (_, i) => BigInt(data[at + i] ?? 0));
    const m = Array.from({ length: 16 }, (_, i) => block[i * 4]! | (block[i * 4 + 1]! << 8n) | (block[i * 4 + 2]! << 16n) | (block[i * 4 + 3]! << 24n));
    const v = [...h, ...IV];
    v[12]! ^= BigInt(Math.min(at + 64, data.length));
    if (at + 64 >= data.length) v[14]! ^= 0xffffffffn;
    const mix = (a: number, b: number, c: number, d: number, x: bigint, y: bigint): void => {
      for (const [word, r1, r2] of [[x, 16n, 12n], [y, 8n, 7n]] as const) {
        v[a] = (v[a]! + v[b]! + word) & 0xffffffffn;
        v[d] = rotated(v[d]! ^ v[a], r1);
        v[c] = (v[c]! + v[d]) & 0xffffffffn;
        v[b] = rotated(v[b]! ^ v[c], r2);
      }
    };
    for (const row of SIGMA) {
      const word = (i: number): bigint => m[Number.parseInt(row[i]!, 16)]!;
      [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15], [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]].forEach(([a, b, c, d], i) => mix(a!, b!, c!, d!, word(2 * i), word(2 * i + 1)));
    }
    h.forEach((_, i) => (h[i]! ^= v[i]! ^ v[i + 8]!));
  }
  return Uint8Array.from(h.flatMap((word) => [0n, 8n, 16n, 24n].map((shift) => Number((word >> shift) & 0xffn))));
}

const purpose = (name: string): Uint8Array => new Uint8Array(hkdfSync("sha256", salt.secret, new Uint8Array(), utf8(`saltlink/1-draft/${salt.project}/${name}`), 32));
const asInteger = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
/** Number j of `width` bits of a digest. */
const slice = (digest: Uint8Array, j: number, width: number): number => Number((asInteger(digest) >> BigInt(j * width)) & ((1n << BigInt(width)) - 1n));
const message = (values: readonly string[]): Uint8Array => utf8(values.length === 0 ? "\u001f" : values.map((value) => `${value}\u001f`).join(""));

function grams(text: string): Uint8Array[] {
  const letters = [...` ${text} `];
  const before: string[] = [];
  return letters.slice(0, -1).map((letter, i) => {
    const gram = letter + letters[i + 1]!;
    const repeats = before.filter((other) => other === gram).length;
    before.push(gram);
    return Uint8Array.of(...utf8(gram), ...(repeats > 0 ? [repeats] : []));
  });
}

/** Bits of a field filter; `diffusion` 0 leaves them as they are. */
function filter(name: string, anchorAtoms: readonly string[], anchor: readonly string[], text: string, { bits, hashes, diffusion }: { bits: number; hashes: number; diffusion: number }): number[] {
  const width = Math.log2(bits);
  const gramKey = blake2s(purpose(`filter/${name}/${name}/${anchorAtoms.join("+")}`), message(anchor));
  const set = new Set(grams(text).flatMap((gram) => Array.from({ length: hashes }, (_, j) => slice(blake2s(gramKey, gram), j, width))));
  const plain = Array.from({ length: bits }, (_, i) => Number(set.has(i)));
  if (diffusion === 0) return plain;
  const diffusionKey = purpose(`diffusion/${name}`);
  return plain.map((_, row) => {
    const chosen: number[] = [];
    for (let counter = 0; chosen.length < diffusion; counter++) {
      const digest = blake2s(diffusionKey, new Uint8Array(Uint32Array.of(row, counter).buffer));
      for (let j = 0; j < Math.floor(256 / width) && chosen.length < diffusion; j++) if (!chosen.includes(slice(digest, j, width))) chosen.push(slice(digest, j, width));
    }
    return chosen.reduce((x, position) => x ^ plain[position]!, 0);
  });
}

const people: Record<string, string>[] = [
  { forename: "ANN", surname: "ONEILL", date_of_birth: "19801231", address: "37 MANORROAD", postcode: "SW1A1AA", "surname.phonetic": "ANL", "forename.initial": "A", "date_of_birth.day": "31", "date_of_birth.year": "1980" },
  { forename: "BANANA", surname: "ΠΑΠΑΔΟΠΟΥΛΟΣ", date_of_birth: "20030201", address: "2 STRYDFAWR", postcode: "CF101AA", "surname.phonetic": "PPTPLS", "forename.initial": "B", "date_of_birth.day": "1", "date_of_birth.year": "2003" },
];
const atomsOf = (schema: LinkageSchema, person: Record<string, string>): AtomValues => usedAtoms(schema).map((atom) => person[atom]);

describe("SCHEME.md", () => {
  it("says how sub-keys and the commitment are made", () => {
    expect(hex(blake2s(new Uint8Array(32), utf8("abc")))).toBe("4a33d50f22e524b07ac2d8e29557bc11810bf0d6e9c64451bc75681a5c05f329"); // as CPython's hashlib gives it
    expect(hex(purpose("commitment").subarray(0, 16))).toBe(keyCommitment(salt));
  });

  it.each([
    ["hardened, anchored on the date of birth", standardSchema],
    ["unhardened, without an anchor", { ...standardSchema, filters: standardSchema.filters.map((definition) => ({ ...definition, anchor: [], diffusion: 0 })) }],
  ])("says how filters are made: %s", (_, schema) => {
    const plan = encodingPlan(schema, salt);
    const encoder = createEncoder(plan);
    for (const person of people) {
      const out = new Uint32Array(encodedLength(plan));
      encoder(atomsOf(schema, person), out, 0);
      schema.filters.forEach((definition, f) => {
        const bits = filter(definition.name, definition.anchor, definition.anchor.map((atom) => person[atom]!), person[definition.name]!, definition);
        const sent = Array.from({ length: definition.bits }, (_, i) => (out[(f * definition.bits + i) >> 5]! >>> (i & 31)) & 1);
        expect(sent, definition.name).toEqual(bits);
      });
    }
  });

  it("says how keys and buckets are made, before a bucket is cut", () => {
    const plan = encodingPlan(standardSchema, salt);
    const [person] = people;
    const out = new Uint32Array(encodedLength(plan));
    createEncoder(plan)(atomsOf(standardSchema, person!), out, 0);
    const firstWord = standardSchema.filters.reduce((sum, { bits }) => sum + bits / 32, 0);
    const words = [...standardSchema.keys.map(({ parts }) => ({ kind: "key", parts })), ...standardSchema.buckets.map(({ parts }) => ({ kind: "bucket", parts }))];
    words.forEach(({ kind, parts }, w) => {
      const values = parts.map((part) => person![part]);
      const expected = values.includes(undefined) ? 0n : asInteger(blake2s(purpose(`${kind}/${parts.join("+")}`), message(values as string[])).subarray(0, 8));
      expect(BigInt(out[firstWord + 2 * w]!) | (BigInt(out[firstWord + 2 * w + 1]!) << 32n), parts.join()).toBe(expected);
    });
  });

  // vectors of single steps, for an implementation in another language; salt 00 01 ... 1f, project "golden"
  it("has vectors for every step", () => {
    const gramKey = blake2s(purpose("filter/surname/surname/date_of_birth"), message(["19801231"]));
    expect({
      commitment: keyCommitment(salt),
      subKey: hex(purpose("filter/surname/surname/date_of_birth")),
      gramKey: hex(gramKey),
      grams: grams("BANANA").map(hex).join(" "),
      positions: Array.from({ length: 10 }, (_, j) => slice(blake2s(gramKey, utf8(" O")), j, 9)).join(" "),
      passphrase: hex(stretch("golden", "one two three four five sixx seven")),
    }).toMatchInlineSnapshot(`
      {
        "commitment": "44e0ba6b19cb055cdb521edf50b849f8",
        "gramKey": "66cd216dbbabf5e153cd9f2b8e3f208e4adc26b5a4d93f206545046a8aa4c669",
        "grams": "2042 4241 414e 4e41 414e01 4e4101 4120",
        "passphrase": "fee1fec10538885daa4c22fd1b64851089d9c36ab49f98909ec38f0c1d47a0a9",
        "positions": "88 320 154 301 272 310 194 216 70 351",
        "subKey": "960a8aade23b3a38c506b578faf7cdd0af6e8851842b28daf435a21015075304",
      }
    `);
  });
});
