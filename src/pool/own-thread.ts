import { setImmediate as turn } from "node:timers/promises";
import { Workers } from "./workers.ts";

/** Tasks done by the calling thread itself: for work that takes less long than threads take to load its code. */
export class OwnThread<Task, Result> extends Workers<Task, Result> {
  readonly threads = 1;
  readonly #work: (task: Task) => Promise<Result>;

  constructor(work: (task: Task) => Promise<Result>) {
    super();
    this.#work = work;
  }

  async run(task: Task): Promise<Result> {
    await turn(); // signals are heard between tasks
    return this.#work(task);
  }

  async close(): Promise<void> {}
}
