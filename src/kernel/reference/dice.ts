import { popcount, weightOf } from "./link.ts";

/** Pairs of two lists of filters with a Dice coefficient of at least `threshold`, in plain TypeScript: what assembly/dice.ts is tested against. */
export function diceAbove(filtersA: readonly (readonly bigint[])[], filtersB: readonly (readonly bigint[])[], threshold: number): { a: number; b: number; dice: number }[] {
  return filtersA.flatMap((filterA, a) =>
    filtersB.flatMap((filterB, b) => {
      const both = filterA.reduce((sum, word, w) => sum + popcount(word & filterB[w]!), 0);
      const dice = (2 * both) / (weightOf(filterA) + weightOf(filterB));
      return dice >= threshold ? [{ a, b, dice }] : [];
    }),
  );
}
