import { type Evidence, isKnown } from "./evidence.ts";
import type { Observation } from "./candidates.ts";
import { isSecondRecord } from "../schema/withheld.ts";
import { CARE } from "./match-class.ts";

/** A partner or two are always overlooked. */
const LEAST = 0.001;

/**
 * Non-matches that withholding leaves. A key's value is withheld where two records of one file have it; so when a pair across the files agrees on a key, neither record's true partner may have that value beside the other, or nobody would
 * have seen it. Who is in both files and was recorded alike is out of the way of strangers and relatives: of two files of the same people few non-matches are left on a key, fewer than chance foretells by (1 - share of A's records that have a
 * partner who agrees on it) (1 - the same of B's). Of several keys that agree the partners may have none; for that the key that is agreed on most often stands. Records that share so many keys that they pass for one person's keep them all,
 * and nobody is out of the way there.
 */
export class KeptStrangers {
  /** Per observation its set of agreeing withheld keys, by number. */
  readonly #setOf: Int32Array;
  readonly #sets: readonly number[][];
  readonly #facts: Evidence["facts"];
  /** Per observation, whether its records keep what they share. */
  readonly #isKept: Uint8Array;

  constructor({ facts }: Evidence, observations: readonly Observation[]) {
    this.#facts = facts.filter(({ mayBeWithheld }) => mayBeWithheld);
    const mask = this.#facts.reduce((bits, { bit }) => bits | (1n << BigInt(bit)), 0n);
    const numbers = new Map<bigint, number>();
    this.#setOf = Int32Array.from(observations, ({ observed }) => {
      const keys = observed & mask;
      if (!numbers.has(keys)) numbers.set(keys, numbers.size);
      return numbers.get(keys)!;
    });
    this.#sets = [...numbers.keys()].map((keys) => this.#facts.flatMap(({ bit }, f) => (((keys >> BigInt(bit)) & 1n) === 1n ? [f] : [])));
    const present = new Map([...new Set(observations.map(({ missing }) => missing))].map((missing) => [missing, this.#facts.filter((fact) => isKnown(fact, missing)).length]));
    this.#isKept = Uint8Array.from(observations, ({ missing }, o) => (isSecondRecord(this.#sets[this.#setOf[o]!]!.length, present.get(missing)!) ? 1 : 0));
  }

  /** Per observation, the share of the non-matches who show it that are left. @param byCare state probabilities of matches at each node of care @param partnered share of each side's records that have a partner */
  shares(byCare: readonly (readonly Float64Array[])[], partnered: readonly [number, number]): Float64Array {
    const agreed = this.#facts.map(({ holds }) =>
      CARE.reduce((sum, { share }, k) => {
        let agrees = share;
        for (const [g, states] of holds) agrees *= byCare[k]![g]!.reduce((total, p, state) => total + p * states[state]!, 0);
        return sum + agrees;
      }, 0),
    );
    const ofSet = this.#sets.map((set) => {
      const most = set.reduce((top, f) => Math.max(top, agreed[f]!), 0);
      return Math.max(LEAST, (1 - Math.min(1, partnered[0]) * most) * (1 - Math.min(1, partnered[1]) * most));
    });
    return Float64Array.from(this.#setOf, (set, o) => (this.#isKept[o] === 1 ? 1 : ofSet[set]!));
  }
}
