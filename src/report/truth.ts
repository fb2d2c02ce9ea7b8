import { SaltlinkError } from "../errors.ts";

/** What links are worth against the truth. */
export interface LinkFigures {
  readonly links: number;
  readonly rightLinks: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** The true pairs of two files, or of one, as pairs of rows. */
export class Truth {
  /** True pairs, those included that name an id which no row has: they cannot be found. */
  readonly total: number;
  readonly unknown: number;
  readonly #pairs = new Set<number>();
  readonly #recordsB: number;
  readonly #self: boolean;

  /**
   * @param pairs own ids, in the order of the files
   * @param rowsA row of each own id (unique in its file); the same map twice within one file, where a pair has no direction
   * @throws SaltlinkError (input) when no pair is of these files
   */
  constructor(pairs: readonly (readonly [string, string])[], rowsA: ReadonlyMap<string, number>, rowsB: ReadonlyMap<string, number>) {
    this.#recordsB = rowsB.size;
    this.#self = rowsA === rowsB;
    let unknown = 0;
    for (const [idA, idB] of pairs) {
      const a = rowsA.get(idA);
      const b = rowsB.get(idB);
      if (a === undefined || b === undefined) unknown++;
      else this.#pairs.add(this.#numberOf(a, b));
    }
    if (this.#pairs.size === 0) throw new SaltlinkError("input", "no pair of the truth file is in the lookup files; are its columns id_a and id_b, in the order of the files that were linked?");
    this.unknown = unknown;
    this.total = this.#pairs.size + unknown;
  }

  has(a: number, b: number): boolean {
    return this.#pairs.has(this.#numberOf(a, b));
  }

  *pairs(): Generator<[number, number]> {
    for (const pair of this.#pairs) yield [Math.floor(pair / this.#recordsB), pair % this.#recordsB];
  }

  figures(links: number, rightLinks: number): LinkFigures {
    const precision = links === 0 ? 1 : rightLinks / links;
    const recall = rightLinks / this.total;
    return { links, rightLinks, precision, recall, f1: rightLinks === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
  }

  #numberOf(a: number, b: number): number {
    return this.#self && b < a ? b * this.#recordsB + a : a * this.#recordsB + b;
  }
}
