import { once } from "node:events";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hashBoth, hashedDepartments, saltlink, startSaltlink, workplace } from "./saltlink.ts";

const HASH = ["hash", "census.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "c.parquet"];

/** A workplace with files large enough that every stage takes a while. */
function large(): ReturnType<typeof workplace> {
  const work = workplace();
  work.do("synth", "--records", "40000", "--out", ".");
  work.do("schema", "init", "census.csv", "tax.csv", "--out", "link.schema.json");
  hashBoth(work);
  return work;
}

describe("an interrupted run", () => {
  const work = large();
  const before = readdirSync(work.path).sort();

  it.each([
    [HASH, "SIGINT", 130, [250, 500, 900, 1400]],
    [HASH, "SIGTERM", 143, [700]],
    [["schema", "init", "census.csv", "tax.csv", "--out", "other.json"], "SIGINT", 130, [250, 700]],
    [["link", "census.parquet", "tax.parquet", "--out", "run"], "SIGINT", 130, [250, 350, 500, 700]],
    [["link", "census.parquet", "tax.parquet", "--out", "run"], "SIGHUP", 129, [400]],
  ] as const)("%j on %s leaves nothing behind and says so with its exit code", async (args, signal, code, delays) => {
    for (const delay of delays) {
      const child = startSaltlink(args, work.path);
      const timer = setTimeout(() => child.kill(signal), delay);
      const [exit, killedBy] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
      clearTimeout(timer);
      // a slow machine gets the signal before the program has begun, a fast one when it is done: neither is wrong
      if (exit === 0) {
        for (const name of readdirSync(work.path)) if (!before.includes(name)) rmSync(work.at(name), { recursive: true });
        continue;
      }
      expect(exit ?? killedBy, `after ${delay} ms`).toBe(exit === null ? signal : code);
      expect(readdirSync(work.path).sort(), `after ${delay} ms`).toEqual(before);
    }
  });

  it("that has its output whole already ends as if no signal had come", async () => {
    for (const args of [
      ["link", "census.parquet", "tax.parquet", "--out", "run"],
      ["schema", "init", "census.csv", "tax.csv", "--out", "run"],
    ]) {
      const child = startSaltlink(args, work.path);
      const exit = once(child, "exit");
      const watch = setInterval(() => {
        if (!existsSync(work.at("run"))) return;
        child.kill("SIGINT");
        clearInterval(watch);
      }, 1);
      expect(await exit, args[0]).toEqual([0, null]);
      clearInterval(watch);
      rmSync(work.at("run"), { recursive: true });
    }
  });

  it("killed outright leaves no file under a final name, and the next run clears up", async () => {
    const child = startSaltlink(HASH, work.path);
    setTimeout(() => child.kill("SIGKILL"), 800);
    await once(child, "exit");
    expect(readdirSync(work.path)).not.toContain("c.parquet");
    expect(work.do(...HASH).code).toBe(0);
    expect(readdirSync(work.path).filter((name) => /partial|rows/.test(name))).toEqual([]);
  });

  it("killed outright while linking just runs again, and gives what it would have given", async () => {
    const link = (out: string): string[] => ["link", "census.parquet", "tax.parquet", "--out", out];
    work.do(...link("whole"));
    for (const delay of [300, 600, 900]) {
      const child = startSaltlink(link("run"), work.path);
      setTimeout(() => child.kill("SIGKILL"), delay);
      await once(child, "exit");
      if (!readdirSync(work.path).includes("run")) work.do(...link("run"));
      for (const name of ["links.csv", "statistics.json", "manifest.json"]) expect(work.read(`run/${name}`), name).toBe(work.read(`whole/${name}`));
      rmSync(work.at("run"), { recursive: true });
    }
    expect(readdirSync(work.path).filter((name) => name.includes("partial"))).toEqual([]);
  });
});

describe("a reader that goes away", () => {
  it("ends the run quietly", async () => {
    const work = hashedDepartments();
    const child = startSaltlink(["inspect", "census.parquet", "--json"], work.path);
    child.stdout!.destroy();
    let stderr = "";
    child.stderr!.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const [exit] = (await once(child, "exit")) as [number | null];
    expect([exit, stderr]).toEqual([0, ""]);
  });

  it("of the messages does not make a failure of a job that is done", async () => {
    const work = hashedDepartments();
    const child = startSaltlink(["hash", "census.csv", "--schema", "link.schema.json", "--salt", "project.salt", "--out", "again.parquet"], work.path);
    child.stderr!.destroy();
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(existsSync(work.at("again.parquet"))).toBe(true);
  });
});

describe("two runs at one output", () => {
  it("give one winner, and the other says who holds it", async () => {
    const work = workplace();
    work.do("synth", "--records", "20000", "--out", ".");
    work.do("schema", "init", "census.csv", "tax.csv", "--out", "link.schema.json");
    const first = startSaltlink(HASH, work.path);
    const exit = once(first, "exit");
    let second = { code: 0, stderr: "" };
    while (first.exitCode === null && second.code === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (readdirSync(work.path).some((name) => name.startsWith("c.parquet.") && name.endsWith(".partial"))) second = saltlink(HASH, { cwd: work.path });
    }
    expect((await exit)[0]).toBe(0);
    expect(second.code).toBe(8);
    expect(second.stderr).toMatch(/another run \(process \d+\) is writing c\.parquet/);
    expect(readdirSync(work.path)).toContain("c.parquet");
  });
});
