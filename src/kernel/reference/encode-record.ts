import { type EncodingPlan, type FilterPart, MOST_CHARACTERS, type RecordEncoder, type RecordValues, SEPARATOR } from "../encoding-plan.ts";
import { cmac } from "./cmac.ts";

const utf8 = new TextEncoder();

/** The encoding in plain TypeScript, one PRF call at a time: what the WebAssembly twin is tested against, and the specification in code. */
export function referenceEncoder(plan: EncodingPlan): RecordEncoder {
  return (values, out, offset) => {
    let at = offset;
    plan.filters.forEach((filter) => {
      const anchor = messageOf(filter.anchor, values);
      const bits = new Uint8Array(filter.bits);
      for (const part of filter.parts) {
        const text = textOf(part, values);
        if (anchor !== undefined && text !== undefined) addGrams(bits, filter.hashes, part, text, (gram) => cmac(plan.key, anchored(part.tag, anchor, gram)));
      }
      const hardened = filter.diffusion ? filter.diffusion.map((indexes) => indexes.reduce((x, i) => x ^ bits[i]!, 0)) : [...bits];
      for (let half = 0; half < filter.bits / 32; half++) {
        let value = 0;
        for (let b = 0; b < 32; b++) value |= hardened[half * 32 + b]! << b;
        out[at++] = value >>> 0;
      }
    });
    plan.words.forEach((word) => {
      const message = messageOf(inByteOrder(word, values), values);
      if (message === undefined) {
        out[at++] = 0;
        out[at++] = 0;
        return;
      }
      const view = new DataView(prf(plan.key, word.tag, message).buffer);
      const low = view.getUint32(0, true);
      const high = view.getUint32(4, true);
      out[at++] = low === 0 && high === 0 ? 1 : low;
      out[at++] = high;
    });
  };
}

/** The word's values as they stand in its message. */
function inByteOrder({ values: list, unordered }: EncodingPlan["words"][number], values: RecordValues): readonly number[] {
  if (unordered === undefined) return list;
  const [one, other] = unordered.map((place) => list[place]!) as [number, number];
  if (Buffer.compare(Buffer.from(values[one] ?? ""), Buffer.from(values[other] ?? "")) <= 0) return list;
  return list.map((value) => (value === one ? other : value === other ? one : value));
}

/** Undefined when a value is missing. */
export function messageOf(list: readonly number[], values: RecordValues): Uint8Array | undefined {
  if (list.length === 0) return utf8.encode(SEPARATOR);
  if (list.some((index) => values[index] === undefined)) return undefined;
  return utf8.encode(list.map((index) => values[index]! + SEPARATOR).join(""));
}

function textOf({ value, padded }: FilterPart, values: RecordValues): string | undefined {
  if (values[value] === undefined) return undefined;
  const text = [...values[value]].slice(0, MOST_CHARACTERS).join("");
  return padded ? ` ${text} ` : text;
}

export function prf(key: Uint8Array, tag: Uint8Array, message: Uint8Array): Uint8Array {
  return cmac(key, Uint8Array.of(...tag, ...message));
}

/** An n-gram behind its anchor's message, which zeros fill up to a whole block. */
export function anchored(tag: Uint8Array, anchor: Uint8Array, gram: Uint8Array): Uint8Array {
  return Uint8Array.of(...tag, ...anchor, ...new Uint8Array(-anchor.length & 15), ...gram);
}

function addGrams(bits: Uint8Array, hashes: number, part: FilterPart, text: string, hash: (gram: Uint8Array) => Uint8Array): void {
  const codePoints = [...text];
  const count = Math.max(1, codePoints.length - part.gram + 1);
  const seen = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const text = codePoints.slice(i, i + part.gram).join("");
    const repeats = seen.get(text) ?? 0;
    seen.set(text, repeats + 1);
    const gram = utf8.encode(text);
    const message = part.positional ? Uint8Array.of(i + 1, ...gram) : repeats > 0 ? Uint8Array.of(...gram, repeats) : gram;
    for (const position of positions(hash(message), hashes, Math.log2(bits.length))) bits[position] = 1;
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
