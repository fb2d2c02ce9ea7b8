/**
 * Inputs of a fuzz test: a seeded slice in every run, ten thousand in all; a hundred times as many in `npm run test:slow`. Both begin with the same ones.
 */
export const inputs = (slice: number): number => slice * Number(process.env["FUZZ_TIMES"] ?? 1);

/** Time for as many inputs as were asked for; a limit against hanging, not a benchmark. */
export const patience = 24 * 60 * 60_000;
