import { describe, expect, it } from "vitest";
import { returnedFiles, tellOfFew } from "../../src/report/returned-files.ts";
import type { Link, Manifest } from "../../src/report/run-directory.ts";

const manifest = (mode: string, ...datasets: string[]): Manifest => ({ mode, inputs: datasets.map((dataset) => ({ dataset })) }) as unknown as Manifest;
const link = (recordIdA: string, recordIdB: string): Link => ({ recordIdA, recordIdB });

describe("returned files", () => {
  it("give one link id to a person however late the links that show it come", () => {
    const [census, tax] = returnedFiles([link("1", "1"), link("2", "2"), link("1", "2"), link("3", "3")], manifest("many-to-many", "census", "tax"));
    const ids = new Map(census!.rows);
    expect(ids.get("1")).toBe(ids.get("2"));
    expect(ids.get("1")).not.toBe(ids.get("3"));
    // record ids of the two files are different things even where they look alike
    expect(tax!.rows).toEqual([["1", ids.get("1")], ["2", ids.get("1")], ["3", ids.get("3")]]);
  });

  it("hold fresh random ids, in the order of the record ids, under different names", () => {
    const links = [link("b", "x"), link("a", "y")];
    const once = returnedFiles(links, manifest("one-to-one", "tax", "tax"));
    expect(once.map(({ name }) => name)).toEqual(["tax.csv", "tax-2.csv"]);
    expect(once[0]!.rows.map(([record]) => record)).toEqual(["a", "b"]);
    for (const [, id] of once[0]!.rows) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(returnedFiles(links, manifest("one-to-one", "tax", "tax"))[0]!.rows[0]![1]).not.toBe(once[0]!.rows[0]![1]);
  });

  it("of one file put its duplicates together", () => {
    const [file] = returnedFiles([link("1", "2"), link("3", "4"), link("2", "3")], manifest("dedupe", "census"));
    expect(new Set(file!.rows.map(([, id]) => id)).size).toBe(1);
    expect(file!.rows).toHaveLength(4);
  });

  it("tell of few when fewer than ten people are in both, however many records they have", () => {
    const few = (links: Link[], mode = "many-to-many"): boolean => tellOfFew(returnedFiles(links, manifest(mode, "census", "tax")), manifest(mode, "census", "tax"));
    const people = (count: number): Link[] => Array.from({ length: count }, (_, i) => link(`c${i}`, `t${i}`));
    expect([few([]), few(people(9)), few(people(10))]).toEqual([true, true, false]);
    expect(few([...people(9), link("c0", "more"), link("c1", "others")])).toBe(true);
    expect(tellOfFew(returnedFiles(people(2), manifest("dedupe", "census")), manifest("dedupe", "census"))).toBe(false);
  });
});
