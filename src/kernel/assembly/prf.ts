// PRFs and their messages.
//
// A PRF is BLAKE2s-256 with a 32-byte key. Compressing the key block once gives a *state* (8 words); every message of at most 64 bytes, and hardly one is longer, then costs one compression. The host writes values into
// memory once; messages are put together from them here, because strings glued and copied in JavaScript cost more than the hashing.
import { compress, transpose, IV0, IV1, IV2, IV3, IV4, IV5, IV6, IV7 } from "./blake2s";

const KEYED = IV0 ^ 0x01012020; // parameter block: digest 32, key 32, fanout 1, depth 1 (RFC 7693 section 2.5)
export const LANES = 4;

export const h4 = memory.data(128, 16); // chaining values of four lanes
const block4 = memory.data(256, 16); // message blocks of four lanes
const blocks = memory.data(LANES * 80, 16); // the same, lane after lane and with room behind each
export const results = memory.data(LANES * 32, 16); // their outputs, lane after lane
const lengths4 = memory.data(16, 16); // bytes so far of four lanes

/** Lays the states of four lanes out for `compress`. */
// @ts-ignore: decorator
@inline
export function loadStates(s0: usize, s1: usize, s2: usize, s3: usize): void {
  transpose(v128.load(s0), v128.load(s1), v128.load(s2), v128.load(s3), h4, 16);
  transpose(v128.load(s0, 16), v128.load(s1, 16), v128.load(s2, 16), v128.load(s3, 16), h4 + 64, 16);
}

/** Puts the outputs of four lanes one after the other. */
// @ts-ignore: decorator
@inline
export function storeResults(): void {
  transpose(v128.load(h4), v128.load(h4, 16), v128.load(h4, 32), v128.load(h4, 48), results, 32);
  transpose(v128.load(h4, 64), v128.load(h4, 80), v128.load(h4, 96), v128.load(h4, 112), results + 16, 32);
}

/** Lays four blocks of 64 bytes out for `compress`. */
// @ts-ignore: decorator
@inline
function loadBlocks(b0: usize, b1: usize, b2: usize, b3: usize): void {
  for (let i: usize = 0; i < 64; i += 16) transpose(v128.load(b0 + i), v128.load(b1 + i), v128.load(b2 + i), v128.load(b3 + i), block4 + (i << 2), 16);
}

// @ts-ignore: decorator
@inline
function pointer(list: usize, index: i32, count: i32): usize {
  return <usize>load<u32>(list + (<usize><u32>(index < count ? index : 0) << 3));
}

/** States from keys. `pairs`: `count` pairs (pointer to a 64-byte block holding the key and 32 zeros, pointer to 32 bytes for the state). */
export function prepareKeys(pairs: usize, count: i32): void {
  for (let first = 0; first < count; first += LANES, pairs += LANES * 8) {
    const lanes = min(count - first, LANES);
    loadBlocks(pointer(pairs, 0, lanes), pointer(pairs, 1, lanes), pointer(pairs, 2, lanes), pointer(pairs, 3, lanes));
    v128.store(h4, i32x4.splat(KEYED));
    v128.store(h4, i32x4.splat(IV1), 16);
    v128.store(h4, i32x4.splat(IV2), 32);
    v128.store(h4, i32x4.splat(IV3), 48);
    v128.store(h4, i32x4.splat(IV4), 64);
    v128.store(h4, i32x4.splat(IV5), 80);
    v128.store(h4, i32x4.splat(IV6), 96);
    v128.store(h4, i32x4.splat(IV7), 112);
    v128.store(lengths4, i32x4.splat(64));
    compress(h4, block4, lengths4, 0);
    storeResults();
    for (let lane = 0; lane < lanes; lane++) {
      const state = <usize>load<u32>(pairs + (lane << 3), 4);
      v128.store(state, v128.load(results + (lane << 5)));
      v128.store(state, v128.load(results + (lane << 5), 16), 16);
    }
  }
}

/** The outputs, 32 bytes each, of messages of two u32: 0 to `count` - 1, and `second`. Writes up to three more. */
export function hashNumbers(state: usize, count: i32, second: u32, out: usize): void {
  for (let word: usize = 2; word < 16; word++) v128.store(block4 + (word << 4), i32x4.splat(0));
  v128.store(block4, i32x4.splat(second), 16);
  v128.store(lengths4, i32x4.splat(64 + 8));
  for (let first = 0; first < count; first += LANES, out += LANES << 5) {
    v128.store(block4, i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3)));
    loadStates(state, state, state, state);
    compress(h4, block4, lengths4, -1);
    storeResults();
    memory.copy(out, results, LANES << 5);
  }
}

// A *value* is two u32: where its UTF-8 form lies, with the separator and at least 16 more bytes of any kind behind it, and its bytes with the separator (0 = missing).
// A *job* is one PRF of one message: u32 state, u32 list of values (where the first record's lie), u32 how many, u32 where the first record's output goes, u32 place among its groups of that which all of the values belong to, in bytes, and u32 how
// far from the address of what its cells came to the output is kept for when they come again (0: it is not). The message is every value of the list followed by a separator; an empty list is the separator alone.
export const JOB: usize = 24;
const SEPARATOR: u8 = 0x1f;
const LONG = -1;

/** What is kept with cells begins with a u32: whether it is there, or that a value is missing. */
export const KEPT = 1;
export const KEPT_MISSING = 2;

// jobs wait until there are four, of whatever records: a lane that hashes nothing costs as much as one that does
let lanes: i32 = 0;
const laneStates = memory.data(LANES * 4, 16);
const laneOutputs = memory.data(LANES * 4, 16);
const laneKept = memory.data(LANES * 4, 16);

/** Where a job's output is kept for a record; 0 where it is not. */
// @ts-ignore: decorator
@inline
export function keptAt(job: usize, addresses: usize): usize {
  const offset = <usize>load<u32>(job, 20);
  return offset == 0 ? 0 : <usize>load<u32>(addresses + <usize>load<u32>(job, 16)) + offset;
}

/** Queues a job for a record whose values lie `shift` bytes behind the first's; false when one of them is missing. `wordsOnly`: of the output only eight bytes are wanted, never zeros, and kept at `kept` if that is not 0. */
export function queueJob(job: usize, shift: usize, output: usize, wordsOnly: bool, kept: usize): bool {
  const state = load<u32>(job);
  const list = <usize>load<u32>(job, 4);
  const length = load<i32>(job, 8);
  const size = composeMessage(blocks + <usize>(lanes * 80), list, length, shift);
  if (size == 0) return false;
  if (size == LONG) {
    hashLong(<usize>state, list, length, shift);
    storeOutput(output, results, wordsOnly);
    return true;
  }
  store<u32>(laneStates + (lanes << 2), state);
  store<u32>(laneOutputs + (lanes << 2), <u32>output);
  store<u32>(laneKept + (lanes << 2), <u32>kept);
  store<u32>(lengths4 + (lanes << 2), 64 + size);
  if (++lanes == LANES) finishJobs(wordsOnly);
  return true;
}

// @ts-ignore: decorator
@inline
export function keepWord(kept: usize, word: u64): void {
  store<u32>(kept, KEPT);
  store<u64>(kept, word, 4);
}

/** Runs the jobs that wait. */
export function finishJobs(wordsOnly: bool): void {
  if (lanes == 0) return;
  for (let lane = lanes; lane < LANES; lane++) store<u32>(laneStates + (lane << 2), load<u32>(laneStates));
  loadBlocks(blocks, blocks + 80, blocks + 160, blocks + 240);
  loadStates(<usize>load<u32>(laneStates), <usize>load<u32>(laneStates, 4), <usize>load<u32>(laneStates, 8), <usize>load<u32>(laneStates, 12));
  compress(h4, block4, lengths4, -1);
  storeResults();
  for (let lane = 0; lane < lanes; lane++) {
    const output = <usize>load<u32>(laneOutputs + (lane << 2));
    storeOutput(output, results + (lane << 5), wordsOnly);
    const kept = <usize>load<u32>(laneKept + (lane << 2));
    if (kept != 0) keepWord(kept, load<u64>(output));
  }
  lanes = 0;
}

/** Writes a message of at most 64 bytes and zeros behind it, 16 bytes at a time; what is written too far is overwritten by what follows. Returns its bytes; 0 when a value is missing; LONG when it is more than a block. */
function composeMessage(block: usize, list: usize, length: i32, shift: usize): i32 {
  const limit = block + 64;
  let at = block;
  if (length == 0) store<u8>(at++, SEPARATOR);
  for (let i = 0; i < length; i++) {
    const value = <usize>load<u32>(list + (<usize>i << 2)) + shift;
    const source = <usize>load<u32>(value);
    const end = at + <usize>load<u32>(value, 4);
    if (end == at) return 0;
    if (end > limit) {
      for (i++; i < length; i++) if (load<u32>(<usize>load<u32>(list + (<usize>i << 2)) + shift, 4) == 0) return 0;
      return LONG;
    }
    const offset = source - at;
    for (; at < end; at += 16) v128.store(at, v128.load(at + offset));
    at = end;
  }
  for (let zero = at; zero < limit; zero += 16) v128.store(zero, i32x4.splat(0));
  return <i32>(at - block);
}

// @ts-ignore: decorator
@inline
function storeOutput(output: usize, result: usize, wordsOnly: bool): void {
  if (wordsOnly) {
    const word = load<u64>(result);
    store<u64>(output, word == 0 ? 1 : word);
  } else {
    v128.store(output, v128.load(result));
    v128.store(output, v128.load(result, 16), 16);
  }
}

/** The PRF of a message of several blocks, in every lane the same: it is rare. */
function hashLong(state: usize, list: usize, length: i32, shift: usize): void {
  const block = longBlock;
  loadStates(state, state, state, state);
  let filled: usize = 0;
  let hashed = 64;
  for (let i = 0; i < length; i++) {
    const value = <usize>load<u32>(list + (<usize>i << 2)) + shift;
    const source = <usize>load<u32>(value);
    const bytes = <usize>load<u32>(value, 4);
    for (let b: usize = 0; b < bytes; b++) {
      if (filled == 64) {
        hashed += 64;
        compressLong(block, hashed, 0);
        filled = 0;
      }
      store<u8>(block + filled++, load<u8>(source + b));
    }
  }
  memory.fill(block + filled, 0, 64 - filled);
  compressLong(block, hashed + <i32>filled, -1);
  storeResults();
}
const longBlock = memory.data(64, 16);
const longLengths = memory.data(16, 16);

function compressLong(block: usize, hashed: i32, last: i32): void {
  loadBlocks(block, block, block, block);
  v128.store(longLengths, i32x4.splat(hashed));
  compress(h4, block4, longLengths, last);
}
