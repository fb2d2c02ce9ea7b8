/** Turns counts into where each begins; returns their sum. */
export function startsOf(counts: usize, size: u32): u32 {
  let sum: u32 = 0;
  for (const end = counts + (<usize>size << 2); counts < end; counts += 4) {
    const n = load<u32>(counts);
    store<u32>(counts, sum);
    sum += n;
  }
  return sum;
}
