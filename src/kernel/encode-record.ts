import { readFileSync } from "node:fs";
import { type EncodingPlan, MOST_CHARACTERS, type RecordEncoder, encodedLength } from "./encoding-plan.ts";
import { messageOf, prf } from "./reference/encode-record.ts";
import { wasmFile } from "./wasm-file.ts";

interface EncodeExports {
  heapBase(): number;
  prepareKeys(jobs: number, count: number): void;
  runJobs(jobs: number, count: number, values: number, wordsOnly: boolean): number;
  fillFilters(filters: number, filterCount: number, parts: number, partCount: number, values: number, prepared: number, text: number): void;
}

// shapes of the kernel's structures: see assembly/encode.ts
const VALUE = 12;
const JOB = 20;
const PART = 28;
const FILTER = 24;
const SLOT = 512;
const KEY_BLOCK = 64;
const LONG = 2;
const MISSING = 0;
const SEPARATOR = 0x1f;

const utf8 = new TextEncoder();

let compiled: WebAssembly.Module | undefined;

/** The encoder on the WebAssembly kernel: bit for bit `referenceEncoder`. Each call owns its memory, so one per thread. */
export function createEncoder(plan: EncodingPlan): RecordEncoder {
  return createStoringEncoder(plan, [], 0).encode;
}

/** An encoder that also keeps values which come again and again, so that a record of such values is only the addresses of its fields. */
export interface StoringEncoder {
  readonly encode: RecordEncoder;
  /** Keeps the values of one group; returns their address, or 0 when there is no room or one of them is too long to be kept. */
  store(values: readonly (string | undefined)[]): number;
  /** Puts the values of a group in place for the records to come; false when one is too long. */
  place(group: number, values: readonly (string | undefined)[]): boolean;
  /** Forgets all that was kept. */
  clear(): void;
  /** As `encode`, for a record whose groups of values lie at these addresses; 0: in place. */
  encodeStored(addresses: ArrayLike<number>, out: Uint32Array, offset: number): void;
}

/**
 * `groups`: the values that are kept together, by index; every value in one. `room`: bytes for what is kept.
 *
 * Per record: its values are written once or found where they are kept; one call runs the PRFs of the anchors (four at a time), one fills the filters, one runs the PRFs of the words into the record. Sub-key states are
 * prepared once. A message longer than one block of the PRF is rare and hashed by the reference in between.
 */
export function createStoringEncoder(plan: EncodingPlan, groups: readonly (readonly number[])[], room: number): StoringEncoder {
  compiled ??= new WebAssembly.Module(readFileSync(wasmFile("encode")));
  const parts = plan.filters.flatMap(({ parts: own, anchor }) => own.map((part) => ({ ...part, anchor })));
  const jobs = [...parts.map(({ key, anchor }) => ({ key, values: anchor })), ...plan.words];
  const columnBytes = plan.filters.reduce((sum, filter) => sum + (filter.diffusion ? (filter.bits * filter.bits) / 8 : 0), 0);
  const lists = jobs.reduce((sum, { values }) => sum + values.length * 4 + 16, 0);
  // groups whose values nothing uses still have their places
  const valueCount = 1 + Math.max(-1, ...jobs.flatMap(({ values }) => values), ...parts.map(({ value }) => value), ...groups.flat());
  const fixed = jobs.length * (3 * KEY_BLOCK + 80) + parts.length * (PART + 64) + valueCount * (SLOT + VALUE) + lists + columnBytes + 8 * encodedLength(plan) + 8192 + room;
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
  const valuesAt = reserve(valueCount * VALUE);
  const prepared = reserve((jobs.length + 4) * 8);
  const text = reserve(SLOT + 16);
  const encoded = reserve(encodedLength(plan) * 4);
  const wordsAt = encoded + encodedLength(plan) * 4 - plan.words.length * 8;
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
    const output = j < parts.length ? outputs + j * KEY_BLOCK : wordsAt + (j - parts.length) * 8;
    words.set([states + j * 32, list, values.length, output, MISSING], (jobsAt + j * JOB) >> 2);
  });
  kernel.prepareKeys(prepared, jobs.length);
  bytes.fill(0, outputs, outputs + jobs.length * KEY_BLOCK);
  parts.forEach(({ value, hashes, gram, positional, padded }, p) => {
    words.set([value, jobsAt + p * JOB, anchoredStates + p * 32, hashes, gram, Number(positional), Number(padded)], (partsAt + p * PART) >> 2);
  });
  let [firstPart, end] = [0, encoded];
  plan.filters.forEach(({ bits, parts: own, diffusion }, f) => {
    const columns = diffusion ? writeColumns(diffusion, reserve((bits * bits) / 8)) : 0;
    words.set([Math.log2(bits), partsAt + firstPart * PART, own.length, columns, end, diffusion ? reserve(bits / 8) : end], (filtersAt + f * FILTER) >> 2);
    firstPart += own.length;
    end += bits / 8;
  });
  const record = words.subarray(encoded >> 2, (encoded >> 2) + encodedLength(plan));

  /** Columns of the diffusion matrix: column c holds the output bits that filter bit c takes part in. */
  function writeColumns(rows: readonly Uint16Array[], at: number): number {
    const width = rows.length / 8;
    rows.forEach((indexes, out) => {
      for (const column of indexes) bytes[at + column * width + (out >> 3)]! ^= 1 << (out & 7);
    });
    return at;
  }

  /** Writes a value's UTF-8 form. One that does not fit a slot is cut to what a text takes of it; its messages are longer than a block. */
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

  /** Writes a value at `slot` and its descriptor at `at`; returns the end of what was written. */
  function describe(value: string | undefined, slot: number, at: number): number {
    if (value === undefined) {
      words[(at >> 2) + 1] = 0;
      return slot;
    }
    const length = write(value, slot);
    bytes[slot + length] = SEPARATOR;
    words[at >> 2] = slot;
    words[(at >> 2) + 1] = length + 1;
    words[(at >> 2) + 2] = length;
    return slot + length + 1;
  }

  /** Encodes the record whose values are described. `message`: that of a list of values, whole. */
  function run(message: (list: readonly number[]) => Uint8Array, out: Uint32Array, offset: number): void {
    const hashLong = (from: number, to: number): void => {
      for (let j = from; j < to; j++) {
        if (words[(jobsAt + j * JOB + 16) >> 2] !== LONG) continue;
        const digest = prf(jobs[j]!.key, message(jobs[j]!.values));
        const output = words[(jobsAt + j * JOB + 12) >> 2]!;
        if (j < parts.length) bytes.set(digest, output);
        else {
          bytes.set(digest.subarray(0, 8), output);
          if (words[output >> 2] === 0 && words[(output >> 2) + 1] === 0) words[output >> 2] = 1;
        }
      }
    };
    if (kernel.runJobs(jobsAt, parts.length, valuesAt, false) > 0) hashLong(0, parts.length);
    kernel.fillFilters(filtersAt, plan.filters.length, partsAt, parts.length, valuesAt, prepared, text);
    if (kernel.runJobs(jobsAt + parts.length * JOB, plan.words.length, valuesAt, true) > 0) hashLong(parts.length, jobs.length);
    out.set(record, offset);
  }

  const store = reserve(room);
  let kept = store;
  const messageOfKept = (list: readonly number[]): Uint8Array =>
    Buffer.concat(
      list.map((value) => {
        const [from, length] = words.subarray((valuesAt + value * VALUE) >> 2);
        return bytes.subarray(from, from! + length!);
      }),
    );

  return {
    encode(values, out, offset) {
      for (let v = 0; v < valueCount; v++) describe(values[v], slots + v * SLOT, valuesAt + v * VALUE);
      run((list) => messageOf(list, values)!, out, offset);
    },
    store(values) {
      let size = values.length * VALUE + 16;
      for (const value of values) {
        if (value === undefined) continue;
        if (value.length * 3 >= SLOT) return 0;
        size += value.length * 3 + 1;
      }
      const at = (kept + 3) & ~3;
      if (at + size > store + room) return 0;
      kept = at + values.length * VALUE;
      values.forEach((value, i) => (kept = describe(value, kept, at + i * VALUE)));
      return at;
    },
    place(group, values) {
      for (const value of values) if (value !== undefined && value.length * 3 >= SLOT) return false;
      values.forEach((value, i) => describe(value, slots + groups[group]![i]! * SLOT, valuesAt + groups[group]![i]! * VALUE));
      return true;
    },
    clear() {
      kept = store;
    },
    encodeStored(addresses, out, offset) {
      for (let g = 0; g < groups.length; g++) {
        const group = groups[g]!;
        let from = addresses[g]! >> 2;
        if (from === 0) continue;
        for (let i = 0; i < group.length; i++, from += 3) {
          const to = (valuesAt + group[i]! * VALUE) >> 2;
          words[to] = words[from]!;
          words[to + 1] = words[from + 1]!;
          words[to + 2] = words[from + 2]!;
        }
      }
      run(messageOfKept, out, offset);
    },
  };
}
