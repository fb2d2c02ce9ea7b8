import { type EncodeKernel, KEY_BLOCK } from "./encode-kernel.ts";
import { type EncodingPlan, encodedLength } from "./encoding-plan.ts";
import type { KernelMemory } from "./kernel-memory.ts";

// shapes of the kernel's structures: see assembly/encode.ts and what it imports
/** Bytes of a value's place: where it lies, and how long it is. */
export const VALUE = 8;
const JOB = 20;
const PART = 28;
const FILTER = 24;
const GROUP = 8;
const MOST_TEXT = 512;

/** Lays the kernel's program out in memory and prepares the states of the sub-keys. `valueGroups`: which values are kept together. Returns where it lies. */
export function layProgram(plan: EncodingPlan, valueGroups: readonly (readonly number[])[], kernel: EncodeKernel, memory: KernelMemory): number {
  const parts = plan.filters.flatMap(({ parts: own, anchor }) => own.map((part) => ({ ...part, anchor })));
  const jobs = [...parts.map(({ key, anchor }) => ({ key, values: anchor })), ...plan.words];
  const valueCount = 1 + Math.max(-1, ...valueGroups.flat(), ...jobs.flatMap(({ values }) => values), ...parts.map(({ value }) => value));
  const recordBytes = encodedLength(plan) * 4;
  const values = memory.reserve(valueCount * VALUE);
  const placesOf = (list: readonly number[]): number => memory.list(list.map((value) => values + value * VALUE));
  const record = memory.reserve(recordBytes);
  const wordsAt = record + recordBytes - plan.words.length * 8;
  const states = memory.reserve(jobs.length * 32);
  const anchoredStates = memory.reserve(parts.length * 32);
  const outputs = memory.reserve(jobs.length * KEY_BLOCK); // 32 bytes of output; as an anchored key block the other 32 stay zero
  const prepared = memory.reserve((jobs.length + 4) * 8);
  jobs.forEach(({ key }, j) => {
    memory.bytes.set(key, outputs + j * KEY_BLOCK);
    memory.set(prepared + j * 8, [outputs + j * KEY_BLOCK, states + j * 32]);
  });
  kernel.prepareKeys(prepared, jobs.length);
  memory.bytes.fill(0, outputs, outputs + jobs.length * KEY_BLOCK);

  const jobsAt = memory.reserve(jobs.length * JOB);
  jobs.forEach(({ values: list }, j) => memory.set(jobsAt + j * JOB, [states + j * 32, placesOf(list), list.length, j < parts.length ? outputs + j * KEY_BLOCK : wordsAt + (j - parts.length) * 8, 0]));
  const partsAt = memory.reserve(parts.length * PART);
  parts.forEach(({ value, hashes, gram, positional, padded }, p) => memory.set(partsAt + p * PART, [values + value * VALUE, jobsAt + p * JOB, anchoredStates + p * 32, hashes, gram, Number(positional), Number(padded)]));
  const filtersAt = memory.reserve(plan.filters.length * FILTER);
  let [firstPart, end] = [0, record];
  plan.filters.forEach(({ bits, parts: own, diffusion }, f) => {
    const columns = diffusion ? layColumns(diffusion, memory) : 0;
    memory.set(filtersAt + f * FILTER, [Math.log2(bits), partsAt + firstPart * PART, own.length, columns, end, memory.reserve(bits)]);
    firstPart += own.length;
    end += bits / 8;
  });
  const groups = memory.reserve(valueGroups.length * GROUP);
  valueGroups.forEach((list, g) => memory.set(groups + g * GROUP, [placesOf(list), list.length]));
  return memory.list([groups, valueGroups.length, jobsAt, parts.length, jobsAt + parts.length * JOB, plan.words.length, filtersAt, plan.filters.length, partsAt, prepared, memory.reserve(MOST_TEXT), record, recordBytes]);
}

/** Columns of the diffusion matrix: column c holds the output bits that filter bit c takes part in. */
function layColumns(rows: readonly Uint16Array[], memory: KernelMemory): number {
  const width = rows.length / 8;
  const at = memory.reserve(rows.length * width);
  rows.forEach((indexes, out) => {
    for (const column of indexes) memory.bytes[at + column * width + (out >> 3)]! ^= 1 << (out & 7);
  });
  return at;
}
