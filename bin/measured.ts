import { run } from "../src/cli/run.ts";

// saltlink as `saltlink bench` starts it (see src/bench/run-measured.ts): the same command lines, and at the end a message to the parent with what they cost.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM")); // the parent is gone

const stages: Record<string, number> = {};
let current = "starting";
let last = 0;
function onProgress(stage: string, done: number): void {
  const now = performance.now();
  // a stage reports what it has done, or that it begins: the time before its beginning is the last one's
  const spent = done > 0 ? stage : current;
  stages[spent] = (stages[spent] ?? 0) + (now - last) / 1000;
  current = stage;
  last = now;
}

process.exitCode = await run({ argv: process.argv, stdout: process.stdout, stderr: process.stderr, onProgress });
onProgress(current, 0);
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
process.send?.({ seconds: performance.now() / 1000, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, stages, peakMemory: maxRSS * 1024 });
process.removeAllListeners("disconnect");
process.disconnect?.();
