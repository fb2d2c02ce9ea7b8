/** A stream of numbers in [0, 1), the same for the same seed on every machine: for samples and invented data, never for secrets. */
export type Random = () => number;

/** A stream for a word. */
export function random(seed: string): Random {
  return randomAt(seedOf(seed), 0x243f6a88);
}

/** A word as a 32-bit seed (FNV-1a). */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The stream with a number, under a seed: sfc32 (Doty-Humphrey, PractRand). Streams of different numbers are independent, so things can be drawn in any order. */
export function randomAt(seed: number, stream: number): Random {
  let a = seed | 0;
  let b = 0x9e3779b9 | 0;
  let c = stream | 0;
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}
