import { type EncodeKernel, KEY_BLOCK } from "./encode-kernel.ts";
import { type EncodingPlan, encodedLength } from "./encoding-plan.ts";
import type { KernelMemory } from "./kernel-memory.ts";

// shapes of the kernel's structures: see assembly/encode.ts and what it imports
/** Bytes of a value's place: where it lies, and how long it is. */
export const VALUE = 8;
const JOB = 24;
const PART = 20;
const FILTER = 24;
const GROUP = 8;
const MOST_TEXT = 512;
const SLOTS = 4; // records that are encoded together
const STATE = 32;
/** What is kept with the cells that it depends on alone: whether it is, then the state of an anchored key or a word. */
const KEPT_STATE = 4 + STATE;
const KEPT_WORD = 4 + 8;

/** Values that are kept together, and whether with their cells. */
interface KeptValues {
  readonly values: readonly number[];
  readonly keptCells: number;
}

/** Lays the kernel's program out in memory and prepares the states of the sub-keys. Returns where it lies, and how many bytes of each group's own it keeps behind the group's values. */
export function layProgram(plan: EncodingPlan, groups: readonly KeptValues[], kernel: EncodeKernel, memory: KernelMemory): { readonly program: number; readonly keptBytes: readonly number[] } {
  const parts = plan.filters.flatMap(({ parts: own, anchor }) => own.map((part) => ({ ...part, anchor })));
  const jobs = [...parts.map(({ key, anchor }) => ({ key, values: anchor })), ...plan.words];
  const valueCount = 1 + Math.max(-1, ...groups.flatMap(({ values }) => values), ...jobs.flatMap(({ values }) => values), ...parts.map(({ value }) => value));
  const recordBytes = encodedLength(plan) * 4;
  const values = memory.reserve(SLOTS * valueCount * VALUE);
  const placesOf = (list: readonly number[]): number => memory.list(list.map((value) => values + value * VALUE));
  const records = memory.reserve(SLOTS * recordBytes);
  const wordsAt = records + recordBytes - plan.words.length * 8;
  const states = memory.reserve(jobs.length * STATE);
  const anchoredStates = memory.reserve(SLOTS * parts.length * STATE);
  const blocks = Math.max(jobs.length, SLOTS * parts.length);
  const outputs = memory.reserve(blocks * KEY_BLOCK); // 32 bytes of output; as an anchored key block the other 32 stay zero
  const prepared = memory.reserve((blocks + 4) * 8);
  jobs.forEach(({ key }, j) => {
    memory.bytes.set(key, outputs + j * KEY_BLOCK);
    memory.set(prepared + j * 8, [outputs + j * KEY_BLOCK, states + j * STATE]);
  });
  kernel.prepareKeys(prepared, jobs.length);
  memory.bytes.fill(0, outputs, outputs + blocks * KEY_BLOCK);

  const keptBytes = groups.map(() => 0);
  /** Where a job's output is kept, if all its values come from one group's cells: the group's place, and how far from its address. */
  const keptAt = (list: readonly number[], bytes: number): [number, number] => {
    const group = groups.findIndex((own) => own.keptCells > 0 && list.length > 0 && list.every((value) => own.values.includes(value)));
    if (group < 0) return [0, 0];
    return [group * 4, groups[group]!.values.length * VALUE + (keptBytes[group]! += bytes) - bytes];
  };
  const jobsAt = memory.reserve(jobs.length * JOB);
  jobs.forEach(({ values: list }, j) => {
    const isAnchor = j < parts.length;
    memory.set(jobsAt + j * JOB, [states + j * STATE, placesOf(list), list.length, isAnchor ? outputs + j * KEY_BLOCK : wordsAt + (j - parts.length) * 8, ...keptAt(list, isAnchor ? KEPT_STATE : KEPT_WORD)]);
  });
  const partsAt = memory.reserve(parts.length * PART);
  parts.forEach(({ value, hashes, gram, positional, padded }, p) => memory.set(partsAt + p * PART, [values + value * VALUE, hashes, gram, Number(positional), Number(padded)]));
  const filtersAt = memory.reserve(plan.filters.length * FILTER);
  let [firstPart, end] = [0, records];
  plan.filters.forEach(({ bits, parts: own, diffusion }, f) => {
    const columns = diffusion ? layColumns(diffusion, memory) : 0;
    memory.set(filtersAt + f * FILTER, [Math.log2(bits), firstPart, own.length, columns, end, memory.reserve(SLOTS * bits)]);
    firstPart += own.length;
    end += bits / 8;
  });
  const groupsAt = memory.reserve(groups.length * GROUP);
  groups.forEach(({ values: list }, g) => memory.set(groupsAt + g * GROUP, [placesOf(list), list.length]));
  const text = memory.reserve(MOST_TEXT);
  const places = memory.reserve(SLOTS * parts.length * 4);
  const program = memory.list([groupsAt, groups.length, jobsAt, parts.length, jobsAt + parts.length * JOB, plan.words.length, filtersAt, plan.filters.length, partsAt, prepared, text, records, recordBytes, valueCount * VALUE, anchoredStates, places]);
  return { program, keptBytes };
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
