import type { Statistics } from "./statistics.ts";

/**
 * Which of two files' further records of people who have several there get no link, by how the files were linked, and what links them.
 *
 * @param several for each file whether it has such records
 * @param names of the files
 * @returns sides that are left out, and the advice as the end of "link again ..."
 */
export function leftOut(mode: Statistics["mode"], several: readonly boolean[], names: readonly string[]): { sides: number[]; advice: string } {
  const sides = several.flatMap((has, side) => (has && (mode === "one-to-one" || (mode === "many-to-one" && side === 1)) ? [side] : []));
  const advice = several.every(Boolean) ? "with --many-to-many" : several[0] === true ? "with --many-to-one" : `with --many-to-one and ${names[1]} as the first file`;
  return { sides, advice };
}
