import { BLOCK, type Cmac } from "./cmac.ts";
import { type EncodingPlan, MOST_CHARACTERS } from "./encoding-plan.ts";
import type { KernelMemory } from "./kernel-memory.ts";

// shapes of the kernel's structures: see assembly/encode.ts and what it imports
/** Bytes of a value's place: where it lies, and how long it is. */
export const VALUE = 8;
const JOB = 32;
const LONGER = 12;

/** Records that are encoded together at most: a call then encrypts about 80 KiB of n-grams, and what they need stays in the cache. */
const MOST_TOGETHER = 128;
/** Bytes for the messages of records that are encoded together. */
const MESSAGES = 1 << 20;

/** The kernel's program in memory. */
export interface Program {
  readonly at: number;
  /** How many records may be encoded together when no value (by index) is longer than these, in bytes with its separator. */
  together(longest: ArrayLike<number>): number;
}

/** Lays the kernel's program out in memory. `groups`: of values that lie together. */
export function layProgram(plan: EncodingPlan, groups: readonly (readonly number[])[], cmac: Cmac, memory: KernelMemory): Program {
  const parts = plan.filters.flatMap(({ parts: own, anchor }) => own.map((part) => ({ ...part, anchor })));
  const jobs: readonly EncodingPlan["words"][number][] = [...parts.map(({ tag, anchor }) => ({ tag, values: anchor })), ...plan.words];
  const valueCount = 1 + Math.max(-1, ...groups.flat(), ...jobs.flatMap(({ values }) => values), ...parts.map(({ value }) => value));
  // two values that a message has in the order of their bytes stand in that order once more, behind the record's own
  const ordered = new Map<string, readonly [number, number]>();
  const inOrder = ({ values: list, unordered }: Pick<EncodingPlan["words"][number], "values" | "unordered">): readonly number[] => {
    if (unordered === undefined) return list;
    const pair = [list[unordered[0]]!, list[unordered[1]]!] as const;
    const name = pair.join();
    ordered.set(name, pair);
    const first = valueCount + 2 * [...ordered.keys()].indexOf(name);
    return list.map((value, place) => (place === unordered[0] ? first : place === unordered[1] ? first + 1 : value));
  };
  const laid = jobs.map(inOrder);
  const recordBytes = (valueCount + 2 * ordered.size) * VALUE;
  const values = memory.reserve(MOST_TOGETHER * recordBytes);
  const placesOf = (list: readonly number[]): number => memory.list(list.map((value) => values + value * VALUE));
  const layBytes = (bytes: Uint8Array): number => {
    const at = memory.reserve(bytes.length);
    memory.bytes.set(bytes, at);
    return at;
  };
  const states = memory.reserve(MOST_TOGETHER * jobs.length * BLOCK);

  const endings = { anchor: layBytes(endingsOf()), word: layBytes(endingsOf(cmac)) };
  const jobsAt = memory.reserve(jobs.length * JOB);
  jobs.forEach(({ tag, values: list }, j) => {
    const at = jobsAt + j * JOB;
    const places = placesOf(laid[j]!);
    memory.bytes.set(cmac.stateAfter(tag), at);
    memory.set(at + BLOCK, [places, list.length, j < parts.length ? endings.anchor : endings.word]);
  });
  const partsAt = memory.list(parts.flatMap(({ value, gram, positional, padded }) => [values + value * VALUE, gram, Number(positional), Number(padded)]));
  let firstPart = 0;
  const filtersAt = memory.list(
    plan.filters.flatMap(({ bits, hashes, parts: own, diffusion }) => {
      firstPart += own.length;
      return [Math.log2(bits), firstPart - own.length, own.length, hashes, layColumns(diffusion ?? Array.from({ length: bits }, (_, bit) => [bit]), memory)];
    }),
  );
  const groupsAt = memory.list(groups.flatMap((list) => [placesOf(list), list.length]));
  const scratch = [memory.reserve(MOST_TOGETHER * jobs.length * LONGER), memory.reserve(MOST_TOGETHER * jobs.length * BLOCK), states, memory.reserve(MOST_TOGETHER * jobs.length)];
  const grams = [memory.reserve(MOST_TOGETHER * parts.length * (MOST_CHARACTERS + 2) * BLOCK), memory.reserve(MOST_TOGETHER * plan.filters.length * 4)];
  const at = memory.list([groupsAt, groups.length, jobsAt, parts.length, plan.words.length, filtersAt, plan.filters.length, partsAt, recordBytes, layBytes(cmac.padded), memory.reserve(MESSAGES), ...scratch, ...grams, placesOf([...ordered.values()].flatMap(([one, other], p) => [one, other, valueCount + 2 * p])), ordered.size]);

  let room = MESSAGES;
  const together = (longest: ArrayLike<number>): number => {
    const most = jobs.reduce((sum, { values: list }) => sum + list.reduce((bytes, value) => bytes + longest[value]!, 2 * BLOCK), 0);
    if (most > room) memory.set(at + 40, [memory.reserve((room = 2 * most))]);
    return Math.min(MOST_TOGETHER, Math.floor(room / most));
  };
  return { at, together };
}

/** For each number of bytes in a last block their mask, and what is XORed to them then (see assembly/cmac.ts): of CMAC, or nothing. */
function endingsOf(cmac?: Cmac): Uint8Array {
  const endings = new Uint8Array(BLOCK * 2 * BLOCK);
  for (let bytes = 0; bytes < BLOCK; bytes++) {
    const [mask, end] = [0, BLOCK].map((from) => endings.subarray(bytes * 2 * BLOCK + from, bytes * 2 * BLOCK + from + BLOCK)) as [Uint8Array, Uint8Array];
    mask.fill(0xff, 0, bytes === 0 ? BLOCK : bytes);
    if (cmac === undefined) continue;
    end.set(bytes === 0 ? cmac.whole : cmac.padded);
    if (bytes > 0) end[bytes]! ^= 0x80;
  }
  return endings;
}

/** Columns of the diffusion matrix: column c holds the output bits that filter bit c takes part in. */
function layColumns(rows: readonly ArrayLike<number>[], memory: KernelMemory): number {
  const width = rows.length / 8;
  const at = memory.reserve((rows.length + 1) * width);
  rows.forEach((indexes, out) => {
    for (const column of Array.from(indexes)) memory.bytes[at + column * width + (out >> 3)]! ^= 1 << (out & 7);
  });
  return at;
}
