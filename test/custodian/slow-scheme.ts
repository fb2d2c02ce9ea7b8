import { createCipheriv, hkdfSync } from "node:crypto";

// A second implementation of src/custodian/SCHEME.md, sections 1 and 3 to 5, written from its text: slow, on big integers, and sharing no code with the first.

export const salt = { project: "golden", secret: Uint8Array.from({ length: 32 }, (_, i) => i) };
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const asInteger = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
/** A block as an integer whose first byte is the highest, and back. */
const integerOf = (block: Uint8Array): bigint => asInteger(block.toReversed());
const blockOf = (integer: bigint): Uint8Array => Uint8Array.from({ length: 16 }, (_, i) => Number((integer >> BigInt(120 - 8 * i)) & 0xffn));
const aes = (key: Uint8Array, block: bigint): bigint => integerOf(createCipheriv("aes-256-cbc", key, new Uint8Array(16)).update(blockOf(block)).subarray(0, 16));

/** AES-CMAC with a 32-byte key: RFC 4493, sections 2.3 and 2.4. */
export function cmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const shifted = (l: bigint): bigint => ((l << 1n) & ((1n << 128n) - 1n)) ^ (l >> 127n === 1n ? 0x87n : 0n);
  const k1 = shifted(aes(key, 0n));
  const k2 = shifted(k1);
  const n = Math.max(1, Math.ceil(message.length / 16));
  const isWhole = message.length === n * 16;
  const end = [...message.subarray((n - 1) * 16), 0x80, ...new Uint8Array(16)].slice(0, 16);
  const last = integerOf(Uint8Array.from(end)) ^ (isWhole ? k1 : k2);
  let x = 0n;
  for (let i = 0; i < n - 1; i++) x = aes(key, x ^ integerOf(message.subarray(i * 16, i * 16 + 16)));
  return blockOf(aes(key, x ^ last));
}

export const purpose = (name: string, { project, secret } = salt): Uint8Array => new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(), utf8(`saltlink/2-draft/${project}/${name}`), 32));
/** Section 1: the PRF under a purpose's tag. */
export const prf = (tag: string, text: Uint8Array): Uint8Array => cmac(purpose("prf"), Uint8Array.of(...purpose(tag).subarray(0, 16), ...text));
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
    const digest = prf(`diffusion/${name}`, new Uint8Array(Uint32Array.of(row, counter).buffer));
    for (let j = 0; j < Math.floor(128 / width) && chosen.length < diffusion; j++) if (!chosen.includes(slice(digest, j, width))) chosen.push(slice(digest, j, width));
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
    const anchored = [...message(values as string[])];
    while (anchored.length % 16 > 0) anchored.push(0);
    for (const gram of grams(person[field], ["date_of_birth", "sex"].includes(field))) {
      const digest = prf(`filter/${name}/${field}/${anchor.join("+")}`, Uint8Array.of(...anchored, ...gram));
      for (let j = 0; j < hashes; j++) set.add(slice(digest, j, width));
    }
  }
  const plain = Array.from({ length: bits }, (_, i) => Number(set.has(i)));
  return diffusion === 0 ? plain : plain.map((_, row) => diffused(shape, row).reduce((x, position) => x ^ plain[position]!, 0));
}

/** Section 5: a key, token or bucket as one 64-bit number, a bucket not yet cut. */
export function word(kind: "key" | "bucket" | "token", parts: readonly string[], person: Person): bigint {
  const values = parts.map((part) => person[part]);
  if (values.includes(undefined)) return 0n;
  for (const [forename, part] of parts.entries()) {
    const surname = /^forename\b(?!\.initial)/.test(part) ? parts.indexOf(part.replace("forename", "surname")) : -1;
    if (surname < 0) continue;
    [values[forename], values[surname]] = [values[forename]!, values[surname]!].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
    break;
  }
  const number = asInteger(prf(`${kind}/${parts.join("+")}`, message(values as string[])).subarray(0, 8));
  return number === 0n ? 1n : number;
}

/** Section 5: a bucket cut to its leading `bits`. */
export function cut(number: bigint, bits: number): bigint {
  return number === 0n ? 0n : ((number >> BigInt(64 - bits)) << BigInt(64 - bits)) | 1n;
}
