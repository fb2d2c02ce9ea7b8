/** What a record's notes tell, in plain TypeScript: what the WebAssembly twin (assembly/notes.ts) is tested against. */
interface FieldNotes {
  /** Values that are missing, as bits. */
  readonly missing: bigint;
  /** A problem by number, 0 for none. */
  readonly problem: number;
  /** A hash of all values. */
  readonly content: number;
}

/** The null mask: a bit for each value that is missing, if they are shown, and one for each filter with any of its anchor's missing or all of its texts. */
export function nullMask(fields: readonly FieldNotes[], showsAtoms: boolean, filters: readonly { readonly anchor: readonly number[]; readonly texts: readonly number[]; readonly bit: number }[]): bigint {
  const missing = fields.reduce((mask, field) => mask | field.missing, 0n);
  const lacks = (value: number): boolean => ((missing >> BigInt(value)) & 1n) === 1n;
  const lost = filters.filter(({ anchor, texts }) => anchor.some(lacks) || texts.every(lacks));
  return lost.reduce((mask, { bit }) => mask | (1n << BigInt(bit)), showsAtoms ? missing : 0n);
}

/** A record's rank in the sample, below 1: a hash of all it holds. */
export function sampleRank(contents: readonly number[]): number {
  const content = contents.reduce((all, own) => mixed(all ^ own), 0x12345);
  return (mixed(content + 0x7f4a7c15) >>> 0) / 2 ** 32;
}

/** What a record adds to a sketch by some of its hashes: which of 2^16 counters, 2^16 if it has them all, and the sign. */
export function signOf(hashes: readonly number[], seed: number): number {
  const hash = mixed(hashes.reduce((all, own) => mixed(all ^ own), seed) + 0x51ed270b);
  return (hash & 0x8000ffff) | (hashes.includes(0) ? 0 : 0x10000);
}

function mixed(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
