import { Piscina } from "piscina";
import { SaltlinkError } from "../errors.ts";
import { Workers, starting } from "./workers.ts";

/** Threads that all run one worker file of `workers/`. A task that its worker dies on is tried once more; then the run fails with exit 6. */
export class Pool<Task, Result> extends Workers<Task, Result> {
  readonly threads: number;
  /** Resolves when every thread has loaded its code, or ended over it. */
  readonly started: Promise<unknown>;
  readonly #piscina: Piscina<Task, Result>;
  #closed: Promise<void> | undefined;

  /** @param queued tasks that a thread is given at a time: with two it has its next one already and does not wait for the main thread, which may be busy. Only for tasks that may run in between each other where they wait for something. */
  constructor(worker: "hash-slice" | "link-task", threads: number, workerData: unknown, queued = 1) {
    super();
    this.threads = threads;
    const filename = new URL(`../../workers/${worker}.js`, import.meta.url).href;
    // tasks are long (10 ms and more): waiting on atomics would only burn a core
    this.#piscina = new Piscina<Task, Result>({ filename, minThreads: threads, maxThreads: threads, concurrentTasksPerWorker: queued, workerData, atomics: "disabled", maxQueue: Infinity });
    // a thread's first message is that it is ready
    this.started = Promise.all(this.#piscina.threads.map((thread) => new Promise<void>((resolve) => ["message", "error", "exit"].forEach((event) => thread.once(event, () => resolve())))));
    starting.add(this.started);
  }

  async run(task: Task): Promise<Result> {
    try {
      return await this.#piscina.run(task);
    } catch (error) {
      if (!isWorkerDeath(error)) throw error;
    }
    try {
      return await this.#piscina.run(task);
    } catch (error) {
      if (isWorkerDeath(error)) throw new SaltlinkError("worker", "a worker thread died twice on the same work, probably for want of memory; run again with fewer --threads");
      throw error;
    }
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    starting.delete(this.started);
    // a thread that is ended while it loads its code takes the process with it (Node 20, IsGraphAsync); waiting for it must keep the process alive
    for (const thread of this.#piscina.threads) thread.ref();
    await this.started;
    await this.#piscina.destroy();
  }
}

function isWorkerDeath(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === "ERR_WORKER_OUT_OF_MEMORY" || /^worker exited with code|Terminating worker/.test(message ?? "");
}
