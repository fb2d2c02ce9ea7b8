// BLAKE2s (RFC 7693), four independent messages at once: word i of the four lanes is one v128.
// Every message is a single block. Longer ones are rare (an anchor of many long names) and the host
// hashes them with the reference; no field or n-gram is longer.

/** Four vectors of four words to the four vectors of their first, second, third and fourth words, stored `stride` bytes apart. */
// @ts-ignore: decorator
@inline
export function transpose(r0: v128, r1: v128, r2: v128, r3: v128, to: usize, stride: usize): void {
  const low01 = v128.shuffle<u32>(r0, r1, 0, 4, 1, 5);
  const low23 = v128.shuffle<u32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<u32>(r0, r1, 2, 6, 3, 7);
  const high23 = v128.shuffle<u32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<u64>(low01, low23, 0, 2));
  v128.store(to + stride, v128.shuffle<u64>(low01, low23, 1, 3));
  v128.store(to + 2 * stride, v128.shuffle<u64>(high01, high23, 0, 2));
  v128.store(to + 3 * stride, v128.shuffle<u64>(high01, high23, 1, 3));
}

/** Message schedule, RFC 7693 section 2.7, as offsets of words of 16 bytes: 0xa0 is word 10. Written out round by round the code is ten times as long and a tenth faster, which is a thirtieth of `hash`. */
const SIGMA = memory.data<u8>([
  0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80, 0x90, 0xa0, 0xb0, 0xc0, 0xd0, 0xe0, 0xf0,
  0xe0, 0xa0, 0x40, 0x80, 0x90, 0xf0, 0xd0, 0x60, 0x10, 0xc0, 0x00, 0x20, 0xb0, 0x70, 0x50, 0x30,
  0xb0, 0x80, 0xc0, 0x00, 0x50, 0x20, 0xf0, 0xd0, 0xa0, 0xe0, 0x30, 0x60, 0x70, 0x10, 0x90, 0x40,
  0x70, 0x90, 0x30, 0x10, 0xd0, 0xc0, 0xb0, 0xe0, 0x20, 0x60, 0x50, 0xa0, 0x40, 0x00, 0xf0, 0x80,
  0x90, 0x00, 0x50, 0x70, 0x20, 0x40, 0xa0, 0xf0, 0xe0, 0x10, 0xb0, 0xc0, 0x60, 0x80, 0x30, 0xd0,
  0x20, 0xc0, 0x60, 0xa0, 0x00, 0xb0, 0x80, 0x30, 0x40, 0xd0, 0x70, 0x50, 0xf0, 0xe0, 0x10, 0x90,
  0xc0, 0x50, 0x10, 0xf0, 0xe0, 0xd0, 0x40, 0xa0, 0x00, 0x70, 0x60, 0x30, 0x90, 0x20, 0x80, 0xb0,
  0xd0, 0xb0, 0x70, 0xe0, 0xc0, 0x10, 0x30, 0x90, 0x50, 0x00, 0xf0, 0x40, 0x80, 0x60, 0x20, 0xa0,
  0x60, 0xf0, 0xe0, 0x90, 0xb0, 0x30, 0x00, 0x80, 0xc0, 0x20, 0xd0, 0x70, 0x10, 0x40, 0xa0, 0x50,
  0xa0, 0x20, 0x80, 0x40, 0x70, 0x60, 0x10, 0x50, 0xf0, 0xb0, 0x90, 0xe0, 0x30, 0xc0, 0xd0, 0x00,
]);

export const IV0: u32 = 0x6a09e667;
export const IV1: u32 = 0xbb67ae85;
export const IV2: u32 = 0x3c6ef372;
export const IV3: u32 = 0xa54ff53a;
export const IV4: u32 = 0x510e527f;
export const IV5: u32 = 0x9b05688c;
export const IV6: u32 = 0x1f83d9ab;
export const IV7: u32 = 0x5be0cd19;

// @ts-ignore: decorator
@inline
function rotate16(x: v128): v128 {
  return v128.shuffle<u8>(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}
// @ts-ignore: decorator
@inline
function rotate12(x: v128): v128 {
  return v128.or(v128.shr<u32>(x, 12), v128.shl<u32>(x, 20));
}
// @ts-ignore: decorator
@inline
function rotate8(x: v128): v128 {
  // not a shuffle of bytes: V8 puts its mask together anew each time, and this takes an eighth less
  return v128.or(v128.shr<u32>(x, 8), v128.shl<u32>(x, 24));
}
// @ts-ignore: decorator
@inline
function rotate7(x: v128): v128 {
  return v128.or(v128.shr<u32>(x, 7), v128.shl<u32>(x, 25));
}
// @ts-ignore: decorator
@inline
function word(message: usize, sigma: usize, i: usize): v128 {
  return v128.load(message + <usize>load<u8>(sigma + i));
}

/**
 * The compression function F (RFC 7693 section 3.2) on four lanes.
 * `h`: 8 v128, read and replaced. `message`: 16 v128. `t`: where the bytes so far of each lane are, below 2^32. `last`: all ones for a final block.
 * Called, not inlined: one copy of it is compiled and fast soon, and a call is nothing beside it.
 */
export function compress(h: usize, message: usize, t: usize, last: i32): void {
  const h0 = v128.load(h);
  const h1 = v128.load(h, 16);
  const h2 = v128.load(h, 32);
  const h3 = v128.load(h, 48);
  const h4 = v128.load(h, 64);
  const h5 = v128.load(h, 80);
  const h6 = v128.load(h, 96);
  const h7 = v128.load(h, 112);
  let a0 = h0, a1 = h1, a2 = h2, a3 = h3;
  let b0 = h4, b1 = h5, b2 = h6, b3 = h7;
  let c0 = i32x4.splat(IV0), c1 = i32x4.splat(IV1), c2 = i32x4.splat(IV2), c3 = i32x4.splat(IV3);
  let d0 = v128.xor(i32x4.splat(IV4), v128.load(t)), d1 = i32x4.splat(IV5), d2 = v128.xor(i32x4.splat(IV6), i32x4.splat(last)), d3 = i32x4.splat(IV7);

  for (let s = SIGMA; s < SIGMA + 160; s += 16) {
    // columns
    a0 = i32x4.add(i32x4.add(a0, b0), word(message, s, 0)); d0 = rotate16(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate12(v128.xor(b0, c0));
    a1 = i32x4.add(i32x4.add(a1, b1), word(message, s, 2)); d1 = rotate16(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate12(v128.xor(b1, c1));
    a2 = i32x4.add(i32x4.add(a2, b2), word(message, s, 4)); d2 = rotate16(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate12(v128.xor(b2, c2));
    a3 = i32x4.add(i32x4.add(a3, b3), word(message, s, 6)); d3 = rotate16(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate12(v128.xor(b3, c3));
    a0 = i32x4.add(i32x4.add(a0, b0), word(message, s, 1)); d0 = rotate8(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate7(v128.xor(b0, c0));
    a1 = i32x4.add(i32x4.add(a1, b1), word(message, s, 3)); d1 = rotate8(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate7(v128.xor(b1, c1));
    a2 = i32x4.add(i32x4.add(a2, b2), word(message, s, 5)); d2 = rotate8(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate7(v128.xor(b2, c2));
    a3 = i32x4.add(i32x4.add(a3, b3), word(message, s, 7)); d3 = rotate8(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate7(v128.xor(b3, c3));
    // diagonals
    a0 = i32x4.add(i32x4.add(a0, b1), word(message, s, 8)); d3 = rotate16(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate12(v128.xor(b1, c2));
    a1 = i32x4.add(i32x4.add(a1, b2), word(message, s, 10)); d0 = rotate16(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate12(v128.xor(b2, c3));
    a2 = i32x4.add(i32x4.add(a2, b3), word(message, s, 12)); d1 = rotate16(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate12(v128.xor(b3, c0));
    a3 = i32x4.add(i32x4.add(a3, b0), word(message, s, 14)); d2 = rotate16(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate12(v128.xor(b0, c1));
    a0 = i32x4.add(i32x4.add(a0, b1), word(message, s, 9)); d3 = rotate8(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate7(v128.xor(b1, c2));
    a1 = i32x4.add(i32x4.add(a1, b2), word(message, s, 11)); d0 = rotate8(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate7(v128.xor(b2, c3));
    a2 = i32x4.add(i32x4.add(a2, b3), word(message, s, 13)); d1 = rotate8(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate7(v128.xor(b3, c0));
    a3 = i32x4.add(i32x4.add(a3, b0), word(message, s, 15)); d2 = rotate8(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate7(v128.xor(b0, c1));
  }

  v128.store(h, v128.xor(h0, v128.xor(a0, c0)));
  v128.store(h, v128.xor(h1, v128.xor(a1, c1)), 16);
  v128.store(h, v128.xor(h2, v128.xor(a2, c2)), 32);
  v128.store(h, v128.xor(h3, v128.xor(a3, c3)), 48);
  v128.store(h, v128.xor(h4, v128.xor(b0, d0)), 64);
  v128.store(h, v128.xor(h5, v128.xor(b1, d1)), 80);
  v128.store(h, v128.xor(h6, v128.xor(b2, d2)), 96);
  v128.store(h, v128.xor(h7, v128.xor(b3, d3)), 112);
}
