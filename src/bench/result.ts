/** Stages that are measured, in the order of a job. */
export const stages = ["kernel", "hash", "link", "end-to-end"] as const;
export type Stage = (typeof stages)[number];

/** One tool's figures for one piece of work, measured several times. */
export interface Result {
  /** What was measured, such as "hash" or "link: compare". */
  readonly work: string;
  readonly tool: string;
  /** Records of each file. */
  readonly records: number;
  readonly unit: "records" | "pairs";
  /** Units done in one run. */
  readonly units: number;
  readonly seconds: number[];
  /** Processor seconds of all threads, which tell more than time where a machine is busy with other things; absent where the work is one part of a run. */
  readonly cpuSeconds: number[];
  /** Largest of all runs, in bytes; absent where the work is one part of a run. */
  peakMemory?: number;
  readonly bytesPerRecord?: number;
  /** F1 of the links against the truth. */
  readonly f1?: number;
  /** What shows that two tools did the same: records encoded, pairs found, true pairs found. */
  readonly proof: number;
  /** Digest of what came out, where two tools must find the very same. */
  readonly same?: string;
  /** Share of a peer's `proof` that ours may miss: links are never exactly the same. */
  readonly slack: number;
}

export const ours = "saltlink";

interface Spread {
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { minimum: sorted[0]!, median, maximum: sorted.at(-1)! };
}

/** What is said of a result. */
export interface Figures extends Omit<Result, "seconds" | "cpuSeconds" | "proof" | "slack" | "same"> {
  readonly seconds: Spread;
  readonly cpuSeconds?: Spread;
  /** Units a second, at the median. */
  readonly rate: number;
  /** How much faster ours is; absent for ours, null where ours has not been shown to do at least the peer's work. */
  readonly ratio?: number | null;
}

export function figuresOf(results: readonly Result[]): Figures[] {
  return results.map((result) => {
    const { proof: _proof, slack: _slack, same: _same, cpuSeconds, ...rest } = result;
    return { ...rest, seconds: spread(result.seconds), ...(cpuSeconds.length === 0 ? {} : { cpuSeconds: spread(cpuSeconds) }), rate: rate(result), ...(result.tool === ours ? {} : { ratio: ratioTo(result, results) ?? null }) };
  });
}

function rate({ units, seconds }: Result): number {
  return units / spread(seconds).median;
}

/** By rate where each tool counts pairs of its own choice (comparing), by time for the whole of a job. For the same work both are the same. */
function ratioTo(peer: Result, results: readonly Result[]): number | undefined {
  const own = results.find(({ work, tool, records }) => tool === ours && work === peer.work && records === peer.records);
  if (own === undefined || own.proof < peer.proof * (1 - peer.slack) || own.same !== peer.same) return undefined;
  return rate(own) / rate(peer);
}
