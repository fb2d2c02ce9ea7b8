import { styleText } from "node:util";
import type * as CliProgress from "cli-progress";

/** The streams and arguments that a run works with; `process` is one. */
export interface Host {
  readonly argv: readonly string[];
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Follows the progress of a run, terminal or not. */
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

/** What commands say and where: results on stdout, everything else on stderr. */
export class Terminal {
  quiet = false;
  #progress: Progress | undefined;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** A result: what the user asked for. */
  result(text: string): void {
    this.#host.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  }

  json(value: unknown): void {
    this.result(JSON.stringify(value, null, 2));
  }

  /** What happened by the way. */
  note(text: string): void {
    if (!this.quiet) this.#host.stderr.write(`${text}\n`);
  }

  warn(text: string): void {
    this.#host.stderr.write(`${this.#style("yellow", "warning:")} ${text}\n`);
  }

  error(text: string): void {
    this.#host.stderr.write(`${this.#style("red", "error:")} ${text}\n`);
  }

  strong(text: string): string {
    return styleText("bold", text, { stream: this.#host.stdout });
  }

  faint(text: string): string {
    return styleText("dim", text, { stream: this.#host.stdout });
  }

  #style(format: "red" | "yellow", text: string): string {
    return styleText(format, text, { stream: this.#host.stderr });
  }

  /** A bar on a terminal's stderr, from the second second on. */
  progress(): Progress {
    this.#progress = new Progress(this.quiet || !this.#host.stderr.isTTY ? undefined : this.#host.stderr, this.#host.onProgress);
    return this.#progress;
  }

  /** Gives the terminal back as it was: a bar that an error or a signal cut off hides the cursor. */
  restore(): void {
    this.#progress?.stop();
  }
}

export class Progress {
  readonly #stream: NodeJS.WriteStream | undefined;
  readonly #follower: Host["onProgress"];
  readonly #started = performance.now();
  /** The library of bars, once it is loaded: for a terminal alone, as others need not wait for it. */
  #library: typeof CliProgress | undefined;
  #bar: CliProgress.SingleBar | undefined;
  #stage = "";

  constructor(stream: NodeJS.WriteStream | undefined, follower: Host["onProgress"]) {
    this.#stream = stream;
    this.#follower = follower;
    if (stream !== undefined) void import("cli-progress").then((library) => (this.#library = library));
  }

  /** `done` of `total` units of a stage. */
  readonly update = (stage: string, done: number, total: number): void => {
    this.#follower?.(stage, done, total);
    if (this.#stream === undefined || this.#library === undefined || performance.now() - this.#started < 1000) return;
    if (this.#bar === undefined) {
      const { Presets, SingleBar } = this.#library;
      this.#bar = new SingleBar({ format: "{stage} {bar} {percentage} %  {eta_formatted} left", stream: this.#stream, hideCursor: true, clearOnComplete: true, etaBuffer: 50 }, Presets.shades_classic);
      this.#bar.start(total, done, { stage: stage.padEnd(10) });
    }
    if (stage !== this.#stage) this.#bar.setTotal(total);
    this.#stage = stage;
    this.#bar.update(done, { stage: stage.padEnd(10) });
  };

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

/** Whole numbers with thousands separators, whatever the locale. */
export function count(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** So many of a thing, "1 link" or "1,234 links". */
export function counted(value: number, thing: string): string {
  return `${count(value)} ${thing}${Math.round(value) === 1 ? "" : "s"}`;
}

/** A share as a percentage with as many digits as it needs to be told from 0 and 100. */
export function percent(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  const digits = share < 0.0001 || share > 0.9999 ? 4 : share < 0.01 || share > 0.99 ? 2 : 1;
  return `${(share * 100).toFixed(digits)} %`;
}

export function seconds(milliseconds: number): string {
  return milliseconds < 10_000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${Math.round(milliseconds / 1000)} s`;
}

/** Columns aligned by spaces; numbers (strings of digits and separators) to the right. */
export function table(rows: readonly (readonly string[])[], indent = "  "): string {
  const widths = rows[0]?.map((_, c) => Math.max(...rows.map((row) => (row[c] ?? "").length))) ?? [];
  return rows
    .map((row) => (indent + row.map((cell, c) => (/^[<~]?[\d,.]+( %)?$/.test(cell) ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!))).join("  ")).trimEnd())
    .join("\n");
}
