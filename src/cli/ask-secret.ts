import { SaltlinkError } from "../errors.ts";

/** Asks for a line that the terminal does not show. Ctrl-C interrupts the program as ever. */
export async function askSecret(question: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) throw new SaltlinkError("usage", "there is no terminal to ask at; give an open file descriptor instead (see --help)");
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  stdin.resume();
  let line = "";
  let listen = (_typed: string): void => {};
  try {
    await new Promise<void>((resolve) => {
      listen = (typed) => {
        for (const key of typed) {
          if (key === "\r" || key === "\n" || key === "\u0004") return resolve();
          if (key === "\u0003") process.kill(process.pid, "SIGINT");
          else if (key === "\u007f" || key === "\b") line = [...line].slice(0, -1).join("");
          else if (key >= " ") line += key;
        }
      };
      stdin.on("data", listen);
    });
  } finally {
    stdin.off("data", listen);
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\n");
  }
  return line;
}
