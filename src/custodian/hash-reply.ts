import { fileError } from "../errors.ts";
import type { Header } from "../exchange/header.ts";
import type { FinishedPartition } from "./finish-rows.ts";
import type { SliceResult } from "./hash-slice.ts";
import type { SharedColumn } from "./shared-values.ts";

export type HashReply = SliceResult | SharedColumn | FinishedPartition | Header["randomPairs"];

/** What the file system said no with: an error loses its code between threads. */
export interface FileFailure {
  readonly failure: string;
}

/** @throws SaltlinkError (io) for what the file system refused a thread that works for `path`. */
export function replyOf(reply: HashReply | FileFailure, path: string): HashReply {
  if ("failure" in reply && typeof reply.failure === "string") throw fileError({ code: reply.failure }, "write", path);
  return reply as HashReply;
}
