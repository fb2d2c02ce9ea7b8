import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEncoder, encodeTogether } from "../../src/kernel/encode-record.ts";
import { type EncodingPlan, type FilterPlan, type RecordValues, encodedLength } from "../../src/kernel/encoding-plan.ts";
import { numberHashes } from "../../src/kernel/number-hashes.ts";
import { nullMask, sampleRank, signOf } from "../../src/kernel/reference/notes.ts";
import { cmac } from "../../src/kernel/reference/cmac.ts";
import { positions, prf, referenceEncoder } from "../../src/kernel/reference/encode-record.ts";
import { SliceEncoder } from "../../src/kernel/slice-encoder.ts";
import { hamming } from "../../src/filter-bits.ts";
import { random } from "../../src/random.ts";

const tagOf = (seed: number): Uint8Array => Uint8Array.from({ length: 16 }, (_, i) => (seed * 31 + i * 7) & 255);

/** Values 0..2 are anchors, 3..7 texts, the words take 1..3 of them all. */
const VALUES = 8;

function planOf(seed: number, { filters = 3, words = 5, diffusion = true }: { filters?: number; words?: number; diffusion?: boolean } = {}): EncodingPlan {
  const next = random(`plan ${seed}`);
  let text = 3;
  return {
    key: Uint8Array.from({ length: 32 }, (_, i) => (seed * 17 + i * 5) & 255),
    filters: Array.from({ length: filters }, (_, f): FilterPlan => {
      const bits = f === 1 ? 1024 : 512;
      const parts = Array.from({ length: f === 1 ? 3 : 1 }, (_, p) => ({ tag: tagOf(seed + f * 10 + p), value: text++, padded: p !== 2, gram: p === 1 ? 1 : 2, positional: p === 1 }));
      return { bits, hashes: 3 + f * 4, anchor: f === 2 ? [] : [f, 2].slice(0, f + 1), parts, ...(diffusion ? { diffusion: Array.from({ length: bits }, () => Uint16Array.from({ length: 7 }, () => Math.floor(next() * bits))) } : {}) };
    }),
    words: Array.from({ length: words }, (_, w) => ({ tag: tagOf(seed + 100 + w), values: [w, w + 3, 1].slice(0, w % 4), ...(w % 4 > 1 ? { unordered: [0, w % 4 === 2 ? 1 : 2] as const } : {}) })),
  };
}

const encode = (plan: EncodingPlan, encoder: typeof createEncoder, values: RecordValues): number[] => {
  const out = new Uint32Array(encodedLength(plan) + 3);
  encoder(plan)(values, out, 3);
  return [...out];
};

describe("AES-256-CMAC", () => {
  // the examples of NIST SP 800-38B, appendix D.3: the first bytes of one message
  const key = hexToBytes("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
  const message = hexToBytes("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");

  it.each([
    [0, "028962f61b7bf89efc6b551f4667d983"],
    [16, "28a7023f452e8f82bd4bf28d8c37c35c"],
    [40, "aaf3d8f1de5640c232f5b169b9c911e6"],
    [64, "e1992190549f6ed5696a2c056c315410"],
  ])("gives the published answer for %i bytes", (length, answer) => {
    expect(bytesToHex(cmac(key, message.subarray(0, length)))).toBe(answer);
  });

  it.each([1, 3, 4, 5, 1024])("hashes %i numbers as one by one", (count) => {
    const hashes = numberHashes(key, tagOf(9), count, 0x01020304);
    expect(hashes.length).toBe(count * 16);
    for (const number of new Set([0, count >> 1, count - 1])) expect(bytesToHex(hashes.subarray(number * 16, number * 16 + 16))).toBe(bytesToHex(prf(key, tagOf(9), new Uint8Array(Uint32Array.of(number, 0x01020304).buffer))));
  });

  it("has HKDF-SHA-256 as RFC 5869 test case 1 beneath it", () => {
    const okm = hkdf(sha256, new Uint8Array(22).fill(0x0b), hexToBytes("000102030405060708090a0b0c"), hexToBytes("f0f1f2f3f4f5f6f7f8f9"), 42);
    expect(bytesToHex(okm)).toBe("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  });
});

describe("positions", () => {
  it("are consecutive slices of the output read as a little-endian integer", () => {
    const output = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
    const bits = [...output].flatMap((byte) => Array.from({ length: 8 }, (_, b) => (byte >> b) & 1));
    const expected = Array.from({ length: 14 }, (_, j) => bits.slice(j * 9, j * 9 + 9).reduce((value, bit, i) => value + bit * 2 ** i, 0));
    expect(positions(output, 14, 9)).toEqual(expected);
  });
});

describe("the WebAssembly encoder", () => {
  const text = fc.string({ unit: fc.constantFrom(..."ABCEIO '-09éß漢😀"), minLength: 1, maxLength: 30 });
  const maybe = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string | undefined> => fc.option(arbitrary, { nil: undefined, freq: 6 });

  it("encodes records together as one by one, more than there is room for at once too, and tells how far their filters are apart", () => {
    const plan = planOf(5);
    const width = encodedLength(plan);
    const next = random("together");
    // values of up to 25 kB: a hundred records of them are more than a batch
    const records = Array.from({ length: 100 }, () => Array.from({ length: VALUES }, () => (next() < 0.1 ? undefined : "SALT".repeat(Math.floor(6000 * next() ** 4)) + String(Math.floor(next() * 3)))));
    const one = createEncoder(plan);
    const expected = new Uint32Array(records.length * width);
    records.forEach((values, i) => one(values, expected, i * width));
    const together = encodeTogether(plan, records);
    expect([...together.rows()]).toEqual([...expected]);
    const apart = new Uint16Array(records.length);
    let offset = 0;
    for (const { bits } of plan.filters) {
      for (const row of [0, 1, 2, 50, 99]) {
        together.distances(row, offset, bits, apart);
        expect([...apart.subarray(0, row)]).toEqual(Array.from({ length: row }, (_, other) => hamming(expected, row * width + offset, other * width + offset, bits / 32)));
      }
      offset += bits / 32;
    }
  });

  it("equals the reference on random records, long values too", () => {
    const plan = planOf(1);
    const wasm = createEncoder(plan);
    const reference = referenceEncoder(plan);
    const long = fc.string({ unit: fc.constantFrom(..."ABé漢😀"), minLength: 40, maxLength: 600 });
    fc.assert(
      fc.property(fc.tuple(...Array.from({ length: VALUES }, () => maybe(fc.oneof({ weight: 8, arbitrary: text }, { weight: 1, arbitrary: long })))), (values) => {
        const a = new Uint32Array(encodedLength(plan));
        const b = new Uint32Array(encodedLength(plan));
        wasm(values, a, 0);
        reference(values, b, 0);
        expect(a).toEqual(b);
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it("gives the same for values that come again with their cells, batch after batch, until its room is full and after it forgot", () => {
    const plan = planOf(6);
    const groups = [
      { values: [0, 3], columns: [1], keptCells: 20 },
      { values: [1], columns: [0, 2], keptCells: 1000 },
      { values: [2, 4, 5, 6, 7], columns: [3], keptCells: 0 },
    ];
    const encoder = new SliceEncoder(plan, groups, 6000);
    const told = { showsAtoms: true, filters: [{ anchor: [1], texts: [3], bit: 8 }, { anchor: [], texts: [3, 7, 5], bit: 31 }, { anchor: [0, 2], texts: [4], bit: 40 }], counted: [3, 2], sampleBelow: 0.4 };
    encoder.tell(told);
    const reference = referenceEncoder(plan);
    const next = random("cells");
    const word = (): string => Array.from({ length: Math.floor(next() * 12) }, () => [..."ABCé漢😀 "][Math.floor(next() * 7)]!).join("");
    const pool = Array.from({ length: 60 }, word);
    const width = encodedLength(plan) + 2;
    let [kept, full] = [0, 0];
    for (let slice = 0; slice < 8; slice++) {
      const records = Array.from({ length: 40 }, () => Array.from({ length: 4 }, () => pool[Math.floor(next() * next() * pool.length)]!));
      const texts = records.flat().map((cell) => Buffer.from(cell));
      const bounds = new Int32Array(texts.length * 2);
      let end = 3; // what is before the first cell and between cells is none of them
      texts.forEach((text, i) => {
        bounds[i * 2] = end;
        bounds[i * 2 + 1] = end + text.length;
        end += text.length + (i % 3);
      });
      const bytes = Buffer.alloc(end, "A");
      texts.forEach((text, i) => text.copy(bytes, bounds[i * 2]));
      const places = Uint32Array.from(records, (_, i) => (i * 7) % 40);
      encoder.load({ bytes, bounds }, Uint32Array.from(records, (_, i) => i * 8), places, width);
      /** What cells come to, the same whenever they come: some values are missing, some longer than a block or than what a text takes. */
      const valuesOf = (group: number, cells: readonly string[]): (string | undefined)[] => {
        const text = groups[group]!.columns.map((column) => cells[column]).join("|");
        return groups[group]!.values.map((value) => (value % 2 === 1 && text.length % 5 === 0 ? undefined : `${value}${text}`.repeat(text.length === 7 ? 40 : 1)));
      };
      /** Some fields have a problem by the length of what is in them. */
      const notesOf = (group: number, cells: readonly string[]): number[] => {
        const values = valuesOf(group, cells);
        const hashes = values.map((value) => (value === undefined ? 0 : value.length + 1));
        const missing = groups[group]!.values.reduce((mask, value, v) => mask | (values[v] === undefined ? 1 << value : 0), 0);
        return [missing, 0, values[0] === undefined ? 0 : values[0].length % 3, hashes.reduce((content, hash) => content * 31 + hash, group), ...hashes];
      };
      const sampled: { record: number; rank: number }[] = [];
      encoder.tallies(3).fill(0);
      for (let from = 0; from < 40; ) {
        encoder.begin(from);
        let to = Math.min(40, from + 13);
        const refused: number[] = [];
        for (let group = 0; group < 3; group++) {
          for (let i = from; (i = encoder.find(group, i, to)) < to; i++) {
            kept++;
            if (encoder.keep(group, i, valuesOf(group, records[i]!), notesOf(group, records[i]!))) continue;
            full++;
            refused.push(group);
            to = i;
          }
        }
        expect(to).toBeGreaterThan(from);
        encoder.encode(from, to, 2);
        for (const record of [from, to - 1]) groups.forEach((group, g) => expect(group.values.map((value) => encoder.values(record)[value])).toEqual(valuesOf(g, records[record]!)));
        sampled.push(...encoder.note(from, to, 0));
        for (const group of refused) encoder.forget(group);
        from = to;
      }
      records.forEach((cells, i) => {
        const values: (string | undefined)[] = [];
        groups.forEach((group, g) => valuesOf(g, cells).forEach((value, v) => (values[group.values[v]!] = value)));
        const expected = new Uint32Array(width - 2);
        reference(values, expected, 0);
        const row = encoder.rows().slice(places[i]! * width, (places[i]! + 1) * width);
        expect(row.subarray(2)).toEqual(expected);
        const notes = groups.map((_, g) => notesOf(g, cells));
        const mask = nullMask(notes.map(([missing, , problem, content]) => ({ missing: BigInt(missing!), problem: problem!, content: content! })), told.showsAtoms, told.filters);
        expect([...row.subarray(0, 2)]).toEqual([Number(mask & 0xffffffffn), Number(mask >> 32n)]);
        const rank = sampleRank(notes.map(([, , , content]) => content!));
        expect(sampled.filter(({ record }) => record === i)).toEqual(rank < told.sampleBelow ? [{ record: i, rank }] : []);
      });
      const all = records.map((cells) => groups.map((_, g) => notesOf(g, cells)));
      const tallies = groups.flatMap((_, g) => [all.filter((notes) => notes[g]![0] !== 0 || notes[g]![2] !== 0).length, ...[0, 1, 2].map((problem) => all.filter((notes) => notes[g]![2] === problem && (notes[g]![0] !== 0 || problem !== 0)).length)]);
      expect([...encoder.tallies(3)]).toEqual(tallies);
      for (const compound of [[0], [1], [1, 0]]) expect([...encoder.signs(compound, 7)]).toEqual(all.map((notes) => signOf(compound.map((atom) => [notes[0]![5]!, notes[2]![4]!][atom]!), 7)));
    }
    expect(full).toBeGreaterThan(2);
    expect(kept).toBeLessThan(8 * 40 * 3 * 0.9);
  });

  const only = (text: string, anchor = "19800101"): RecordValues => [anchor, undefined, undefined, text];

  it.each([1, 2, 3, 4, 5, 8, 9])("equals the reference for a text of %i grams", (grams) => {
    const plan = planOf(2, { filters: 1, words: 1, diffusion: false });
    const values = only("ABCDEFGHIJK".slice(0, Math.max(1, grams - 1)));
    expect(encode(plan, createEncoder, values)).toEqual(encode(plan, referenceEncoder, values));
  });

  it.each([13, 14, 15, 16, 17, 29, 30, 31, 32, 33, 509, 510, 511, 512, 513])("equals the reference for values of %i bytes (edges of blocks)", (length) => {
    const plan = planOf(3, { filters: 1, words: 2 });
    const values = only("x".repeat(length), "y".repeat(length));
    expect(encode(plan, createEncoder, values)).toEqual(encode(plan, referenceEncoder, values));
  });

  it("takes at most 120 characters of a text", () => {
    const plan = planOf(3, { filters: 1, words: 0 });
    expect(encode(plan, createEncoder, only(`${"é".repeat(120)}A`))).toEqual(encode(plan, createEncoder, only(`${"é".repeat(120)}B`)));
    expect(encode(plan, createEncoder, only(`${"é".repeat(119)}A`))).not.toEqual(encode(plan, createEncoder, only(`${"é".repeat(119)}B`)));
  });

  it("tells texts with the same set of grams apart", () => {
    const plan = planOf(4, { filters: 1, words: 0 });
    expect(encode(plan, createEncoder, only("MOREE"))).not.toEqual(encode(plan, createEncoder, only("MOREEE")));
  });

  it("writes zeros, and only zeros, for what is missing", () => {
    const plan = planOf(5, { filters: 2, words: 0 });
    const out = new Uint32Array(encodedLength(plan)).fill(0xffffffff);
    createEncoder(plan)(Array.from({ length: VALUES }, () => undefined), out, 0);
    expect(out.every((half) => half === 0)).toBe(true);
  });
});
