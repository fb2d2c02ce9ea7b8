import type { LinkageSchema } from "./linkage-schema.ts";

/** Whether `hash` withholds values of keys that several records of a file have (custodian/shared-values.ts). By itself, because threads ask it, and what reads and checks a schema takes long to load. */
export function withholdsShared({ profile, weakened }: LinkageSchema): boolean {
  return profile === "standard" && weakened !== true;
}
