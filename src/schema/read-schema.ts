import { readFileSync } from "node:fs";
import { fileError } from "../errors.ts";
import { type LinkageSchema, parseSchema } from "./linkage-schema.ts";

/** Reads the agreed schema. @throws SaltlinkError (usage) when there is no such file, (input) when it is no schema. */
export function readSchema(path: string): LinkageSchema {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw fileError(error, "read the schema", path);
  }
  return parseSchema(text, path);
}
