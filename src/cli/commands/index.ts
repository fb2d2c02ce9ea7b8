import { addBench } from "./bench.ts";
import type { AddCommand } from "./command.ts";
import { addAudit } from "./audit.ts";
import { addDemo } from "./demo.ts";
import { addEvaluate } from "./evaluate.ts";
import { addExplain } from "./explain.ts";
import { addHash } from "./hash.ts";
import { addInspect } from "./inspect.ts";
import { addJoin } from "./join.ts";
import { addKeygen } from "./keygen.ts";
import { addLink } from "./link.ts";
import { addReport } from "./report.ts";
import { addReturn } from "./return.ts";
import { addSchema } from "./schema.ts";
import { addSynth } from "./synth.ts";

/** All commands, in the order in which a user meets them. */
export const commands: readonly AddCommand[] = [addKeygen, addSchema, addHash, addAudit, addInspect, addLink, addEvaluate, addExplain, addReport, addReturn, addJoin, addSynth, addBench, addDemo];
