import { blake2s } from "@noble/hashes/blake2.js";
import type { EncodingPlan, FilterPart, RecordEncoder } from "../encoding-plan.ts";

const utf8 = new TextEncoder();

/** The encoding in plain TypeScript, one PRF call at a time: what the WebAssembly twin is tested against, and the specification in code. */
export function referenceEncoder(plan: EncodingPlan): RecordEncoder {
  return ({ anchors, texts, messages }, out, offset) => {
    let at = offset;
    plan.filters.forEach((filter, f) => {
      const anchor = anchors[f];
      const present = anchor !== undefined && texts[f]!.some((text) => text !== undefined);
      const bits = new Uint8Array(filter.bits);
      if (present) {
        filter.parts.forEach((part, p) => {
          const text = texts[f]![p];
          if (text !== undefined) addGrams(bits, part, prf(part.key, utf8.encode(anchor)), text);
        });
      }
      const hardened = filter.diffusion ? filter.diffusion.map((indexes) => indexes.reduce((x, i) => x ^ bits[i]!, 0)) : [...bits];
      for (let half = 0; half < filter.bits / 32; half++) {
        let value = 0;
        for (let b = 0; b < 32; b++) value |= hardened[half * 32 + b]! << b;
        out[at++] = value >>> 0;
      }
    });
    plan.words.forEach((key, w) => {
      const message = messages[w];
      if (message === undefined) {
        out[at++] = 0;
        out[at++] = 0;
        return;
      }
      const view = new DataView(prf(key, utf8.encode(message)).buffer);
      const low = view.getUint32(0, true);
      const high = view.getUint32(4, true);
      out[at++] = low === 0 && high === 0 ? 1 : low;
      out[at++] = high;
    });
  };
}

export function prf(key: Uint8Array, message: Uint8Array): Uint8Array {
  return blake2s(message, { key, dkLen: 32 });
}

function addGrams(bits: Uint8Array, part: FilterPart, key: Uint8Array, text: string): void {
  const codePoints = [...text];
  const count = Math.max(1, codePoints.length - part.gram + 1);
  const seen = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const text = codePoints.slice(i, i + part.gram).join("");
    const repeats = seen.get(text) ?? 0;
    seen.set(text, repeats + 1);
    const gram = utf8.encode(text);
    const message = part.positional ? Uint8Array.of(i + 1, ...gram) : repeats > 0 ? Uint8Array.of(...gram, repeats) : gram;
    for (const position of positions(prf(key, message), part.hashes, Math.log2(bits.length))) bits[position] = 1;
  }
}

/** Position j is bits [j*width, (j+1)*width) of the output read as one little-endian integer. */
export function positions(output: Uint8Array, hashes: number, width: number): number[] {
  return Array.from({ length: hashes }, (_, j) => {
    let position = 0;
    for (let b = 0; b < width; b++) position |= ((output[(j * width + b) >> 3]! >> ((j * width + b) & 7)) & 1) << b;
    return position;
  });
}
