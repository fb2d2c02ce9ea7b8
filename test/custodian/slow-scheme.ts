import { hkdfSync } from "node:crypto";

// A second implementation of src/custodian/SCHEME.md, sections 1 and 3 to 5, written from its text: slow, on big integers, and sharing no code with the first.

export const salt = { project: "golden", secret: Uint8Array.from({ length: 32 }, (_, i) => i) };
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

// RFC 7693, sections 2.6, 2.7 and 3.2
const IV = [0x6a09e667n, 0xbb67ae85n, 0x3c6ef372n, 0xa54ff53an, 0x510e527fn, 0x9b05688cn, 0x1f83d9abn, 0x5be0cd19n];
const SIGMA = ["0123456789abcdef", "ea489fd61c02b753", "b8c052fdae367194", "7931dcbe265a40f8", "905724afe1bc683d", "2c6a0b834d75fe19", "c51fed4a0763928b", "db7ec13950f4862a", "6fe9b308c2d714a5", "a2847615fb9e3cd0"];

/** BLAKE2s with a 32-byte key and digest. */
export function blake2s(key: Uint8Array, message: Uint8Array): Uint8Array {
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

export const purpose = (name: string, { project, secret } = salt): Uint8Array => new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(), utf8(`saltlink/1-draft/${project}/${name}`), 32));
const asInteger = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
/** Number j of `width` bits of a digest. */
export const slice = (digest: Uint8Array, j: number, width: number): number => Number((asInteger(digest) >> BigInt(j * width)) & ((1n << BigInt(width)) - 1n));
export const message = (values: readonly string[]): Uint8Array => utf8(values.length === 0 ? "\u001f" : values.map((value) => `${value}\u001f`).join(""));

/** Section 3: n-grams of a field's text; of a date or sex in a record-level filter single characters by their places. */
export function grams(value: string, byPlace = false): Uint8Array[] {
  const points = [...value].slice(0, 120);
  if (byPlace) return points.map((point, i) => Uint8Array.of(i + 1, ...utf8(point)));
  const letters = [" ", ...points, " "];
  const before: string[] = [];
  return letters.slice(0, -1).map((letter, i) => {
    const gram = letter + letters[i + 1]!;
    const repeats = before.filter((other) => other === gram).length;
    before.push(gram);
    return Uint8Array.of(...utf8(gram), ...(repeats > 0 ? [repeats] : []));
  });
}

export interface FilterShape {
  readonly name: string;
  readonly fields: readonly string[];
  readonly anchor: readonly string[];
  readonly bits: number;
  readonly hashes: number;
  readonly diffusion: number;
}
export type Person = Readonly<Record<string, string>>;

/** Section 4: the filter bits that are XORed into output bit `row`. */
export function diffused({ name, bits, diffusion }: Pick<FilterShape, "name" | "bits" | "diffusion">, row: number): number[] {
  const width = Math.log2(bits);
  const chosen: number[] = [];
  for (let counter = 0; chosen.length < diffusion; counter++) {
    const digest = blake2s(purpose(`diffusion/${name}`), new Uint8Array(Uint32Array.of(row, counter).buffer));
    for (let j = 0; j < Math.floor(256 / width) && chosen.length < diffusion; j++) if (!chosen.includes(slice(digest, j, width))) chosen.push(slice(digest, j, width));
  }
  return chosen;
}

/** Section 4: bits of a filter as it is sent. */
export function filter(shape: FilterShape, person: Person): number[] {
  const { name, fields, anchor, bits, hashes, diffusion } = shape;
  const width = Math.log2(bits);
  const values = anchor.map((atom) => person[atom]);
  const set = new Set<number>();
  for (const field of values.includes(undefined) ? [] : fields) {
    if (person[field] === undefined) continue;
    const gramKey = blake2s(purpose(`filter/${name}/${field}/${anchor.join("+")}`), message(values as string[]));
    for (const gram of grams(person[field], ["date_of_birth", "sex"].includes(field))) for (let j = 0; j < hashes; j++) set.add(slice(blake2s(gramKey, gram), j, width));
  }
  const plain = Array.from({ length: bits }, (_, i) => Number(set.has(i)));
  return diffusion === 0 ? plain : plain.map((_, row) => diffused(shape, row).reduce((x, position) => x ^ plain[position]!, 0));
}

/** Section 5: a key, token or bucket as one 64-bit number, a bucket not yet cut. */
export function word(kind: "key" | "bucket" | "token", parts: readonly string[], person: Person): bigint {
  const values = parts.map((part) => person[part]);
  if (values.includes(undefined)) return 0n;
  const number = asInteger(blake2s(purpose(`${kind}/${parts.join("+")}`), message(values as string[])).subarray(0, 8));
  return number === 0n ? 1n : number;
}

/** Section 5: a bucket cut to its leading `bits`. */
export function cut(number: bigint, bits: number): bigint {
  return number === 0n ? 0n : ((number >> BigInt(64 - bits)) << BigInt(64 - bits)) | 1n;
}
