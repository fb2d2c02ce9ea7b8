/**
 * What the encoding kernel computes for each record, resolved to keys and numbers: no field names, no schema.
 *
 * PRF_k(x) is keyed BLAKE2s-256 (RFC 7693). A *message* is the UTF-8 form of one or more normalized values, a *text* the padded
 * value whose n-grams go into a filter.
 */
export interface EncodingPlan {
  readonly filters: readonly FilterPlan[];
  /** One 32-byte sub-key for each one-word output (compound key or bucket), in column order. */
  readonly words: readonly Uint8Array[];
}

export interface FilterPlan {
  /** Filter length m in bits: 512 or 1024. Also the output length. */
  readonly bits: 512 | 1024;
  /** Texts that share this filter; one for a field filter, several for a record-level one. */
  readonly parts: readonly FilterPart[];
  /** Diffusion (ELD): for every output bit the filter bits it is the XOR of; absent for an unhardened filter. */
  readonly diffusion?: readonly Uint16Array[];
}

export interface FilterPart {
  /** 32-byte sub-key; the key of the n-grams is PRF_key(anchor message). */
  readonly key: Uint8Array;
  /** Positions per n-gram. */
  readonly hashes: number;
  /** n of the n-grams, in code points. */
  readonly gram: number;
  /** Whether an n-gram carries its 1-based index. */
  readonly positional: boolean;
}

/** One record's inputs, in the order of the plan; a missing one is undefined. */
export interface RecordInput {
  /** Per filter: the anchor's message; undefined when a part of the anchor is missing, and then the filter is missing too. */
  readonly anchors: (string | undefined)[];
  /** Per filter and part: the text. A filter is missing when all its texts are. */
  readonly texts: (string | undefined)[][];
  /** Per word: the message. */
  readonly messages: (string | undefined)[];
}

/** Writes one record as 32-bit halves, little end first: filters, then words; what is missing is zero. A word that is present is never zero. */
export type RecordEncoder = (input: RecordInput, out: Uint32Array, offset: number) => void;

/** Length of an encoded record in 32-bit halves. */
export function encodedLength(plan: EncodingPlan): number {
  return plan.filters.reduce((sum, filter) => sum + filter.bits / 32, 0) + plan.words.length * 2;
}
