import { BLOCK, Cmac } from "./cmac.ts";

/** PRF outputs under a tag, one after the other, of the messages (0, second), (1, second) ... (count - 1, second): two 32-bit numbers, low bytes first. */
export function numberHashes(key: Uint8Array, tag: Uint8Array, count: number, second: number): Uint8Array {
  const cmac = new Cmac(key);
  const state = new Uint32Array(cmac.stateAfter(tag).buffer);
  const padded = new Uint32Array(cmac.padded.buffer);
  const blocks = new Uint32Array((count * BLOCK) / 4);
  for (let i = 0; i < count; i++) [i, second, 0x80, 0].forEach((word, w) => (blocks[i * 4 + w] = word ^ state[w]! ^ padded[w]!));
  const outputs = new Uint8Array(blocks.buffer);
  cmac.encrypt(outputs);
  return outputs;
}
