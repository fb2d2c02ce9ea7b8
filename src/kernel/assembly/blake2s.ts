// BLAKE2s (RFC 7693), four independent messages at once: word i of the four lanes is one v128.
// Nearly every message is a single block: no n-gram is longer, and few anchors and keys are (prf.ts).

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

export const IV0: u32 = 0x6a09e667;
export const IV1: u32 = 0xbb67ae85;
export const IV2: u32 = 0x3c6ef372;
export const IV3: u32 = 0xa54ff53a;
export const IV4: u32 = 0x510e527f;
export const IV5: u32 = 0x9b05688c;
export const IV6: u32 = 0x1f83d9ab;
export const IV7: u32 = 0x5be0cd19;

/** Bytes in their order are rotations too, and a swizzle by a constant is one instruction where shifts are three. A shuffle is not: V8 makes two of it, or puts its mask together anew each time. */
// @ts-ignore: decorator
@inline
function rotate16(x: v128): v128 {
  return v128.swizzle(x, i8x16(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
}
// @ts-ignore: decorator
@inline
function rotate12(x: v128): v128 {
  return v128.or(v128.shr<u32>(x, 12), v128.shl<u32>(x, 20));
}
// @ts-ignore: decorator
@inline
function rotate8(x: v128): v128 {
  return v128.swizzle(x, i8x16(1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12));
}
// @ts-ignore: decorator
@inline
function rotate7(x: v128): v128 {
  return v128.or(v128.shr<u32>(x, 7), v128.shl<u32>(x, 25));
}

/**
 * The compression function F (RFC 7693 section 3.2) on four lanes.
 * `h`: 8 v128, read and replaced. `m`: the message, 16 v128. `t`: where the bytes so far of each lane are, below 2^32. `last`: all ones for a final block.
 *
 * Called, not inlined: one copy of it is compiled and fast soon, and a call is nothing beside it. The rounds are written out, each with the words of the schedule (section 2.7) in their places: 155 ns where a loop that looked them up
 * took 182. A second copy for n-grams, whose words but the first are zero, came to 140: a hundredth of `hash`, for as many lines again.
 */
export function compress(h: usize, m: usize, t: usize, last: i32): void {
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

  // round 0
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 0)); d0 = rotate16(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate12(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 32)); d1 = rotate16(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate12(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 64)); d2 = rotate16(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate12(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 96)); d3 = rotate16(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate12(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 16)); d0 = rotate8(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate7(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 48)); d1 = rotate8(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate7(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 80)); d2 = rotate8(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate7(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 112)); d3 = rotate8(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate7(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 128)); d3 = rotate16(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate12(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 160)); d0 = rotate16(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate12(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 192)); d1 = rotate16(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate12(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 224)); d2 = rotate16(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate12(v128.xor(b0, c1));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 144)); d3 = rotate8(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate7(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 176)); d0 = rotate8(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate7(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 208)); d1 = rotate8(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate7(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 240)); d2 = rotate8(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate7(v128.xor(b0, c1));
  // round 1
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 224)); d0 = rotate16(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate12(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 64)); d1 = rotate16(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate12(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 144)); d2 = rotate16(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate12(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 208)); d3 = rotate16(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate12(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 160)); d0 = rotate8(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate7(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 128)); d1 = rotate8(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate7(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 240)); d2 = rotate8(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate7(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 96)); d3 = rotate8(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate7(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 16)); d3 = rotate16(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate12(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 0)); d0 = rotate16(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate12(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 176)); d1 = rotate16(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate12(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 80)); d2 = rotate16(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate12(v128.xor(b0, c1));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 192)); d3 = rotate8(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate7(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 32)); d0 = rotate8(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate7(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 112)); d1 = rotate8(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate7(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 48)); d2 = rotate8(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate7(v128.xor(b0, c1));
  // round 2
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 176)); d0 = rotate16(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate12(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 192)); d1 = rotate16(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate12(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 80)); d2 = rotate16(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate12(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 240)); d3 = rotate16(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate12(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 128)); d0 = rotate8(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate7(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 0)); d1 = rotate8(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate7(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 32)); d2 = rotate8(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate7(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 208)); d3 = rotate8(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate7(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 160)); d3 = rotate16(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate12(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 48)); d0 = rotate16(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate12(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 112)); d1 = rotate16(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate12(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 144)); d2 = rotate16(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate12(v128.xor(b0, c1));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 224)); d3 = rotate8(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate7(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 96)); d0 = rotate8(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate7(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 16)); d1 = rotate8(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate7(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 64)); d2 = rotate8(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate7(v128.xor(b0, c1));
  // round 3
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 112)); d0 = rotate16(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate12(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 48)); d1 = rotate16(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate12(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 208)); d2 = rotate16(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate12(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 176)); d3 = rotate16(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate12(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 144)); d0 = rotate8(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate7(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 16)); d1 = rotate8(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate7(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 192)); d2 = rotate8(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate7(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 224)); d3 = rotate8(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate7(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 32)); d3 = rotate16(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate12(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 80)); d0 = rotate16(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate12(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 64)); d1 = rotate16(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate12(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 240)); d2 = rotate16(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate12(v128.xor(b0, c1));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 96)); d3 = rotate8(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate7(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 160)); d0 = rotate8(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate7(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 0)); d1 = rotate8(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate7(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 128)); d2 = rotate8(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate7(v128.xor(b0, c1));
  // round 4
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 144)); d0 = rotate16(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate12(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 80)); d1 = rotate16(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate12(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 32)); d2 = rotate16(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate12(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 160)); d3 = rotate16(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate12(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 0)); d0 = rotate8(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate7(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 112)); d1 = rotate8(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate7(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 64)); d2 = rotate8(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate7(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 240)); d3 = rotate8(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate7(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 224)); d3 = rotate16(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate12(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 176)); d0 = rotate16(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate12(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 96)); d1 = rotate16(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate12(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 48)); d2 = rotate16(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate12(v128.xor(b0, c1));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 16)); d3 = rotate8(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate7(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 192)); d0 = rotate8(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate7(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 128)); d1 = rotate8(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate7(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 208)); d2 = rotate8(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate7(v128.xor(b0, c1));
  // round 5
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 32)); d0 = rotate16(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate12(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 96)); d1 = rotate16(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate12(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 0)); d2 = rotate16(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate12(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 128)); d3 = rotate16(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate12(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 192)); d0 = rotate8(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate7(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 160)); d1 = rotate8(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate7(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 176)); d2 = rotate8(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate7(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 48)); d3 = rotate8(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate7(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 64)); d3 = rotate16(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate12(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 112)); d0 = rotate16(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate12(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 240)); d1 = rotate16(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate12(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 16)); d2 = rotate16(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate12(v128.xor(b0, c1));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 208)); d3 = rotate8(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate7(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 80)); d0 = rotate8(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate7(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 224)); d1 = rotate8(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate7(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 144)); d2 = rotate8(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate7(v128.xor(b0, c1));
  // round 6
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 192)); d0 = rotate16(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate12(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 16)); d1 = rotate16(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate12(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 224)); d2 = rotate16(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate12(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 64)); d3 = rotate16(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate12(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 80)); d0 = rotate8(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate7(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 240)); d1 = rotate8(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate7(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 208)); d2 = rotate8(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate7(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 160)); d3 = rotate8(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate7(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 0)); d3 = rotate16(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate12(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 96)); d0 = rotate16(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate12(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 144)); d1 = rotate16(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate12(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 128)); d2 = rotate16(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate12(v128.xor(b0, c1));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 112)); d3 = rotate8(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate7(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 48)); d0 = rotate8(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate7(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 32)); d1 = rotate8(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate7(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 176)); d2 = rotate8(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate7(v128.xor(b0, c1));
  // round 7
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 208)); d0 = rotate16(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate12(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 112)); d1 = rotate16(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate12(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 192)); d2 = rotate16(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate12(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 48)); d3 = rotate16(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate12(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 176)); d0 = rotate8(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate7(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 224)); d1 = rotate8(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate7(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 16)); d2 = rotate8(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate7(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 144)); d3 = rotate8(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate7(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 80)); d3 = rotate16(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate12(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 240)); d0 = rotate16(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate12(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 128)); d1 = rotate16(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate12(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 32)); d2 = rotate16(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate12(v128.xor(b0, c1));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 0)); d3 = rotate8(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate7(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 64)); d0 = rotate8(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate7(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 96)); d1 = rotate8(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate7(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 160)); d2 = rotate8(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate7(v128.xor(b0, c1));
  // round 8
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 96)); d0 = rotate16(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate12(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 224)); d1 = rotate16(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate12(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 176)); d2 = rotate16(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate12(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 0)); d3 = rotate16(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate12(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 240)); d0 = rotate8(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate7(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 144)); d1 = rotate8(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate7(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 48)); d2 = rotate8(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate7(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 128)); d3 = rotate8(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate7(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 192)); d3 = rotate16(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate12(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 208)); d0 = rotate16(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate12(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 16)); d1 = rotate16(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate12(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 160)); d2 = rotate16(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate12(v128.xor(b0, c1));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 32)); d3 = rotate8(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate7(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 112)); d0 = rotate8(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate7(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 64)); d1 = rotate8(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate7(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 80)); d2 = rotate8(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate7(v128.xor(b0, c1));
  // round 9
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 160)); d0 = rotate16(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate12(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 128)); d1 = rotate16(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate12(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 112)); d2 = rotate16(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate12(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 16)); d3 = rotate16(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate12(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b0), v128.load(m, 32)); d0 = rotate8(v128.xor(d0, a0)); c0 = i32x4.add(c0, d0); b0 = rotate7(v128.xor(b0, c0));
  a1 = i32x4.add(i32x4.add(a1, b1), v128.load(m, 64)); d1 = rotate8(v128.xor(d1, a1)); c1 = i32x4.add(c1, d1); b1 = rotate7(v128.xor(b1, c1));
  a2 = i32x4.add(i32x4.add(a2, b2), v128.load(m, 96)); d2 = rotate8(v128.xor(d2, a2)); c2 = i32x4.add(c2, d2); b2 = rotate7(v128.xor(b2, c2));
  a3 = i32x4.add(i32x4.add(a3, b3), v128.load(m, 80)); d3 = rotate8(v128.xor(d3, a3)); c3 = i32x4.add(c3, d3); b3 = rotate7(v128.xor(b3, c3));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 240)); d3 = rotate16(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate12(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 144)); d0 = rotate16(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate12(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 48)); d1 = rotate16(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate12(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 208)); d2 = rotate16(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate12(v128.xor(b0, c1));
  a0 = i32x4.add(i32x4.add(a0, b1), v128.load(m, 176)); d3 = rotate8(v128.xor(d3, a0)); c2 = i32x4.add(c2, d3); b1 = rotate7(v128.xor(b1, c2));
  a1 = i32x4.add(i32x4.add(a1, b2), v128.load(m, 224)); d0 = rotate8(v128.xor(d0, a1)); c3 = i32x4.add(c3, d0); b2 = rotate7(v128.xor(b2, c3));
  a2 = i32x4.add(i32x4.add(a2, b3), v128.load(m, 192)); d1 = rotate8(v128.xor(d1, a2)); c0 = i32x4.add(c0, d1); b3 = rotate7(v128.xor(b3, c0));
  a3 = i32x4.add(i32x4.add(a3, b0), v128.load(m, 0)); d2 = rotate8(v128.xor(d2, a3)); c1 = i32x4.add(c1, d2); b0 = rotate7(v128.xor(b0, c1));

  v128.store(h, v128.xor(h0, v128.xor(a0, c0)));
  v128.store(h, v128.xor(h1, v128.xor(a1, c1)), 16);
  v128.store(h, v128.xor(h2, v128.xor(a2, c2)), 32);
  v128.store(h, v128.xor(h3, v128.xor(a3, c3)), 48);
  v128.store(h, v128.xor(h4, v128.xor(b0, d0)), 64);
  v128.store(h, v128.xor(h5, v128.xor(b1, d1)), 80);
  v128.store(h, v128.xor(h6, v128.xor(b2, d2)), 96);
  v128.store(h, v128.xor(h7, v128.xor(b3, d3)), 112);
}
