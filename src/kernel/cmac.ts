import { createCipheriv } from "node:crypto";

export const BLOCK = 16;

/**
 * AES-256-CMAC (NIST SP 800-38B, RFC 4493) under one 32-byte key, taken apart so that the blocks of many messages are encrypted in one call: OpenSSL then takes 4 ns for each. A message is
 * chained block by block, state = AES(state XOR block), from zeros; its last block is ended first: `whole` is XORed to one of 16 bytes, and `padded` to a shorter one after a bit and zeros.
 */
export class Cmac {
  readonly #cipher;
  readonly whole: Uint8Array;
  readonly padded: Uint8Array;

  constructor(key: Uint8Array) {
    this.#cipher = createCipheriv("aes-256-ecb", key, null).setAutoPadding(false);
    this.whole = doubled(this.stateAfter(new Uint8Array(BLOCK)));
    this.padded = doubled(this.whole);
  }

  /** Encrypts blocks in their places. */
  encrypt(blocks: Uint8Array): void {
    blocks.set(this.#cipher.update(blocks));
  }

  /** The state after a first block. */
  stateAfter(first: Uint8Array): Uint8Array {
    const state = Uint8Array.from(first);
    this.encrypt(state);
    return state;
  }
}

/** Twice a block as an element of GF(2^128), big endian (SP 800-38B section 6.1). */
function doubled(block: Uint8Array): Uint8Array {
  return block.map((byte, i) => ((byte << 1) | (i < 15 ? block[i + 1]! >> 7 : 0)) ^ (i === 15 && block[0]! >= 0x80 ? 0x87 : 0));
}
