import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Figures } from "../../src/bench/result.ts";
import { workplace } from "./saltlink.ts";

describe("saltlink bench", () => {
  it("measures every stage on invented people and draws it", () => {
    const work = workplace();
    const { stdout } = work.do("bench", "--records", "1000", "--stages", "hash,link,end-to-end", "--repeats", "1", "--threads", "2", "--data", "people", "--svg", "time.svg", "--json");
    const { figures } = JSON.parse(stdout) as { figures: Figures[] };
    expect([...new Set(figures.map((figure) => figure.work))]).toEqual(["hash", "hash, 1 thread", "link: block and compare", "link", "hash both and link"]);
    expect(figures).toHaveLength(5);
    for (const { tool, rate, seconds, ratio } of figures) {
      expect(tool).toBe("saltlink");
      expect(rate).toBeGreaterThan(0);
      expect(seconds.minimum).toBeGreaterThan(0);
      expect(ratio).toBeUndefined();
    }
    expect(work.read("time.svg")).toMatch(/^<svg/);
    expect(readdirSync(work.at("people"))).toEqual(["1000"]);
  });

  it.each([
    [["--records", "10"], 2],
    [["--records", "many"], 2],
    [["--stages", "lunch"], 2],
    [["--stages", "kernel", "--svg", "nowhere/time.svg"], 2],
    [["--stages", "hash", "--records", "1000", "--data", "project.salt"], 2],
  ])("refuses %j", (args, code) => {
    const work = workplace();
    const outcome = work.try("bench", ...args);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(work.path)).toEqual(["project.salt"]);
  });
});
