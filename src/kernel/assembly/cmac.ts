// AES-256-CMAC (kernel/cmac.ts) of many messages at once. Their blocks are laid one after the other, and the host encrypts them in place: first all first blocks, then the second ones of the messages that have one, and so on.
// The host writes values into memory once; messages are put together from them here, because strings glued and copied in JavaScript cost more than the hashing.

/** AES of so many bytes, whole blocks, in their places. */
// @ts-ignore: decorator
@external("env", "encrypt")
export declare function encrypt(at: usize, bytes: usize): void;

export const BLOCK: usize = 16;

// A *value* is two u32: where its UTF-8 form lies, with the separator and at least 16 more bytes of any kind behind it, and its bytes with the separator (0 = missing).
// A *job* is one message: 16 bytes of state after its tag, u32 list of values (where the first record's lie), u32 how many, u32 endings, u32 unused. The message is every value of the list followed by a separator; an empty list is the separator alone.
// *Endings*: for each number of bytes in a last block, that is at its place modulo 16, the mask of these and what is XORed to them then: a bit behind them and CMAC's sub-key, or nothing where n-grams follow.
export const JOB: usize = 32;
const SEPARATOR: u8 = 0x1f;

// Messages that go on, 12 bytes each: u32 where the state is, u32 the next block, u32 their end.
const LONGER: usize = 12;
let longer: usize = 0;
let longerEnd: usize = 0;
let room: usize = 0;

/** Begins with messages of other records. `scratch`: for what is longer than a block; `list`: 12 bytes for each message. */
export function beginMessages(scratch: usize, list: usize): void {
  room = scratch;
  longer = longerEnd = list;
}

/** Lays the first block of a job's message for a record whose values lie `shift` bytes behind the first's, XORed with the state so far; false when a value is missing. Copies 16 bytes at a time; what is written too far is overwritten by what follows. */
export function layMessage(job: usize, shift: usize, state: usize): bool {
  const list = <usize>load<u32>(job, 16);
  const length = <usize>load<u32>(job, 20);
  let at = room;
  if (length == 0) store<u8>(at++, SEPARATOR);
  for (let i: usize = 0; i < length; i++) {
    const value = <usize>load<u32>(list + (i << 2)) + shift;
    const end = at + <usize>load<u32>(value, 4);
    if (end == at) return false;
    const offset = <usize>load<u32>(value) - at;
    for (; at < end; at += BLOCK) v128.store(at, v128.load(at + offset));
    at = end;
  }
  const last = room + ((at - room - 1) & ~15);
  const ending = <usize>load<u32>(job, 24) + (((at - room) & 15) << 5);
  v128.store(last, v128.xor(v128.and(v128.load(last), v128.load(ending)), v128.load(ending, 16)));
  v128.store(state, v128.xor(v128.load(room), v128.load(job)));
  if (last == room) return true;
  store<u32>(longerEnd, <u32>state);
  store<u32>(longerEnd, <u32>(room + BLOCK), 4);
  store<u32>(longerEnd, <u32>(room = last + BLOCK), 8);
  longerEnd += LONGER;
  return true;
}

/** Encrypts the messages whose first blocks are laid from `states` to `end`: then their outputs are there. `chains`: scratch, 16 bytes for each that goes on. */
export function encryptMessages(states: usize, end: usize, chains: usize): void {
  encrypt(states, end - states);
  while (longerEnd > longer) {
    let chain = chains;
    for (let message = longer; message < longerEnd; message += LONGER, chain += BLOCK) v128.store(chain, v128.xor(v128.load(<usize>load<u32>(message)), v128.load(<usize>load<u32>(message, 4))));
    encrypt(chains, chain - chains);
    const stop = longerEnd;
    longerEnd = longer;
    chain = chains;
    for (let message = longer; message < stop; message += LONGER, chain += BLOCK) {
      const state = load<u32>(message);
      const next = load<u32>(message, 4) + <u32>BLOCK;
      const messageEnd = load<u32>(message, 8);
      v128.store(<usize>state, v128.load(chain));
      if (next == messageEnd) continue;
      store<u32>(longerEnd, state);
      store<u32>(longerEnd, next, 4);
      store<u32>(longerEnd, messageEnd, 8);
      longerEnd += LONGER;
    }
  }
}
