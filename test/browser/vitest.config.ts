import { defineConfig } from "vitest/config";

/** The report in a real browser: `npm run test:browser`, and `.ci/run` after the everyday tests. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/browser/*.test.ts"],
    globalSetup: ["test/build.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
