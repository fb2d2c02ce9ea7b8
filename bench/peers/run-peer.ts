import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// dist/bench/peers/run-peer.js; the scripts and what they need stay with the sources
const folder = fileURLToPath(new URL("../../../bench/", import.meta.url));
const python = join(folder, ".peers/bin/python");

export const peersAreInstalled = (): boolean => existsSync(python);

/** Runs a peer's script in a process of its own and reads the JSON on its last line. */
export function runPeer<T>(script: string, argv: readonly string[], input?: Uint8Array): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, [join(folder, "peers", script), ...argv], { stdio: ["pipe", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(JSON.parse(stdout.trim().split("\n").at(-1)!) as T) : reject(new Error(`${script} failed:\n${stderr.slice(-2000)}`))));
    child.stdin.on("error", () => {}); // it died: the exit code tells
    child.stdin.end(input);
  });
}
