import type { BucketDefinition } from "../schema/linkage-schema.ts";

/** Leading bits that stay of a bucketed key, so that a bucket mixes enough values and holds enough records on average; `distinct` values and `present` records are those of the file. */
export function bucketBits({ minimumValues, minimumRecords }: BucketDefinition, { distinct, present }: { distinct: number; present: number }): number {
  return Math.max(0, Math.min(32, Math.floor(Math.log2(Math.min(distinct / minimumValues, present / minimumRecords)))));
}

/** Keeps the leading bits of each bucket's word and marks it as present with the last. */
export function cutBuckets(halves: Uint32Array, at: number, bits: readonly number[]): void {
  for (let b = 0; b < bits.length; b++, at += 2) {
    if (halves[at] === 0 && halves[at + 1] === 0) continue;
    const kept = bits[b]!;
    halves[at] = 1;
    halves[at + 1] = kept === 0 ? 0 : (halves[at + 1]! & (0xffffffff << (32 - kept))) >>> 0;
  }
}
