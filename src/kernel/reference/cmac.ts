import { createCipheriv } from "node:crypto";
import { BLOCK, Cmac } from "../cmac.ts";

/** AES-256-CMAC of one message. */
export function cmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const { whole, padded } = new Cmac(key);
  const blocks = new Uint8Array(Math.max(1, Math.ceil(message.length / BLOCK)) * BLOCK);
  blocks.set(message);
  if (message.length < blocks.length) blocks[message.length] = 0x80;
  const last = blocks.subarray(-BLOCK);
  last.set(last.map((byte, i) => byte ^ (message.length < blocks.length ? padded : whole)[i]!));
  return Uint8Array.from(createCipheriv("aes-256-cbc", key, new Uint8Array(BLOCK)).setAutoPadding(false).update(blocks).subarray(-BLOCK));
}
