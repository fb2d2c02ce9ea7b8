import { type HashOptions, type HashSummary, hashDataset } from "./hash-dataset.ts";

/** Hashes a department's file; where the schema says that it may hold several records of a person, those are found first. */
export async function hashFile(options: Omit<HashOptions, "people">, onStage?: (stage: string, done: number, total: number) => void): Promise<HashSummary> {
  if (options.schema.duplicates !== true) return hashDataset(options);
  const { findOwnPeople } = await import("./find-own-people.ts"); // brings all of the linkage wing with it, and few files need it
  return hashDataset({ ...options, people: await findOwnPeople({ ...options, fields: options.schema.fields, onStage }) });
}
