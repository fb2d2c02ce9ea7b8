import { scrypt } from "@noble/hashes/scrypt.js";
import { SaltlinkError } from "../errors.ts";

const WORDS = 6;

/**
 * 32 bytes from a passphrase: scrypt (RFC 7914) with N = 2^17, r = 8, p = 1 over the passphrase in NFKC, single spaces between its words, salted with `saltlink/PROJECT`.
 *
 * Whoever gets a hashed file can try passphrases against it at leisure, so a weak one is refused: six different words of three letters or more, drawn by dice from a list of 7,776, have 77 bits;
 * with scrypt that is out of reach. Words that a person thinks up have far fewer, which no check can see; a salt from `keygen` alone has 256.
 */
export function stretch(project: string, passphrase: string): Uint8Array {
  const words = passphrase.normalize("NFKC").trim().split(/\s+/);
  const telling = new Set(words.filter((word) => [...word].length >= 3).map((word) => word.toLowerCase()));
  if (telling.size < WORDS) throw new SaltlinkError("key", `the passphrase is too weak: ${WORDS} different words of three letters or more, drawn by dice, are the least; or let keygen draw the salt`);
  return scrypt(new TextEncoder().encode(words.join(" ")), new TextEncoder().encode(`saltlink/${project}`), { N: 2 ** 17, r: 8, p: 1, dkLen: 32 });
}
