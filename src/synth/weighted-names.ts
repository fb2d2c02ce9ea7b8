import type { Random } from "../random.ts";

/** Draws names from a packed table ("name weight,name weight,...") in proportion to their weights. */
export class WeightedNames {
  readonly #names: string[] = [];
  readonly #sums: Float64Array;

  constructor(packed: string) {
    const entries = packed.split(",").map((entry) => {
      const space = entry.lastIndexOf(" ");
      return { name: entry.slice(0, space), weight: Number(entry.slice(space + 1)) };
    });
    let sum = 0;
    this.#sums = Float64Array.from(entries, ({ name, weight }) => {
      this.#names.push(name);
      return (sum += weight);
    });
  }

  draw(next: Random): string {
    const at = next() * this.#sums.at(-1)!;
    let low = 0;
    let high = this.#sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sums[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return this.#names[low]!;
  }
}
