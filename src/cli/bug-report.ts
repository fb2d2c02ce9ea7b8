/**
 * What may be told of a bug: where in the code it showed, and nothing that the runtime says of it, for its messages quote the values that they are about.
 */
export function bugReport(error: unknown): string {
  const { message, stack } = error instanceof Error ? error : { message: "", stack: "" };
  // of its class, which the code has named: an error's own name may be anything
  const name = error instanceof Error ? (Object.getPrototypeOf(error) as Error).constructor.name : typeof error;
  // a message of several lines may look like frames: what stands before its end is not read (a name may hold it too), and only the form of a place in a file is taken
  const end = typeof stack === "string" ? (message === "" ? 0 : stack.lastIndexOf(message)) : -1;
  const frames = end < 0 ? [] : stack!.slice(end + message.length).split("\n").filter((line) => FRAME.test(line)).slice(0, MOST_FRAMES);
  return [`a bug in saltlink (${/^\w{1,40}$/.test(name) ? name : "unnamed"}); please report these lines:`, ...frames].join("\n");
}

const FRAME = /^    at (?:[\w.<>$#[\] ]{1,100} \()?(?:file:|node:|\/|[A-Z]:\\)[^()]*:\d+:\d+\)?$/;
const MOST_FRAMES = 6;
