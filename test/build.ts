import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";

/** End-to-end tests and workers run from dist/: bring it up to date with the sources before anything runs. */
export default function build(): void {
  const root = new URL("..", import.meta.url).pathname;
  execFileSync("npm", ["run", "-s", "build:ts"], { cwd: root, stdio: "inherit" });
  const assembly = `${root}src/kernel/assembly/`;
  const newest = Math.max(...readdirSync(assembly).map((name) => statSync(assembly + name).mtimeMs));
  for (const kernel of ["encode", "link"]) {
    const built = statSync(`${root}dist/kernel/${kernel}.wasm`, { throwIfNoEntry: false });
    if (built === undefined || built.mtimeMs < newest) execFileSync("npm", ["run", "-s", `build:${kernel}`], { cwd: root, stdio: "inherit" });
  }
}
