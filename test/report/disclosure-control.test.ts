import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FEWEST, type Told, coarseSeries, toldCount, toldParts, toldShare, toldTable } from "../../src/report/disclosure-control.ts";

/** Whether a table of whole numbers exists that has these totals, these known cells, and `value` at (i, j): a maximum flow from rows to columns through the unknown cells. */
function isPossible(rows: readonly (readonly number[])[], told: readonly (readonly Told[])[], i: number, j: number, value: number): boolean {
  const known = rows.map((row, r) => row.map((count, c) => (r === i && c === j ? value : told[r]![c] === null ? undefined : count)));
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  const ofRow = rows.map((row, r) => sum(row) - sum(known[r]!.map((count) => count ?? 0)));
  const ofColumn = rows[0]!.map((_, c) => sum(rows.map((row) => row[c]!)) - sum(known.map((row) => row[c] ?? 0)));
  if ([...ofRow, ...ofColumn].some((rest) => rest < 0)) return false;
  const flow = rows.map((row) => row.map(() => 0));
  for (;;) {
    // a path from a row with something left to a column with something left, back along what already flows
    const cameFrom = new Map<string, string>();
    const open = ofRow.flatMap((rest, r) => (rest > 0 ? [`r${r}`] : []));
    for (const node of open) cameFrom.set(node, "");
    let end: string | undefined;
    while (open.length > 0 && end === undefined) {
      const node = open.shift()!;
      const at = Number(node.slice(1));
      const next = node.startsWith("r") ? ofColumn.flatMap((_, c) => (known[at]![c] === undefined ? [`c${c}`] : [])) : ofRow.flatMap((_, r) => (flow[r]![at]! > 0 ? [`r${r}`] : []));
      for (const to of next) {
        if (cameFrom.has(to)) continue;
        cameFrom.set(to, node);
        open.push(to);
      }
      if (node.startsWith("c") && ofColumn[at]! > 0) end = node;
    }
    if (end === undefined) return [...ofRow, ...ofColumn].every((rest) => rest === 0);
    ofColumn[Number(end.slice(1))]!--;
    for (let node = end; node !== ""; node = cameFrom.get(node)!) {
      const from = cameFrom.get(node)!;
      if (from === "") ofRow[Number(node.slice(1))]!--;
      else if (node.startsWith("c")) flow[Number(from.slice(1))]![Number(node.slice(1))]!++;
      else flow[Number(node.slice(1))]![Number(from.slice(1))]!--;
    }
  }
}

const count = fc.oneof(fc.integer({ min: 0, max: 25 }), fc.integer({ min: 0, max: 300 }));

describe("counts", () => {
  it("does not tell the few, nor the few that are not among them", () => {
    expect(toldCount(0)).toEqual({ under: 10 });
    expect(toldCount(9)).toEqual({ under: 10 });
    expect(toldCount(10)).toBe(10);
    expect(toldCount(2396)).toBe(2395);
    expect(toldCount(2995, 3000)).toEqual({ over: 2990 });
    expect(toldCount(2396, 3000)).toBe(2395);
  });

  it("tells the same whatever a small count is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 20, max: 1e6 }), (one, other, whole) => {
        expect(toldCount(one, whole)).toEqual(toldCount(other, whole));
        expect(toldCount(whole - one, whole)).toEqual(toldCount(whole - other, whole));
        expect(toldShare(one, whole)).toEqual(toldShare(other, whole));
        expect(toldShare(whole - one, whole)).toEqual(toldShare(whole - other, whole));
      }),
      { seed: 1 },
    );
  });

  it("tells bounds and shares that are true", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 1e6 }), fc.double({ min: 0, max: 1, noNaN: true }), (whole, at) => {
        const part = Math.round(at * whole);
        for (const [told, truth, error] of [[toldCount(part, whole), part, 2.5], [toldShare(part, whole), part / whole, 10 / whole]] as const) {
          if (told === null) throw new Error("nothing to withhold");
          if (typeof told === "number") expect(Math.abs(told - truth)).toBeLessThanOrEqual(error);
          else if ("under" in told) expect(truth).toBeLessThanOrEqual(told.under);
          else expect(truth).toBeGreaterThanOrEqual(told.over);
        }
      }),
      { seed: 2 },
    );
  });
});

describe("counts that add up", () => {
  it("leaves every withheld one anywhere from nought to nine, for whoever knows the total and all others", () => {
    fc.assert(
      fc.property(fc.array(count, { minLength: 1, maxLength: 8 }), (parts) => {
        const told = toldParts(parts);
        if (parts.reduce((sum, part) => sum + part, 0) < FEWEST) return; // then the total is not told either
        told.forEach((cell, i) => {
          if (parts[i]! >= FEWEST || parts.length === 1) return;
          expect(cell).toBeNull();
          for (let value = 0; value < FEWEST; value++) expect(isPossibleInLine(parts, told, i, value)).toBe(true);
        });
      }),
      { seed: 3 },
    );
  });

  it("withholds no more than it must", () => {
    expect(toldParts([100, 200, 300])).toEqual([100, 200, 300]);
    expect(toldParts([3, 100, 200, 300])).toEqual([null, null, 200, 300]);
    expect(toldParts([6, 7, 200, 300])).toEqual([null, null, 200, 300]);
    expect(toldParts([0, 0, 200, 300])).toEqual([null, null, null, 300]);
  });
});

/** With a total for the line alone, the withheld others take up whatever is left. */
function isPossibleInLine(parts: readonly number[], told: readonly Told[], i: number, value: number): boolean {
  const withheld = parts.reduce((sum, part, k) => (told[k] === null ? sum + part : sum), 0);
  return told.some((cell, k) => cell === null && k !== i) && value <= withheld;
}

describe("tables with totals", () => {
  it("leaves every small cell anywhere from nought to nine, for whoever knows all totals and all cells that are told", () => {
    const table = fc.integer({ min: 1, max: 5 }).chain((width) => fc.array(fc.array(count, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }));
    let judged = 0;
    fc.assert(
      fc.property(table, (rows) => {
        const told = toldTable(rows);
        const nothing = told.flat().every((cell) => cell === null);
        rows.forEach((row, i) =>
          row.forEach((value, j) => {
            if (value >= FEWEST) return;
            expect(told[i]![j]).toBeNull();
            if (nothing) return; // the table is not told at all
            judged++;
            for (let other = 0; other < FEWEST; other++) expect(isPossible(rows, told, i, j, other)).toBe(true);
          }),
        );
      }),
      { seed: 4, numRuns: 100 },
    );
    expect(judged).toBeGreaterThan(50);
  });

  it("withholds a rectangle for a small cell", () => {
    expect(toldTable([[3, 97], [50, 60], [200, 300]])).toEqual([[null, null], [null, null], [200, 300]]);
    expect(toldTable([[30, 97], [50, 60]])).toEqual([[30, 95], [50, 60]]);
    expect(toldTable([[3, 97]])).toEqual([[null, null]]);
  });
});

describe("nested counts", () => {
  it("has no step between two that are told of fewer than ten", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 20 }), fc.nat(), (counts, at) => {
        const start = at % counts.length;
        const told = coarseSeries(counts, start);
        expect(told[start]).toBe(counts[start]! < FEWEST ? 0 : counts[start]);
        for (let i = 1; i < told.length; i++) expect(told[i] === told[i - 1] || Math.abs(told[i]! - told[i - 1]!) >= FEWEST).toBe(true);
      }),
      { seed: 5 },
    );
  });
});
