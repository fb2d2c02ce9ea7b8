import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { SCHEME } from "../schema/linkage-schema.ts";
import type { Salt } from "./salt.ts";

/**
 * The key for one purpose: HKDF-SHA-256 (RFC 5869) of the salt, no HKDF salt, 32 bytes, with
 * info = `saltlink/SCHEME/PROJECT/PURPOSE`. Keys of different purposes, projects or schemes are independent.
 */
export function subKey({ project, secret }: Salt, purpose: string): Uint8Array {
  return hkdf(sha256, secret, undefined, new TextEncoder().encode(`saltlink/${SCHEME}/${project}/${purpose}`), 32);
}

/** What the messages of one purpose begin with under the PRF's one key: 128 bits derived for it alone. */
export function tagOf(salt: Salt, purpose: string): Uint8Array {
  return subKey(salt, purpose).subarray(0, 16);
}

/**
 * What a hashed file shows of its salt, so that files made with different salts are refused: 128 bits derived for this purpose alone.
 */
export function keyCommitment(salt: Salt): string {
  return bytesToHex(subKey(salt, "commitment").subarray(0, 16));
}
