import type { LinkageSchema } from "./linkage-schema.ts";

/** Whether `hash` withholds values of keys that several records of a file have (custodian/shared-values.ts). By itself, because threads ask it, and what reads and checks a schema takes long to load. */
export function withholdsShared({ profile, weakened }: LinkageSchema): boolean {
  return profile === "standard" && weakened !== true;
}

const LEAST_SHARED = 3;

/** Whether a record with so many of its keys shared is taken for some person's second: then it keeps their values. */
export function isSecondRecord(shared: number, present: number): boolean {
  return shared >= LEAST_SHARED && shared * 2 >= present;
}
