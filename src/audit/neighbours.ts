import { type EqualityStructure, membersOf, mix } from "./equality-structure.ts";

/** Pairs of records that share a value which few have, each pair once, with a label that says on which columns the two agree. */
export interface Neighbours {
  readonly pairs: number;
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Hash of the set of columns and buckets on which the pair agrees. */
  readonly labels: Uint32Array;
}

const MOST_PAIRS = 12_000_000;
/**
 * Two records that agree on a bucket and on something else besides agree, all but surely, on the bucketed value itself: the bucket mixes values, but not those of records that belong together anyway. From this
 * many buckets on chance agreement (1 in as many) is rare enough for the label to tell.
 */
const TELLING_BUCKETS = 32;

/** Most records that a class may have for its pairs to be looked at, so that there are not too many of them. */
export function classLimit(structure: EqualityStructure): number {
  return [16, 8, 4, 2].find((limit) => pairsWithin(structure, limit) <= MOST_PAIRS) ?? 2;
}

function pairsWithin({ columns }: EqualityStructure, limit: number): number {
  return columns.reduce((sum, { sizes }) => sizes.reduce((pairs, size) => (size <= limit ? pairs + (size * (size - 1)) / 2 : pairs), sum), 0);
}

/** Buckets whose agreement goes into labels: both sides must take the same. */
export function tellingBuckets(seen: EqualityStructure): boolean[] {
  return seen.buckets.map(({ sizes }) => sizes.length >= TELLING_BUCKETS);
}

export function neighboursOf(structure: EqualityStructure, limit: number, telling: readonly boolean[]): Neighbours {
  const { columns } = structure;
  const labelled = [...columns, ...structure.buckets.filter((_, b) => telling[b])];
  const room = pairsWithin(structure, limit);
  const a = new Int32Array(room);
  const b = new Int32Array(room);
  const labels = new Uint32Array(room);
  let pairs = 0;
  columns.forEach((column, c) => {
    const { starts, rows } = membersOf(column);
    for (let value = 0; value < column.sizes.length; value++) {
      const size = column.sizes[value]!;
      if (size < 2 || size > limit) continue;
      for (let x = starts[value]! + 1; x < starts[value + 1]!; x++) {
        for (let y = starts[value]!; y < x; y++) {
          const first = rows[x]!;
          const second = rows[y]!;
          let known = false;
          for (let earlier = 0; earlier < c && !known; earlier++) {
            const { classes, sizes } = columns[earlier]!;
            const shared = classes[first]!;
            known = shared >= 0 && shared === classes[second] && sizes[shared]! <= limit;
          }
          if (known) continue;
          let label = 0;
          for (let k = 0; k < labelled.length; k++) {
            const { classes } = labelled[k]!;
            if (classes[first]! >= 0 && classes[first] === classes[second]) label = (label + mix(k + 0x2545f491)) | 0;
          }
          a[pairs] = first;
          b[pairs] = second;
          labels[pairs++] = label;
        }
      }
    }
  });
  return { pairs, a: a.subarray(0, pairs), b: b.subarray(0, pairs), labels: labels.subarray(0, pairs) };
}
