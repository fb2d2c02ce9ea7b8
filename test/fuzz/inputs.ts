/** Inputs of each fuzz test: a slice in every run, more when asked: SALTLINK_FUZZ=1000000 npx vitest run --config test/vitest.config.ts test/fuzz */
export const inputs = (slice: number): number => Number(process.env["SALTLINK_FUZZ"] ?? slice);

/** Time for as many inputs as were asked for; a limit against hanging, not a benchmark. */
export const patience = 24 * 60 * 60_000;
