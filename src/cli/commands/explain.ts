import { Option } from "commander";
import { SaltlinkError } from "../../errors.ts";
import type { HashedFile } from "../../exchange/read-hashed-file.ts";
import { recordIdTexts } from "../../exchange/record-ids.ts";
import { type Explanation, type UncomparedPair, explainPair } from "../../linkage/explain-pair.ts";
import { linkDatasets } from "../../linkage/link-datasets.ts";
import { standingRows } from "../../linkage/own-people.ts";
import { defaultThreads } from "../../pool/workers.ts";
import { openInputs } from "../../report/open-inputs.ts";
import { readManifest } from "../../report/run-directory.ts";
import { ruleName } from "../rule-name.ts";
import { type Terminal, counted, table } from "../terminal.ts";
import { type AddCommand, wholeNumber } from "./command.ts";

interface ExplainOptions {
  inputs?: string[];
  threads: number;
  json?: boolean;
}

export const addExplain: AddCommand = (program, { terminal }) => {
  program
    .command("explain")
    .description("say step by step why a pair of records was linked or not")
    .argument("<run>", "directory of a run")
    .argument("<record_a>", "record id in the first hashed file")
    .argument("<record_b>", "record id in the second (or the same, for duplicates)")
    .addOption(new Option("--inputs <file...>", "the hashed files, if they have moved since the run"))
    .option("--threads <n>", "worker threads", wholeNumber, defaultThreads())
    .option("--json", "print the explanation as JSON")
    .addHelpText("after", "\nThe run is repeated for it, so it takes as long.\n\nExample:\n  saltlink explain run 5f0c0a4be1d24a6f8e9b7c3d2a1f0e4b 0b7d5a2c9e8f41d3a6c4b2e1f0d9c8a7")
    .action((run: string, recordA: string, recordB: string, options: ExplainOptions) => explain(run, [recordA, recordB], options, terminal));
};

async function explain(run: string, records: [string, string], options: ExplainOptions, terminal: Terminal): Promise<void> {
  const manifest = readManifest(run);
  const files = await openInputs(run, manifest, options.inputs);
  const progress = terminal.progress();
  try {
    const [a, b] = files as [HashedFile, HashedFile?];
    const idsA = recordIdTexts(await a.readRecordIds());
    const idsB = b === undefined ? idsA : recordIdTexts(await b.readRecordIds());
    const [rowA, rowB] = [idsA.indexOf(records[0]), idsB.indexOf(records[1])];
    if (rowA < 0) throw new SaltlinkError("usage", `the first record id is not in ${a.path}; ids are those of the hashed files, in their order`);
    if (rowB < 0) throw new SaltlinkError("usage", `the second record id is not in ${(b ?? a).path}; ids are those of the hashed files, in their order`);
    if (b === undefined && rowA === rowB) throw new SaltlinkError("usage", "the two record ids are the same record");
    if (b === undefined && a.header.people !== undefined) throw new SaltlinkError("usage", `who is one person in ${a.path} its department found out itself before it hashed the file; nothing was compared that could be explained`);
    const cardinality = manifest.mode === "dedupe" ? "many-to-many" : manifest.mode;
    const linkage = await linkDatasets({ a, ...(b === undefined ? {} : { b }), threads: options.threads, blockCap: manifest.blockCap, cardinality, threshold: manifest.threshold, onProgress: progress.update });
    progress.stop();
    const found = explainPair(linkage, a.header.schema, cardinality, rowA, rowB);
    if (!found.reached) {
      for (const [file, row, ids] of [[a, rowA, idsA], [b ?? a, rowB, idsB]] as const) {
        const standing = (await standingRows(file))?.[row] ?? row;
        if (standing !== row) throw new SaltlinkError("usage", `another record of that person stands for it in ${file.path}, and is the one that was compared: explain ${ids[standing]!}`);
      }
    }
    const rivals = found.rivals.map(({ rowA: x, rowB: y, ...rival }) => ({ recordA: idsA[x]!, recordB: idsB[y]!, ...rival }));
    if (options.json === true) terminal.json({ recordA: records[0], recordB: records[1], ...found, rivals });
    else print(found, rivals, terminal);
  } finally {
    progress.stop();
    for (const file of files) await file.close();
  }
}

type NamedRival = Omit<Explanation["rivals"][number], "rowA" | "rowB"> & { readonly recordA: string; readonly recordB: string };

const MOST_RIVALS = 10; // more are in --json

function print(found: Explanation | UncomparedPair, rivals: readonly NamedRival[], terminal: Terminal): void {
  if (found.reached) printEvidence(found, terminal);
  else terminal.result(terminal.strong(`not linked: ${found.reason}`));
  if (rivals.length === 0) {
    terminal.result(found.reached ? "no rivals" : "neither record was compared with any other");
    return;
  }
  terminal.result(found.reached ? counted(rivals.length, "rival") : `pairs in which one of the two was compared: ${rivals.length}`);
  terminal.result(table([["record a", "record b", "match weight", "probability", ""], ...rivals.slice(0, MOST_RIVALS).map((rival) => [rival.recordA, rival.recordB, inBits(rival.matchWeight), rival.probability.toFixed(6), rival.linked ? "linked" : ""])]));
  if (rivals.length > MOST_RIVALS) terminal.result(`  and ${rivals.length - MOST_RIVALS} more (--json)`);
}

const inBits = (value: number): string => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(2)}`;

function printEvidence({ priorBits, evidence, togetherBits, relativesBits, matchWeight, pairwiseProbability, partnersBits, probability, threshold, rules, linked, tied, reason }: Explanation, terminal: Terminal): void {
  terminal.result(terminal.strong(linked ? `linked${tied ? ", against a pair of the same weight (content decided)" : ""}` : `not linked: ${reason}`));
  terminal.result(
    table([
      ["", "bits", ""],
      ["prior", inBits(priorBits), "matches among all pairs"],
      ...evidence.map(({ group, levels, bits: own }) => [group, inBits(own), levels.join(", ")]),
      ["together", inBits(togetherBits), "errors come together, in careless records"],
      ...(relativesBits === 0 ? [] : [["relatives", inBits(relativesBits), "a household, twins or namesakes could show the same"]]),
      ["match weight", inBits(matchWeight), "the evidence without the prior"],
      ["by itself", inBits(priorBits + matchWeight), `probability ${pairwiseProbability.toFixed(6)}`],
      ...(partnersBits === 0 ? [] : [["partners", inBits(partnersBits), "most rivals have theirs, or are withheld; within one file, the others of the cluster"]]),
      ["in all", inBits(priorBits + matchWeight + partnersBits), `probability ${probability.toFixed(6)}, threshold ${threshold}`],
    ]),
  );
  terminal.result(`reached by ${rules.map(ruleName).join("; ")}`);
}
