/** Filters around five random ones, some of them without a bit or with all of them, from a seed: many near each other, many far, some just at a limit. */
export function seededFilters(seed: number, count: number, words: number): bigint[][] {
  let state = BigInt(seed) + 1n;
  // SplitMix64 (Steele, Lea and Flood 2014)
  const random = (): bigint => {
    let z = (state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n));
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  };
  const below = (limit: number): number => Number(random() % BigInt(limit));
  // of another density each: as they are, thinned out, filled up
  const centres = [0, 1, 2, 3, 4].map((kind) => Array.from({ length: words }, () => (kind === 3 ? random() & random() : kind === 4 ? random() | random() : random())));
  return Array.from({ length: count }, () => {
    const kind = below(20);
    if (kind === 0) return Array.from({ length: words }, () => 0n);
    if (kind === 1) return Array.from({ length: words }, () => (1n << 64n) - 1n);
    const filter = [...centres[below(5)]!];
    const flips = below(words * 24);
    for (let flip = 0; flip < flips; flip++) filter[below(words)]! ^= 1n << BigInt(below(64));
    return filter;
  });
}
