import inspector from "node:inspector";
import { SaltlinkError } from "../errors.ts";

/** Options of Node that show or write what is in the memory of a process. A diagnostic report (`--report-...`) does not: it has no heap. */
const REVEALING = /^--(?:inspect(?:-brk|-wait)?(?:=|$)|heap-?(?:snapshot|prof)|abort-on-uncaught-exception)/;

/** Refuses to hold a secret where another program was asked to look on. @throws SaltlinkError (key) */
export function refuseOnlookers(): void {
  const given = [...process.execArgv, ...(process.env["NODE_OPTIONS"] ?? "").split(/\s+/)].map((option) => option.replaceAll("_", "-"));
  const revealing = given.find((option) => REVEALING.test(option)) ?? (inspector.url() === undefined ? undefined : "--inspect");
  if (revealing !== undefined) throw new SaltlinkError("key", `the salt is not read while Node runs with ${revealing.split("=")[0]}, which shows or writes the memory of the process; run again without it (see NODE_OPTIONS)`);
}
