import { KEY_BLOCK, encodeKernel } from "./encode-kernel.ts";
import { KernelMemory } from "./kernel-memory.ts";

const STATE = 32;
const OUTPUT = 32;

/** PRF outputs under a 32-byte key, one after the other, of the messages (0, second), (1, second) ... (count - 1, second): two 32-bit numbers, low bytes first. For many at once: each call has a kernel of its own. */
export function numberHashes(key: Uint8Array, count: number, second: number): Uint8Array {
  const memory = new KernelMemory();
  const kernel = encodeKernel(memory.memory);
  memory.begin(kernel.heapBase());
  const [block, state] = [memory.reserve(KEY_BLOCK), memory.reserve(STATE)];
  const pair = memory.list([block, state]);
  const out = memory.reserve((count + 3) * OUTPUT);
  memory.bytes.set(key, block);
  kernel.prepareKeys(pair, 1);
  kernel.hashNumbers(state, count, second, out);
  return memory.bytes.subarray(out, out + count * OUTPUT);
}
