import type { EncodingPlan, RecordEncoder, RecordValues } from "./encoding-plan.ts";
import { encodedLength } from "./encoding-plan.ts";
import { SliceEncoder } from "./slice-encoder.ts";

const NO_CELLS = { bytes: new Uint8Array(0), bounds: new Int32Array(0) };

/** The encoder on the WebAssembly kernel: bit for bit `referenceEncoder`. Each call owns its memory, so one per thread. */
export function createEncoder(plan: EncodingPlan): RecordEncoder {
  const all = valuesOf(plan);
  const encoder = encoderOf(plan, all);
  const length = encodedLength(plan);
  const first = Uint32Array.of(0);
  return (values, out, offset) => {
    encoder.load(NO_CELLS, first, first, length);
    encoder.begin(0);
    encoder.keep(0, 0, all.map((value) => values[value]), []);
    encoder.encode(0, 1, 0);
    out.set(encoder.rows(), offset);
  };
}

/** Encodes records that are to be compared with each other: their rows are those of the encoder. */
export function encodeTogether(plan: EncodingPlan, records: readonly RecordValues[]): SliceEncoder {
  const all = valuesOf(plan);
  const encoder = encoderOf(plan, all);
  const places = Uint32Array.from(records, (_, place) => place);
  encoder.load(NO_CELLS, new Uint32Array(records.length), places, encodedLength(plan));
  for (let from = 0, to = 0; from < records.length; from = to) {
    encoder.begin(from);
    while (to < records.length && encoder.keep(0, to, all.map((value) => records[to]![value]), [])) to++;
    encoder.encode(from, to, 0);
  }
  return encoder;
}

function valuesOf(plan: EncodingPlan): number[] {
  const count = 1 + Math.max(-1, ...plan.words.flatMap(({ values }) => values), ...plan.filters.flatMap(({ anchor, parts }) => [...anchor, ...parts.map(({ value }) => value)]));
  return Array.from({ length: count }, (_, value) => value);
}

function encoderOf(plan: EncodingPlan, values: readonly number[]): SliceEncoder {
  return new SliceEncoder(plan, [{ values, columns: [], keptCells: 0 }], 0);
}
