import type { Header } from "../exchange/header.ts";
import { ID_HALVES } from "../exchange/row-group.ts";
import { happens } from "./secret-draws.ts";

/** More records than this are sampled: a hundred thousand have families enough. */
const MOST_RECORDS = 100_000;
/** A value that more records share says nothing of families, and makes too many pairs. */
const LARGEST_GROUP = 50;

/** Records of a part of the file, or of a sample of it, and which values of their keys others have too. Nothing in the file tells which are in the sample. */
export class SharedSample {
  records = 0;
  /** Null masks of those that share any value. */
  readonly nulls: number[] = [];
  /** By key: shared values, 53 bits of each, and whose they are by place in `nulls`. */
  readonly values: number[][];
  readonly owners: number[][];
  readonly #share: number;

  /** `records`: of the whole file. */
  constructor(keys: number, records: number) {
    this.#share = MOST_RECORDS / records;
    this.values = Array.from({ length: keys }, () => []);
    this.owners = Array.from({ length: keys }, () => []);
  }

  /** Whether the next record is in the sample. */
  draws(): boolean {
    if (!happens(this.#share)) return false;
    this.records++;
    return true;
  }

  /** A row of the sample and which of its keys, whose first half stands at `first`, others in the file have too: at least one. */
  add(halves: Uint32Array, row: number, first: number, isShared: Uint8Array): void {
    for (let k = 0, at = first; k < isShared.length; k++, at += 2) {
      if (isShared[k] === 0) continue;
      this.values[k]!.push(halves[at]! + (halves[at + 1]! & 0x1fffff) * 2 ** 32);
      this.owners[k]!.push(this.nulls.length);
    }
    this.nulls.push(halves[row + ID_HALVES]! + halves[row + ID_HALVES + 1]! * 2 ** 32);
  }
}

/**
 * How many pairs of records of the file share which of their keys: what the linkage unit can no longer see where shared values are withheld, and needs to tell relatives and namesakes from one person's two records. Counts alone,
 * of pairs that no one can find in the file. `samples`: of all its parts, as they are or as they come out of another thread.
 */
export function countSharedPairs(samples: readonly Pick<SharedSample, "records" | "nulls" | "values" | "owners">[]): NonNullable<Header["sharedPairs"]> {
  const nulls = samples.flatMap((sample) => sample.nulls);
  const keysOf = new Map<number, number>();
  for (let k = 0; k < (samples[0]?.values.length ?? 0); k++) {
    for (const group of groupsOf(samples, k)) {
      if (group.length > LARGEST_GROUP) continue;
      group.forEach((a, i) => {
        for (const b of group.slice(i + 1)) keysOf.set(a * nulls.length + b, (keysOf.get(a * nulls.length + b) ?? 0) + 2 ** k);
      });
    }
  }
  const pairs = new Map<string, [keys: number, missing: number, pairs: number]>();
  for (const [pair, keys] of keysOf) {
    const missing = Number(BigInt(nulls[Math.floor(pair / nulls.length)]!) | BigInt(nulls[pair % nulls.length]!));
    const name = `${keys} ${missing}`;
    const known = pairs.get(name);
    if (known === undefined) pairs.set(name, [keys, missing, 1]);
    else known[2]++;
  }
  return { records: samples.reduce((sum, { records }) => sum + records, 0), pairs: [...pairs.values()].sort((x, y) => x[0] - y[0] || x[1] - y[1]) };
}

/** Records, in order, that have a value of a key in common. */
function groupsOf(samples: readonly Pick<SharedSample, "nulls" | "values" | "owners">[], key: number): Iterable<number[]> {
  const groups = new Map<number, number[]>();
  let first = 0;
  for (const { nulls, values, owners } of samples) {
    values[key]!.forEach((value, i) => {
      const owner = first + owners[key]![i]!;
      const group = groups.get(value);
      if (group === undefined) groups.set(value, [owner]);
      else group.push(owner);
    });
    first += nulls.length;
  }
  return groups.values();
}
