/** A fast hash of a value, never 0: for counting and sampling inside one run, never for anything that leaves it. */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mixed(hash) | 1;
}

/** Spreads the bits of an integer (the finalizer of MurmurHash3, Appleby). */
export function mixed(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
