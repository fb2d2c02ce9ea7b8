import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => ({
  test: {
    root: new URL("..", import.meta.url).pathname,
    // what runs whole jobs many times over has a suite of its own, so that the everyday one stays short
    include: [mode === "long" ? "test/**/*.long.test.ts" : "test/**/*.test.ts"],
    exclude: ["test/browser/**", ...(mode === "long" ? [] : ["test/**/*.long.test.ts"])],
    globalSetup: ["test/build.ts"],
    testTimeout: 240_000,
    pool: "forks",
    maxWorkers: 2,
    env: { FUZZ_TIMES: mode === "slow" ? "100" : "1" },
    coverage: { include: ["src/**/*.ts"], exclude: ["src/kernel/assembly/**", "src/synth/frequencies.ts"] },
  },
}));
