import { describe, expect, it } from "vitest";
import type { EqualityColumn, EqualityStructure } from "../../src/audit/equality-structure.ts";
import { standingRecords } from "../../src/audit/standing-records.ts";

const column = (kind: EqualityColumn["kind"], classes: readonly number[]): EqualityColumn => {
  const sizes = new Int32Array(Math.max(-1, ...classes) + 1);
  for (const value of classes) if (value >= 0) sizes[value]!++;
  return { name: kind, kind, classes: Int32Array.from(classes), sizes };
};
const structure = (columns: readonly EqualityColumn[], masks: readonly number[]): EqualityStructure => ({ count: masks.length, columns, buckets: [], masks: Uint32Array.from(masks), strata: new Uint32Array(masks.length) });

describe("records that stand for their people", () => {
  it("are all where nobody is said to have several", () => {
    const whole = structure([column("key", [0, 1, 0])], [0, 0, 0]);
    expect(standingRecords(whole)).toEqual({ structure: whole, rows: Int32Array.of(0, 1, 2), at: Int32Array.of(0, 1, 2) });
  });

  it("leave the blank ones out and tell how many there are", () => {
    const { structure: people, rows, at } = standingRecords(structure([column("key", [0, -1, 1, 2, -1, -1]), column("person", [0, 0, -1, 1, 1, 1])], [3, 9, 3, 3, 9, 9]));
    expect([...rows]).toEqual([0, 2, 3]);
    expect([...at]).toEqual([0, 0, 1, 2, 2, 2]);
    expect(people.columns.map(({ kind }) => kind)).toEqual(["key"]);
    const [two, one, three] = people.masks;
    expect(one).toBe(3);
    expect(new Set([one, two, three]).size).toBe(3);
  });

  it("are one of each person even where nothing can be compared", () => {
    expect([...standingRecords(structure([column("key", [-1, -1, 0]), column("person", [0, 0, -1])], [9, 9, 3])).rows]).toEqual([0, 2]);
  });
});
