import type { EncodingPlan, RecordEncoder } from "./encoding-plan.ts";
import { encodedLength } from "./encoding-plan.ts";
import { SliceEncoder } from "./slice-encoder.ts";

/** The encoder on the WebAssembly kernel: bit for bit `referenceEncoder`. Each call owns its memory, so one per thread. */
export function createEncoder(plan: EncodingPlan): RecordEncoder {
  const count = 1 + Math.max(-1, ...plan.words.flatMap(({ values }) => values), ...plan.filters.flatMap(({ anchor, parts }) => [...anchor, ...parts.map(({ value }) => value)]));
  const all = Array.from({ length: count }, (_, value) => value);
  const encoder = new SliceEncoder(plan, [{ values: all, columns: [], keptCells: 0 }], 0);
  const cells = { bytes: new Uint8Array(0), bounds: new Int32Array(0) };
  const length = encodedLength(plan);
  const first = Uint32Array.of(0);
  return (values, out, offset) => {
    encoder.load(cells, first, first, length);
    encoder.begin(0);
    encoder.keep(0, 0, all.map((value) => values[value]), []);
    encoder.encode(0, 1, 0);
    out.set(encoder.rows(), offset);
  };
}
