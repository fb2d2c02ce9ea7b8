import { randomInt } from "node:crypto";
import type { Header } from "../exchange/header.ts";
import { ID_HALVES } from "../exchange/row-group.ts";

/** More records than this are sampled: a hundred thousand have families enough. */
const MOST_RECORDS = 100_000;
/** A value that more records share says nothing of families, and makes too many pairs. */
const LARGEST_GROUP = 50;
const SHARES = 2 ** 40;

/**
 * How many pairs of records of the file share which of their keys: what the linkage unit can no longer see where shared values are withheld, and needs to tell relatives and namesakes from one person's two records. Counts alone,
 * of pairs that no one can find in the file.
 */
export class SharedPairs {
  /** Share of the records in the sample; nothing in the file tells which. */
  readonly #share: number;
  #records = 0;
  readonly #nulls: number[] = [];
  readonly #values: Map<number, number[]>[];

  /** `records`: of the whole file. */
  constructor(keys: number, records: number) {
    this.#share = MOST_RECORDS / records;
    this.#values = Array.from({ length: keys }, () => new Map());
  }

  /** A row and which of its keys, whose first half stands at `first`, others in the file have too. */
  add(halves: Uint32Array, row: number, first: number, isShared: Uint8Array): void {
    if (this.#share < 1 && randomInt(SHARES) >= this.#share * SHARES) return;
    this.#records++;
    const record = this.#nulls.length;
    let sharesAny = false;
    isShared.forEach((is, k) => {
      if (is === 0) return;
      sharesAny = true;
      const at = first + 2 * k;
      const value = halves[at]! + (halves[at + 1]! & 0x1fffff) * 2 ** 32; // 53 of the word's bits
      const others = this.#values[k]!.get(value);
      if (others === undefined) this.#values[k]!.set(value, [record]);
      else others.push(record);
    });
    if (sharesAny) this.#nulls.push(halves[row + ID_HALVES]! + halves[row + ID_HALVES + 1]! * 2 ** 32);
  }

  counts(): NonNullable<Header["sharedPairs"]> {
    const keysOf = new Map<number, number>();
    const records = this.#nulls.length;
    this.#values.forEach((values, k) => {
      for (const group of values.values()) {
        if (group.length > LARGEST_GROUP) continue;
        group.forEach((a, i) => {
          for (const b of group.slice(i + 1)) keysOf.set(a * records + b, (keysOf.get(a * records + b) ?? 0) + 2 ** k);
        });
      }
    });
    const pairs = new Map<string, [keys: number, missing: number, pairs: number]>();
    for (const [pair, keys] of keysOf) {
      const missing = Number(BigInt(this.#nulls[Math.floor(pair / records)]!) | BigInt(this.#nulls[pair % records]!));
      const name = `${keys} ${missing}`;
      const known = pairs.get(name);
      if (known === undefined) pairs.set(name, [keys, missing, 1]);
      else known[2]++;
    }
    return { records: this.#records, pairs: [...pairs.values()].sort((x, y) => x[0] - y[0] || x[1] - y[1]) };
  }
}
