/**
 * What the encoding kernel computes for each record, resolved to keys and numbers: no field names, no schema.
 *
 * PRF(tag, x) is AES-256-CMAC (NIST SP 800-38B) of tag | x under one key; each purpose has a tag of its own, 16 bytes. A *message* is the UTF-8 form of some of a record's values, each followed by a SEPARATOR; of no values, the separator alone. A *text* is one value, at most
 * MOST_CHARACTERS of it, perhaps padded with a space on both sides; its n-grams go into a filter. Equal texts must mean equal values: the model of the linkage unit relies on it.
 */
export interface EncodingPlan {
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly filters: readonly FilterPlan[];
  /** One for each one-word output (compound key, bucket or token), in column order. */
  readonly words: readonly WordPlan[];
}

export const SEPARATOR = "\u001f"; // normalized values hold no control characters
export const MOST_CHARACTERS = 120;

interface WordPlan {
  readonly tag: Uint8Array;
  /** Values of its message, by index. */
  readonly values: readonly number[];
  /** Two places among them whose values stand in the order of their bytes: a record that has the two the other way round has the same message. */
  readonly unordered?: readonly [number, number] | undefined;
}

export interface FilterPlan {
  /** Filter length m in bits: 512 or 1024. Also the output length. */
  readonly bits: 512 | 1024;
  /** Positions per n-gram: of log2(bits) bits each, in the PRF's 128. */
  readonly hashes: number;
  /** Values of the anchor's message, by index. */
  readonly anchor: readonly number[];
  /** Texts that share this filter; one for a field filter, several for a record-level one. */
  readonly parts: readonly FilterPart[];
  /** Diffusion (ELD): for every output bit the filter bits it is the XOR of; absent for an unhardened filter. */
  readonly diffusion?: readonly Uint16Array[];
}

export interface FilterPart {
  /** The message of an n-gram is that of the anchor, zeros up to a whole block, and the n-gram. */
  readonly tag: Uint8Array;
  /** n of the n-grams, in code points. */
  readonly gram: number;
  /** The value whose text it is, by index. */
  readonly value: number;
  readonly padded: boolean;
  /** Whether an n-gram carries its 1-based index. */
  readonly positional: boolean;
}

/** One record's normalized values; a missing one is undefined. A word or filter with a missing value is missing too; a filter of several texts, when all of them are. */
export type RecordValues = readonly (string | undefined)[];

/** Writes one record as 32-bit halves, little end first: filters, then words; what is missing is zero. A word that is present is never zero. */
export type RecordEncoder = (values: RecordValues, out: Uint32Array, offset: number) => void;

/** Length of an encoded record in 32-bit halves. */
export function encodedLength(plan: EncodingPlan): number {
  return plan.filters.reduce((sum, filter) => sum + filter.bits / 32, 0) + plan.words.length * 2;
}
