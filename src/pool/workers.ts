import { availableParallelism } from "node:os";

/** Threads to use when the user names none. */
export function defaultThreads(): number {
  return availableParallelism();
}

/** Those whose threads may still be loading their code. */
export const starting = new Set<Promise<unknown>>();

/** Resolves when no thread is still loading its code: a process that ends just then aborts (Node 20, IsGraphAsync). For signal handlers. */
export async function workersStarted(): Promise<void> {
  await Promise.all(starting);
}

/** Who does tasks: threads (pool.ts) or the calling thread itself (own-thread.ts). Tasks must not depend on which thread runs them, nor on being run once. */
export abstract class Workers<Task, Result> {
  abstract readonly threads: number;
  abstract run(task: Task): Promise<Result>;
  abstract close(): Promise<void>;

  /** Runs tasks as they come, so many at most in flight, and yields their results in the order of the tasks. */
  async *map(tasks: AsyncIterable<Task> | Iterable<Task>, inFlight = this.threads * 2): AsyncGenerator<Result> {
    const flying: Promise<Result>[] = [];
    try {
      for await (const task of tasks) {
        const result = this.run(task);
        result.catch(() => {}); // looked at when its turn comes
        flying.push(result);
        if (flying.length >= inFlight) yield await flying.shift()!;
      }
      while (flying.length > 0) yield await flying.shift()!;
    } finally {
      await Promise.allSettled(flying);
    }
  }
}
