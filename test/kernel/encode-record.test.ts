import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEncoder } from "../../src/kernel/encode-record.ts";
import { type EncodingPlan, type FilterPlan, type RecordInput, encodedLength } from "../../src/kernel/encoding-plan.ts";
import { positions, prf, referenceEncoder } from "../../src/kernel/reference/encode-record.ts";
import { random } from "../../src/random.ts";

const keyOf = (seed: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => (seed * 31 + i * 7) & 255);

function planOf(seed: number, { filters = 3, words = 5, diffusion = true }: { filters?: number; words?: number; diffusion?: boolean } = {}): EncodingPlan {
  const next = random(`plan ${seed}`);
  return {
    filters: Array.from({ length: filters }, (_, f): FilterPlan => {
      const bits = f === 1 ? 1024 : 512;
      const parts = Array.from({ length: f === 1 ? 3 : 1 }, (_, p) => ({ key: keyOf(seed + f * 10 + p), hashes: 3 + f * 4, gram: p === 1 ? 1 : 2, positional: p === 1 }));
      return { bits, parts, ...(diffusion ? { diffusion: Array.from({ length: bits }, () => Uint16Array.from({ length: 7 }, () => Math.floor(next() * bits))) } : {}) };
    }),
    words: Array.from({ length: words }, (_, w) => keyOf(seed + 100 + w)),
  };
}

const encode = (plan: EncodingPlan, encoder: typeof createEncoder, input: RecordInput): number[] => {
  const out = new Uint32Array(encodedLength(plan) + 3);
  encoder(plan)(input, out, 3);
  return [...out];
};

describe("keyed BLAKE2s", () => {
  // the reference implementation's known answers (key 00..1f, input 00, 01, ...), beside RFC 7693
  const key = hexToBytes("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  const answers = ["40d15fee7c328830166ac3f918650f807e7e01e177258cdc0a39b11f598066f1", "6bb71300644cd3991b26ccd4d274acd1adeab8b1d7914546c1198bbe9fc9d803"];

  it.each([1, 2])("gives the published answer for %i bytes", (length) => {
    expect(bytesToHex(prf(key, Uint8Array.from({ length }, (_, i) => i)))).toBe(answers[length - 1]);
  });

  it("gives the same through the WebAssembly kernel", () => {
    const plan: EncodingPlan = { filters: [], words: [key, key] };
    const out = encode(plan, createEncoder, { anchors: [], texts: [], messages: ["\u0000", "\u0000\u0001"] });
    const words = new Uint8Array(Uint32Array.from(out.slice(3)).buffer);
    expect(bytesToHex(words.subarray(0, 8))).toBe(answers[0]!.slice(0, 16));
    expect(bytesToHex(words.subarray(8, 16))).toBe(answers[1]!.slice(0, 16));
  });

  it("has HKDF-SHA-256 as RFC 5869 test case 1 beneath it", () => {
    const okm = hkdf(sha256, new Uint8Array(22).fill(0x0b), hexToBytes("000102030405060708090a0b0c"), hexToBytes("f0f1f2f3f4f5f6f7f8f9"), 42);
    expect(bytesToHex(okm)).toBe("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  });
});

describe("positions", () => {
  it("are consecutive slices of the output read as a little-endian integer", () => {
    const output = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
    const bits = [...output].flatMap((byte) => Array.from({ length: 8 }, (_, b) => (byte >> b) & 1));
    const expected = Array.from({ length: 28 }, (_, j) => bits.slice(j * 9, j * 9 + 9).reduce((value, bit, i) => value + bit * 2 ** i, 0));
    expect(positions(output, 28, 9)).toEqual(expected);
  });
});

describe("the WebAssembly encoder", () => {
  const text = fc.string({ unit: fc.constantFrom(..."ABCEIO '-09éß漢😀"), minLength: 1, maxLength: 30 });
  const maybe = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string | undefined> => fc.option(arbitrary, { nil: undefined, freq: 6 });

  it("equals the reference on random records", () => {
    const plan = planOf(1);
    const wasm = createEncoder(plan);
    const reference = referenceEncoder(plan);
    fc.assert(
      fc.property(
        fc.tuple(...plan.filters.map(() => maybe(text))),
        fc.tuple(...plan.filters.map((filter) => fc.tuple(...filter.parts.map(() => maybe(text.map((t) => ` ${t} `)))))),
        fc.tuple(...plan.words.map(() => maybe(fc.oneof({ weight: 5, arbitrary: text }, { weight: 1, arbitrary: fc.string({ minLength: 40, maxLength: 150 }) })))),
        (anchors, texts, messages) => {
          const input: RecordInput = { anchors, texts, messages };
          const a = new Uint32Array(encodedLength(plan));
          const b = new Uint32Array(encodedLength(plan));
          wasm(input, a, 0);
          reference(input, b, 0);
          expect(a).toEqual(b);
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });

  it.each([1, 2, 3, 4, 5, 8, 9])("equals the reference for a text of %i grams (four lanes at a time)", (grams) => {
    const plan = planOf(2, { filters: 1, words: 1, diffusion: false });
    const input: RecordInput = { anchors: ["19800101\u001f"], texts: [["ABCDEFGHIJK".slice(0, grams + 1)]], messages: ["x"] };
    expect(encode(plan, createEncoder, input)).toEqual(encode(plan, referenceEncoder, input));
  });

  it.each([62, 63, 64, 65, 127, 128, 129])("equals the reference for messages of %i bytes (block edges)", (length) => {
    const plan = planOf(3, { filters: 1, words: 1 });
    const input: RecordInput = { anchors: ["y".repeat(length)], texts: [[" AB "]], messages: ["x".repeat(length)] };
    expect(encode(plan, createEncoder, input)).toEqual(encode(plan, referenceEncoder, input));
  });

  it("tells texts with the same set of grams apart", () => {
    const plan = planOf(4, { filters: 1, words: 0 });
    const of = (name: string): number[] => encode(plan, createEncoder, { anchors: ["\u001f"], texts: [[` ${name} `]], messages: [] });
    expect(of("MOREE")).not.toEqual(of("MOREEE"));
  });

  it("writes zeros, and only zeros, for what is missing", () => {
    const plan = planOf(5);
    const nothing: RecordInput = { anchors: plan.filters.map(() => undefined), texts: plan.filters.map((filter) => filter.parts.map(() => undefined)), messages: plan.words.map(() => undefined) };
    const out = new Uint32Array(encodedLength(plan)).fill(0xffffffff);
    createEncoder(plan)(nothing, out, 0);
    expect(out.every((half) => half === 0)).toBe(true);
  });
});
