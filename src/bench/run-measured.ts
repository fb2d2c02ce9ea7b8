import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SaltlinkError, exitCodes } from "../errors.ts";

/** What one command line cost, from the start of its process. */
export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Seconds of each stage, as the progress bar names them. */
  readonly stages: Readonly<Record<string, number>>;
  readonly peakMemory: number;
}

/**
 * Runs one saltlink command line in a process of its own, so that its memory is its own and no run warms up the next.
 * @throws SaltlinkError with the child's message when it fails.
 */
export function runMeasured(argv: readonly string[]): Promise<Cost & { stdout: string }> {
  const built = new URL("../../bin/measured.js", import.meta.url);
  const entry = fileURLToPath(existsSync(built) ? built : new URL("../../dist/bin/measured.js", import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, "--quiet", ...argv], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
    let [stdout, stderr, cost] = ["", "", undefined as Cost | undefined];
    child.stdout!.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("message", (message) => (cost = message as Cost));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0 && cost !== undefined) return resolve({ ...cost, stdout });
      const [kind = "worker"] = Object.entries(exitCodes).find(([, known]) => known === code) ?? [];
      const [said = "it died without a word"] = /(?<=error: ).*/.exec(stderr) ?? [];
      reject(new SaltlinkError(kind as keyof typeof exitCodes, `saltlink ${argv[0]} failed during the benchmark: ${said}`));
    });
  });
}
