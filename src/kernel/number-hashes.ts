import { encodeKernel } from "./encode-kernel.ts";

const KEY_BLOCK = 64;
const OUTPUT = 32;

/** PRF outputs under a 32-byte key, one after the other, of the messages (0, second), (1, second) ... (count - 1, second): two 32-bit numbers, low bytes first. For a few thousand at once: each call has a kernel of its own. */
export function numberHashes(key: Uint8Array, count: number, second: number): Uint8Array {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const kernel = encodeKernel(memory);
  const pair = (kernel.heapBase() + 15) & ~15;
  const [block, state, out] = [pair + 16, pair + 16 + KEY_BLOCK, pair + 16 + KEY_BLOCK + OUTPUT];
  const room = out + (count + 3) * OUTPUT - memory.buffer.byteLength;
  if (room > 0) memory.grow(Math.ceil(room / 65536));
  new Uint8Array(memory.buffer).set(key, block);
  new Uint32Array(memory.buffer).set([block, state], pair / 4);
  kernel.prepareKeys(pair, 1);
  kernel.hashNumbers(state, count, second, out);
  return new Uint8Array(memory.buffer, out, count * OUTPUT);
}
