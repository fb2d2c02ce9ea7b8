/**
 * 95 % prediction interval of a count that is expected to be `mean`, where the expectation itself may be off: Poisson with a log-normal rate, whose median is the mean and whose logarithm has standard deviation `logSd`
 * (Bulmer 1974). Covers the chance of the count and the error of the model together.
 *
 * @returns whole numbers [low, high]; [0, 0] for a mean of 0
 */
export function countInterval(mean: number, logSd: number): [number, number] {
  if (!(mean > 0)) return [0, 0];
  const rates = GRID.map((z) => mean * Math.exp(logSd * z));
  const quantile = (p: number): number => {
    let low = -1; // P(count <= -1) = 0
    let high = Math.max(1, Math.ceil(mean));
    while (cumulative(high, rates) < p) [low, high] = [high, high * 2];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (cumulative(middle, rates) < p) low = middle;
      else high = middle;
    }
    return high;
  };
  return [quantile(0.025), quantile(0.975)];
}

const STEP = 0.1;
const GRID = Array.from({ length: 81 }, (_, i) => (i - 40) * STEP);
const WEIGHTS = GRID.map((z) => STEP * Math.exp(-0.5 * z * z));

/** P(count <= k): the Poisson's, by Wilson & Hilferty (1931), averaged over the rate. `rates`: at the points of the grid. */
function cumulative(k: number, rates: readonly number[]): number {
  let sum = 0;
  const spread = 1 / (9 * (k + 1));
  for (let i = 0; i < rates.length; i++) {
    const at = (Math.cbrt(rates[i]! / (k + 1)) - (1 - spread)) / Math.sqrt(spread);
    sum += WEIGHTS[i]! * (1 - normalCumulative(at));
  }
  return sum / Math.sqrt(2 * Math.PI);
}

/** Abramowitz & Stegun (1964), 26.2.17: absolute error below 1e-7. */
export function normalCumulative(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail = (Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)) * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x > 0 ? 1 - tail : tail;
}
