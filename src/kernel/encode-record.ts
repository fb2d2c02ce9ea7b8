import { readFileSync } from "node:fs";
import { type EncodingPlan, MOST_CHARACTERS, type RecordEncoder, encodedLength } from "./encoding-plan.ts";
import { messageOf, prf } from "./reference/encode-record.ts";
import { wasmFile } from "./wasm-file.ts";

interface EncodeExports {
  heapBase(): number;
  prepareKeys(jobs: number, count: number): void;
  runJobs(jobs: number, count: number, values: number, sizes: number, blocks: number, batch: number): number;
  fillFilters(filters: number, filterCount: number, parts: number, partCount: number, values: number, sizes: number, prepared: number, filter: number, text: number): void;
}

// shapes of the kernel's structures: see assembly/encode.ts
const SLOT = 512;
const JOB = 20;
const PART = 28;
const FILTER = 20;
const KEY_BLOCK = 64;
const LONG = 2;
const MISSING = 0;
const SEPARATOR = 0x1f;

const utf8 = new TextEncoder();

let compiled: WebAssembly.Module | undefined;

/**
 * The encoder on the WebAssembly kernel: bit for bit `referenceEncoder`. Each call owns its memory, so one per thread.
 *
 * Per record: its values are written once; one call runs the PRFs of all anchors and words (four at a time), one fills the filters. Sub-key states are prepared once. A message longer than one block of
 * the PRF is rare and hashed by the reference between the two calls.
 */
export function createEncoder(plan: EncodingPlan): RecordEncoder {
  compiled ??= new WebAssembly.Module(readFileSync(wasmFile("encode")));
  const parts = plan.filters.flatMap(({ parts: own, anchor }) => own.map((part) => ({ ...part, anchor })));
  const jobs = [...parts.map(({ key, anchor }) => ({ key, values: anchor })), ...plan.words];
  const valueCount = 1 + Math.max(-1, ...jobs.flatMap(({ values }) => values), ...parts.map(({ value }) => value));
  const columnBytes = plan.filters.reduce((sum, filter) => sum + (filter.diffusion ? (filter.bits * filter.bits) / 8 : 0), 0);
  const lists = jobs.reduce((sum, { values }) => sum + values.length * 4 + 16, 0);
  const fixed = jobs.length * (3 * KEY_BLOCK + 80) + parts.length * (PART + 64) + valueCount * (SLOT + 8) + lists + columnBytes + 4 * encodedLength(plan) + 8192;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(fixed / 65536) + 2 });
  const kernel = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as EncodeExports;
  const bytes = new Uint8Array(memory.buffer);
  const words = new Uint32Array(memory.buffer);

  let free = (kernel.heapBase() + 15) & ~15;
  const reserve = (size: number): number => {
    const at = free;
    free += (size + 15) & ~15;
    return at;
  };
  const slots = reserve(valueCount * SLOT + 16);
  const sizes = reserve(valueCount * 8);
  const blocks = reserve(4 * 80);
  const batch = reserve(4 * 8);
  const prepared = reserve((jobs.length + 4) * 8);
  const text = reserve(SLOT + 16);
  const scratch = reserve(128);
  const encoded = reserve(encodedLength(plan) * 4);
  const states = reserve(jobs.length * 32);
  const anchoredStates = reserve(parts.length * 32);
  const outputs = reserve(jobs.length * KEY_BLOCK); // 32 bytes of output; as an anchored key block the other 32 stay zero
  const jobsAt = reserve(jobs.length * JOB);
  const partsAt = reserve(parts.length * PART);
  const filtersAt = reserve(plan.filters.length * FILTER);

  jobs.forEach(({ key, values }, j) => {
    bytes.set(key, outputs + j * KEY_BLOCK);
    words.set([outputs + j * KEY_BLOCK, states + j * 32], (prepared + j * 8) >> 2);
    const list = reserve(values.length * 4);
    words.set(values, list >> 2);
    words.set([states + j * 32, list, values.length, outputs + j * KEY_BLOCK, MISSING], (jobsAt + j * JOB) >> 2);
  });
  kernel.prepareKeys(prepared, jobs.length);
  bytes.fill(0, outputs, outputs + jobs.length * KEY_BLOCK);
  parts.forEach(({ value, hashes, gram, positional, padded }, p) => {
    words.set([value, jobsAt + p * JOB, anchoredStates + p * 32, hashes, gram, Number(positional), Number(padded)], (partsAt + p * PART) >> 2);
  });
  let [firstPart, end] = [0, encoded];
  plan.filters.forEach(({ bits, parts: own, diffusion }, f) => {
    const columns = diffusion ? writeColumns(diffusion, reserve((bits * bits) / 8)) : 0;
    words.set([Math.log2(bits), partsAt + firstPart * PART, own.length, columns, end], (filtersAt + f * FILTER) >> 2);
    firstPart += own.length;
    end += bits / 8;
  });
  const wordsAt = end >> 2;
  const record = words.subarray(encoded >> 2, (encoded >> 2) + encodedLength(plan));

  /** Columns of the diffusion matrix: column c holds the output bits that filter bit c takes part in. */
  function writeColumns(rows: readonly Uint16Array[], at: number): number {
    const width = rows.length / 8;
    rows.forEach((indexes, out) => {
      for (const column of indexes) bytes[at + column * width + (out >> 3)]! ^= 1 << (out & 7);
    });
    return at;
  }

  /** Writes a value into its slot. One that does not fit is cut to what a text takes of it; its messages are longer than a block. */
  function write(value: string, slot: number): number {
    const { length } = value;
    if (length < SLOT) {
      let i = 0;
      for (let code = 0; i < length && (code = value.charCodeAt(i)) < 128; i++) bytes[slot + i] = code;
      if (i === length) return length;
    }
    let form = utf8.encode(value);
    if (form.length >= SLOT) form = utf8.encode([...value].slice(0, MOST_CHARACTERS).join(""));
    bytes.set(form, slot);
    return form.length;
  }

  return (values, out, offset) => {
    for (let v = 0; v < valueCount; v++) {
      const value = values[v];
      const at = (sizes + v * 8) >> 2;
      if (value === undefined) {
        words[at] = 0;
        continue;
      }
      const slot = slots + v * SLOT;
      const length = write(value, slot);
      bytes[slot + length] = SEPARATOR;
      words[at] = length + 1;
      words[at + 1] = length;
    }
    const long = kernel.runJobs(jobsAt, jobs.length, slots, sizes, blocks, batch);
    if (long > 0) {
      jobs.forEach(({ key, values: list }, j) => {
        if (words[(jobsAt + j * JOB + 16) >> 2] === LONG) bytes.set(prf(key, messageOf(list, values)!), outputs + j * KEY_BLOCK);
      });
    }
    kernel.fillFilters(filtersAt, plan.filters.length, partsAt, parts.length, slots, sizes, prepared, scratch, text);
    for (let j = parts.length, at = wordsAt; j < jobs.length; j++, at += 2) {
      const missing = words[(jobsAt + j * JOB + 16) >> 2] === MISSING;
      const source = (outputs + j * KEY_BLOCK) >> 2;
      const low = missing ? 0 : words[source]!;
      const high = missing ? 0 : words[source + 1]!;
      words[at] = !missing && low === 0 && high === 0 ? 1 : low;
      words[at + 1] = high;
    }
    out.set(record, offset);
  };
}
