import { readFileSync } from "node:fs";

/** The package's own version; package.json lies two folders up from dist/src and one from src. */
export const version: string = readVersion();
export const toolName = `saltlink ${version}`;

function readVersion(): string {
  for (const up of ["../package.json", "../../package.json"]) {
    try {
      const { name, version: found } = JSON.parse(readFileSync(new URL(up, import.meta.url), "utf8")) as { name?: string; version?: string };
      if (name === "saltlink" && found !== undefined) return found;
    } catch {
      // look further up
    }
  }
  throw new Error("package.json of saltlink not found");
}
