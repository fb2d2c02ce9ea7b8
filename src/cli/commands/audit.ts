import { audit } from "../../audit/audit.ts";
import { auditPage, controlText, limitText, namedText, shareText } from "../../audit/audit-page.ts";
import { disclosed } from "../../audit/disclosed.ts";
import { lookupPath } from "../../custodian/companion-files.ts";
import { SaltlinkError } from "../../errors.ts";
import { PartialFile, protectInputs } from "../../output/partial-file.ts";
import { defaultThreads } from "../../pool/workers.ts";
import { readSchema } from "../../schema/read-schema.ts";
import { type MapOptions, findMap, withMap } from "../find-map.ts";
import { type SaltOptions, findSalt, withSalt } from "../find-salt.ts";
import { type Terminal, count, seconds, table } from "../terminal.ts";
import { type AddCommand, wholeNumber } from "./command.ts";

interface AuditCommandOptions extends MapOptions, SaltOptions {
  input: string;
  schema: string;
  lookup?: string;
  names?: string;
  out?: string;
  threads: number;
  force?: boolean;
  json?: boolean;
}

export const addAudit: AddCommand = (program, { terminal }) => {
  const command = program
    .command("audit")
    .description("attack a hashed file before it leaves the department, and say how many people each attack names")
    .argument("<hashed>", "the hashed file")
    .requiredOption("--input <csv>", "the file that was hashed")
    .requiredOption("--schema <file>", "the agreed schema");
  withSalt(command)
    .option("--lookup <file>", "the lookup that hash wrote (default: NAME.lookup.csv beside the hashed file)")
    .option("--names <csv>", "public frequencies for the frequency attack: columns field, value and count");
  withMap(command)
    .option("--out <file>", "write a page for the data protection impact assessment (Markdown)")
    .option("--threads <n>", "worker threads", wholeNumber, defaultThreads())
    .option("--json", "print the findings as JSON")
    .option("--force", "replace the page if it is there")
    .addHelpText("after", "\nExample:\n  saltlink audit census.parquet --input census.csv --schema link.schema.json --salt project.salt --out audit.md")
    .action((hashed: string, options: AuditCommandOptions) => run(hashed, options, terminal));
};

async function run(hashed: string, options: AuditCommandOptions, terminal: Terminal): Promise<void> {
  const started = performance.now();
  const { input, out, threads, encoding, names } = options;
  const schema = readSchema(options.schema);
  const lookup = options.lookup ?? lookupPath(hashed);
  protectInputs([hashed, lookup, input, options.schema, options.salt, options.map, names]);
  const salt = await findSalt(options);
  const page = out === undefined ? undefined : new PartialFile(out, { force: options.force === true, mode: 0o644 });
  const progress = terminal.progress();
  try {
    const map = await findMap(input, schema, options, terminal);
    const report = await audit({ hashed, lookup, input, encoding, map, threads, schema, salt, ...(names === undefined ? {} : { names }), onProgress: progress.update });
    progress.stop();
    page?.write(auditPage(report));
    page?.commit();
    const found = disclosed(report);
    if (options.json === true) terminal.json({ verdict: report.red ? "red" : "green", people: report.people, findings: found, ...(out === undefined ? {} : { page: out }) });
    else {
      const rows = found.filter(({ attack }) => attack !== "evenness").map((finding) => [`${finding.attack}, ${finding.of}`, namedText(finding), shareText(finding), limitText(finding), finding.verdict, controlText(finding)]);
      terminal.result(table([["attack", "named", "share", "limit", "verdict", "unprotected"], ...rows]));
      terminal.note("  <10: fewer than ten people, too few to be told or to be over a limit; their share is below that of ten");
      terminal.note(`${count(report.people.file)} people, similarity judged on ${count(report.people.sample)} of them (${seconds(performance.now() - started)})`);
      if (out !== undefined) terminal.note(`${out}: what the figures mean, for the data protection impact assessment`);
    }
    if (report.red) {
      const strata = report.header.strata.map(({ name }) => name).join(", ");
      const advice = strata === "" ? "Agree" : `It carries strata in clear (${strata}), which tell people apart whatever else it shows: hash it without them, or with fewer and larger groups. If that is not enough, agree`;
      throw new SaltlinkError("audit", `${hashed}: an attack names more people than the limit allows; the file should not leave the department. ${advice} on a schema that shows less (schema init --sharing 4%), or on profile strict`);
    }
  } catch (error) {
    page?.discard();
    throw error;
  } finally {
    progress.stop();
    salt.secret.fill(0);
  }
}
