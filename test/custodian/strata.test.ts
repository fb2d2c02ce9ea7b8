import { describe, expect, it } from "vitest";
import { SaltlinkError } from "../../src/errors.ts";
import { FileStrata, SliceValues, recode, stratumColumns, stratumValue } from "../../src/custodian/strata.ts";

describe("a stratum's name", () => {
  const names = (...columns: string[]): string[] => stratumColumns(columns, columns, "x.csv").map(({ name }) => name);

  it("is that of its column, in letters, figures and low lines", () => {
    expect(names("Region", "Free school meals?", "Année", "5yr_band")).toEqual(["region", "free_school_meals", "annee", "5yr_band"]);
  });

  it.each([
    [["region", "Region"], /two strata would be called region/],
    [["??"], /column 1: its name has no letters/],
    [Array.from({ length: 9 }, (_, i) => `c${i}`), /at most 8/],
  ])("is refused: %s", (columns, message) => {
    expect(() => names(...columns)).toThrow(message);
    expect(() => names(...columns)).toThrow(SaltlinkError);
  });

  it("must be a column", () => {
    expect(() => stratumColumns(["religion"], ["region"], "x.csv")).toThrow(/x\.csv has no column for --stratum "religion"/);
  });
});

describe("a stratum's value", () => {
  it.each([
    ["  North   East ", "North East"],
    ["", ""],
    ["   ", ""],
    ["65+", "65+"],
    ["N/A", "N/A"],
    ["É", "É"],
    ["=1+1", undefined],
    ["-5", undefined],
    ["@x", undefined],
    ["a\u0007b", undefined],
    ["a\u202eb", undefined],
    ["x".repeat(40), "x".repeat(40)],
    ["x".repeat(41), undefined],
  ])("%j is sent as %j", (cell, value) => {
    expect(stratumValue(cell)).toBe(value);
  });
});

describe("the strata of a file", () => {
  const columns = [{ name: "a", at: 0 }, { name: "b", at: 1 }];
  /** Slices of records to the codes of the whole file. */
  const whole = (...slices: string[][][]): { strata: FileStrata; codes: number[][] } => {
    const strata = new FileStrata(columns, ["a", "b"], "x.csv");
    const codes = slices.flatMap((records) => {
      const slice = new SliceValues(columns);
      const width = 3; // something else, then two codes
      const halves = new Uint32Array(records.length * width);
      records.forEach((cells, row) => slice.write(cells, halves, row * width + 1));
      recode(halves, width, strata.add(slice));
      return records.map((_, row) => [...halves.subarray(row * width + 1, (row + 1) * width)]);
    });
    return { strata, codes };
  };

  it("are numbered alike, whatever slice saw them first, and counted", () => {
    const { strata, codes } = whole([["x", "1"], [" x ", "2"], ["", "1"]], [["y", "2"], ["x", "=2"]]);
    const read = codes.map(([a, b]) => [["", ...strata.values[0]!][a!], ["", ...strata.values[1]!][b!]]);
    expect(read).toEqual([["x", "1"], ["x", "2"], ["", "1"], ["y", "2"], ["x", ""]]);
    expect(strata.summary()).toEqual([
      { name: "a", values: [{ value: "x", records: 3 }, { value: "y", records: 1 }] },
      { name: "b", values: [{ value: "1", records: 2 }, { value: "2", records: 2 }] },
    ]);
    expect(strata.unusable).toEqual([0, 1]);
  });

  it("say how many records are alone with theirs", () => {
    const { strata } = whole([["x", "1"], ["x", "1"], ["y", "1"]], [["y", "1"], ["y", ""], ["x", "2"]]);
    expect(strata.unique()).toBe(2);
  });

  it("have at most 50 values", () => {
    const values = (count: number): string[][] => Array.from({ length: count }, (_, i) => [`v${i}`, ""]);
    expect(whole(values(50)).strata.summary()[0]!.values).toHaveLength(50);
    expect(() => whole(values(30), values(51))).toThrow(/x\.csv column a: more than 50 different values/);
  });
});
