import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => ({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**"],
    globalSetup: ["test/build.ts"],
    testTimeout: 240_000,
    pool: "forks",
    maxWorkers: 2,
    env: { FUZZ_TIMES: mode === "slow" ? "100" : "1" },
    coverage: { include: ["src/**/*.ts"], exclude: ["src/kernel/assembly/**", "src/synth/frequencies.ts"] },
  },
}));
