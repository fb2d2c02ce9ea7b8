import type { ComparisonGroup } from "../schema/comparison-space.ts";
import type { Fact } from "./evidence.ts";
import { type Lattice, buildLattice } from "./lattice.ts";

/** P(just one rule reaches a pair), where these rules can be known. All buckets count as one: which of several found a pair is not kept. */
export class SingleRule {
  /** Nothing, then each key alone. */
  readonly #one: Lattice;
  /** No key, whatever the buckets; absent where there are none. */
  readonly #noKey: Lattice | undefined;

  constructor(groups: readonly ComparisonGroup[], known: readonly Fact[]) {
    const keys = known.filter((fact) => fact.level === 0);
    const none = new Uint8Array(known.length);
    this.#one = buildLattice(groups, known, [none, ...keys.map((key) => none.map((_, i) => (known[i] === key ? 1 : 0)))]);
    this.#noKey = keys.length === known.length ? undefined : buildLattice(groups, keys, [new Uint8Array(keys.length)]);
  }

  probability(m: readonly Float64Array[]): number {
    const [nothing, ...one] = this.#one.likelihood(m) as unknown as [number, ...number[]];
    // only the buckets: no key, but not nothing
    return one.reduce((sum, p) => sum + p, 0) + (this.#noKey === undefined ? 0 : this.#noKey.likelihood(m)[0]! - nothing);
  }
}
