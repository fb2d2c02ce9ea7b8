import type { AddCommand } from "./command.ts";
import { addHash } from "./hash.ts";
import { addInspect } from "./inspect.ts";
import { addKeygen } from "./keygen.ts";
import { addSchema } from "./schema.ts";

/** All commands, in the order in which a user meets them. */
export const commands: readonly AddCommand[] = [addKeygen, addSchema, addHash, addInspect];
