import { readFileSync } from "node:fs";
import type { EncodingPlan, RecordEncoder } from "./encoding-plan.ts";
import { prf } from "./reference/encode-record.ts";
import { wasmFile } from "./wasm-file.ts";

interface EncodeExports {
  heapBase(): number;
  prepare(jobs: number, count: number): void;
  prf(jobs: number, count: number): void;
  addGrams(filter: number, log2Bits: number, hashes: number, state: number, text: number, length: number, gram: number, positional: boolean): void;
  diffuse(filter: number, bits: number, columns: number, words: number, out: number): void;
}

const BLOCK = 64; // BLAKE2s block, and the longest message the kernel takes
const TEXT_BYTES = 4096;
const utf8 = new TextEncoder();

let compiled: WebAssembly.Module | undefined;

/**
 * The encoder on the WebAssembly kernel: bit for bit `referenceEncoder`. Each call owns its memory, so one per thread.
 *
 * Per record: one batch of PRFs for the anchors of all parts and for all words (four at a time), one batch of key blocks for the
 * anchored states, then one call per text. Sub-key states are prepared once.
 */
export function createEncoder(plan: EncodingPlan): RecordEncoder {
  compiled ??= new WebAssembly.Module(readFileSync(wasmFile("encode")));
  const parts = plan.filters.flatMap((filter) => filter.parts);
  const jobs = parts.length + plan.words.length;
  const columnBytes = plan.filters.reduce((sum, filter) => sum + (filter.diffusion ? (filter.bits * filter.bits) / 8 : 0), 0);
  const fixed = jobs * (32 + BLOCK + 32 + BLOCK + 32 + 24) + TEXT_BYTES + 2 * 128 + columnBytes;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((fixed + 65536) / 65536) + 1 });
  const kernel = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as EncodeExports;
  const bytes = new Uint8Array(memory.buffer);
  const words = new Uint32Array(memory.buffer);

  let free = (kernel.heapBase() + 15) & ~15;
  const reserve = (size: number): number => {
    const at = free;
    free += (size + 15) & ~15;
    return at;
  };
  const subStates = reserve(jobs * 32); // PRF states of the sub-keys: parts, then words
  const messageBlocks = reserve(jobs * BLOCK);
  const outputs = reserve(jobs * BLOCK); // 32 bytes of output; as an anchored key block the other 32 stay zero
  const anchoredStates = reserve(parts.length * 32);
  const prfJobs = reserve(jobs * 16);
  const prepareJobs = reserve(Math.max(1, jobs) * 8);
  const textAt = reserve(TEXT_BYTES);
  const filterAt = reserve(128);
  const hardenedAt = reserve(128);
  const columns = plan.filters.map((filter) => (filter.diffusion ? writeColumns(filter.diffusion, reserve((filter.bits * filter.bits) / 8)) : 0));

  [...parts.map((part) => part.key), ...plan.words].forEach((key, i) => {
    bytes.set(key, outputs + i * BLOCK);
    words.set([outputs + i * BLOCK, subStates + i * 32], (prepareJobs + i * 8) >> 2);
  });
  kernel.prepare(prepareJobs, jobs);
  bytes.fill(0, outputs, outputs + jobs * BLOCK);

  /** Columns of the diffusion matrix: column c holds the output bits that filter bit c takes part in. */
  function writeColumns(rows: readonly Uint16Array[], at: number): number {
    const width = rows.length / 8;
    rows.forEach((indexes, out) => {
      for (const column of indexes) bytes[at + column * width + (out >> 3)]! ^= 1 << (out & 7);
    });
    return at;
  }

  /** Writes a string as UTF-8 at `at`; returns its length, or -1 when it does not fit. */
  function write(text: string, at: number, room: number): number {
    const length = text.length;
    if (length > room) return -1;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) {
        const encoded = utf8.encode(text);
        if (encoded.length > room) return -1;
        bytes.set(encoded, at);
        return encoded.length;
      }
      bytes[at + i] = code;
    }
    return length;
  }

  let queued = 0;
  /** Queues PRF `index` on `message`; a message longer than one block is hashed at once by the reference. */
  function queue(index: number, message: string): void {
    const block = messageBlocks + index * BLOCK;
    const length = write(message, block, BLOCK);
    const output = outputs + index * BLOCK;
    if (length < 0) {
      const key = index < parts.length ? parts[index]!.key : plan.words[index - parts.length]!;
      bytes.set(prf(key, utf8.encode(message)), output);
      return;
    }
    bytes.fill(0, block + length, block + BLOCK);
    const job = (prfJobs + queued++ * 16) >> 2;
    words[job] = subStates + index * 32;
    words[job + 1] = block;
    words[job + 2] = length;
    words[job + 3] = output;
  }

  return ({ anchors, texts, messages }, out, offset) => {
    queued = 0;
    let part = 0;
    let anchored = 0;
    for (let f = 0; f < plan.filters.length; f++) {
      const anchor = anchors[f];
      for (let p = 0; p < texts[f]!.length; p++, part++) {
        if (anchor === undefined || texts[f]![p] === undefined) continue;
        queue(part, anchor);
        const job = (prepareJobs + anchored++ * 8) >> 2;
        words[job] = outputs + part * BLOCK;
        words[job + 1] = anchoredStates + part * 32;
      }
    }
    for (let w = 0; w < messages.length; w++) {
      if (messages[w] !== undefined) queue(parts.length + w, messages[w]!);
    }
    kernel.prf(prfJobs, queued);
    kernel.prepare(prepareJobs, anchored);

    let at = offset;
    part = 0;
    for (let f = 0; f < plan.filters.length; f++) {
      const { bits, parts: own, diffusion } = plan.filters[f]!;
      const halves = bits >> 5;
      let present = false;
      bytes.fill(0, filterAt, filterAt + (bits >> 3));
      for (let p = 0; p < own.length; p++, part++) {
        const text = texts[f]![p];
        if (anchors[f] === undefined || text === undefined) continue;
        const length = write(text, textAt, TEXT_BYTES);
        if (length < 0) throw new RangeError(`text of a filter is longer than ${TEXT_BYTES} bytes`);
        const { hashes, gram, positional } = own[p]!;
        kernel.addGrams(filterAt, bits === 512 ? 9 : 10, hashes, anchoredStates + part * 32, textAt, length, gram, positional);
        present = true;
      }
      if (!present) {
        out.fill(0, at, at + halves);
      } else {
        let source = filterAt;
        if (diffusion) {
          kernel.diffuse(filterAt, bits, columns[f]!, bits >> 6, hardenedAt);
          source = hardenedAt;
        }
        for (let i = 0; i < halves; i++) out[at + i] = words[(source >> 2) + i]!;
      }
      at += halves;
    }
    for (let w = 0; w < messages.length; w++, at += 2) {
      if (messages[w] === undefined) {
        out[at] = 0;
        out[at + 1] = 0;
        continue;
      }
      const source = (outputs + (parts.length + w) * BLOCK) >> 2;
      const low = words[source]!;
      const high = words[source + 1]!;
      out[at] = low === 0 && high === 0 ? 1 : low;
      out[at + 1] = high;
    }
  };
}
