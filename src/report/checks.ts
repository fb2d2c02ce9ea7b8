import type { Told } from "./disclosure-control.ts";
import { countText, countWords, shareText, shareWords } from "./figure-text.ts";
import { leftOut } from "./left-out.ts";
import { judgementOf } from "./sections.ts";
import type { AuditVerdict, Report } from "./report.ts";

/** A judgement in plain words; `none` where nothing lets one judge. */
export interface Check {
  readonly name: string;
  readonly status: "green" | "amber" | "red" | "none";
  readonly finding: string;
  /** What to do about it. */
  readonly advice: string;
}

/** What to do where all is well. */
export const NOTHING = "Nothing to do.";

type Figures = Omit<Report, "checks">;

// From here on a share is fine, below the second it is not to be used as it is.
const PRECISION = { green: 0.99, amber: 0.95 };
const RECALL = { green: 0.95, amber: 0.85 };
const COVERAGE = { green: 0.98, amber: 0.9 };
/** Share of missing values that a rule on the field will feel. */
const MUCH_MISSING = 0.1;
/** Pairs of a key for each match in it: beyond, it says next to nothing. */
const DEGENERATE = 100;
const MANY_TIED = 0.01;
const MANY_DUPLICATES = 0.001;
const MANY_UNEXPLAINED = 0.01;
/** Links below are likelier none. */
const LIKELY = 0.5;
/** Records of a file of which fewer than ten links may well be all. */
const SMALL_FILE = 50;

/** Judged by what is told alone, so that a colour tells no more than the figures. */
export function checksOf(figures: Figures, audits: readonly AuditVerdict[]): Check[] {
  return [precision(figures), recall(figures), coverage(figures), rules(figures), capped(figures), fit(figures), ties(figures), duplicates(figures), files(figures), subgroups(figures), audit(audits)];
}

/** The worst of all. */
export function verdictOf(checks: readonly Check[]): "green" | "amber" | "red" {
  const worst = (["red", "amber"] as const).find((status) => checks.some((check) => check.status === status));
  return worst ?? "green";
}

function precision(figures: Figures): Check {
  const { quality, model } = figures;
  const name = "Wrong links";
  const { links, precision: share, wrongLinks } = quality;
  if (share === null) return withoutLinks(figures);
  const status = model.targetReached === false ? "red" : graded(share, PRECISION);
  return {
    name,
    status,
    finding: `${capital(countWords(wrongLinks, "about "))} of ${countText(links)} links are thought to be wrong: precision ${shareText(share)}.${model.targetReached === false ? " The precision asked for was not reached." : ""}`,
    advice: {
      green: "Nothing to do. Wrong links join two people's records into one: keep them in mind where single cases matter.",
      amber: "Raise the threshold (section 7 shows what it costs), or carry the error into the analysis.",
      red: "Do not use these links as they are: raise the threshold, or add a field or a rule that tells people apart.",
      none: "There are too few links to say more here; the restricted report has the figure.",
    }[status],
  };
}

/** There is nothing to be precise about: no links, or so few that their number is withheld. */
function withoutLinks({ quality, mode, threshold, thresholds, files }: Figures): Check {
  const check = { name: "Wrong links", status: "none", finding: `${capital(countWords(quality.links))} links were made.` } as const;
  const lower = thresholds.findLast((row) => row.threshold >= LIKELY && row.threshold < threshold && lowest(row.links) > 0);
  if (lower !== undefined) return { ...check, status: "red", advice: `The threshold of ${threshold} is the reason: at ${lower.threshold} there are ${countWords(lower.links)} links (section 7).` };
  if (mode === "dedupe") return { ...check, advice: "The file seems to hold nobody twice, as far as its profile and rules can tell." };
  if (quality.links !== 0 && files.some(({ records }) => lowest(records) < SMALL_FILE)) return { ...check, advice: "There are too few people in a file to say more here; the restricted report has the figure." };
  return { ...check, status: "red", advice: `The files seem to share ${quality.links === 0 ? "no people" : "hardly any people"}, as far as their profile and rules can tell: see whether they cover the same people and write the same fields.` };
}

function recall({ quality }: Figures): Check {
  const status = quality.links !== null && typeof quality.links !== "number" && "under" in quality.links ? "none" : graded(quality.recall, RECALL);
  return {
    name: "Missed links",
    status,
    finding: `${capital(countWords(quality.missedLinks, "about "))} of ${countWords(quality.matches)} matches are thought to be missing${quality.recall === null ? "" : `: recall ${shareText(quality.recall)}`}.`,
    advice: {
      green: "Nothing to do. The missing are seldom a random sample: see the subgroups.",
      amber: "See section 4 for what no rule reaches and section 7 for what the threshold leaves out; say in the analysis who may be missing.",
      red: "Many matches are missing: add rules or fields, or lower the threshold. Do not read unlinked records as people who are not in the other file.",
      none: "There are too few matches to say more here; the restricted report has the figure.",
    }[status],
  };
}

/** A department's own duplicates, which it has looked for itself (linkage/link-own-people.ts): there are no rules, and there is no model. */
function isFoundAtHome({ mode, rules }: Figures): boolean {
  return mode === "dedupe" && rules.length === 0;
}
const AT_HOME = "The department looked for its own duplicates before it hashed the file; nothing was compared here.";

function coverage(figures: Figures): Check {
  const { quality } = figures;
  const status = graded(quality.reached, COVERAGE);
  return {
    name: "Reach of the rules",
    status,
    finding: isFoundAtHome(figures) ? `${AT_HOME} It is thought to have found ${shareWords(quality.reached)} of them.` : `The blocking rules bring together ${shareWords(quality.reached)} of the matches; the rest are never compared.`,
    advice: {
      green: NOTHING,
      amber: "Add keys that survive other errors (schema init --sharing moves the trade between reach and privacy).",
      red: "The rules miss too many: the threshold cannot bring these back. Add keys, or a field that both files fill.",
      none: "There are too few matches to say more here; the restricted report has the figure.",
    }[status],
  };
}

function rules(figures: Figures): Check {
  const { rules, quality } = figures;
  const matches = lowest(quality.matches);
  const empty = rules.filter((rule) => matches >= 10 * DEGENERATE && highest(rule.pairs) <= 10);
  const blunt = rules.filter((rule) => rule.kind === "key" && lowest(rule.pairs) > DEGENERATE * Math.max(10, highest(rule.matches)));
  const status = empty.length + blunt.length === 0 ? "green" : "amber";
  const names = (list: readonly { parts: readonly string[] }[]): string => list.map(({ parts }) => parts.join(" + ")).join("; ");
  return {
    name: "Degenerate rules",
    status,
    finding: isFoundAtHome(figures) ? AT_HOME : status === "green" ? "Every blocking rule finds matches, and none is drowned in pairs." : [...(empty.length > 0 ? [`Finds next to nothing: ${names(empty)}.`] : []), ...(blunt.length > 0 ? [`Brings over ${DEGENERATE} pairs for each match: ${names(blunt)}.`] : [])].join(" "),
    advice: status === "green" ? NOTHING : "See whether both files fill these fields and write them alike; a rule that finds nothing can go, one that is drowned should take in more.",
  };
}

function capped({ rules, pairs }: Figures): Check {
  const skipping = rules.filter((rule) => rule.skippedPairs > 0);
  const skipped = skipping.reduce((sum, rule) => sum + rule.skippedPairs, 0);
  const status = skipped === 0 ? "green" : skipped > highest(pairs.candidates) ? "red" : "amber";
  return {
    name: "Capped keys",
    status,
    finding: skipped === 0 ? "No block was so large that its pairs were left out." : `${countText(skipped)} pairs were not looked at, since their blocks are above the limit: ${skipping.map(({ parts, lostMatches }) => `${parts.join(" + ")} (${countWords(lostMatches, "about ")} matches lost)`).join("; ")}.`,
    advice: skipped === 0 ? NOTHING : "People with these common values are missed more often. Raise --block-cap if time allows, or make the key take in more.",
  };
}

function fit(figures: Figures): Check {
  const { model, pairs } = figures;
  const unexplained = lowest(model.unexplainedPairs);
  const doubts = model.doubts.filter(({ kind }) => kind !== "unsettled").map(({ kind, group }) => DOUBTS[kind].replace("GROUP", (group ?? "a field").replaceAll("_", " ")));
  if (unexplained > 100 && unexplained > MANY_UNEXPLAINED * highest(pairs.candidates)) doubts.push(`${countText(model.unexplainedPairs)} candidate pairs do not fit the model and were left out.`);
  const status = !model.converged ? "red" : doubts.length > 0 ? "amber" : "green";
  return {
    name: "Fit of the model",
    status,
    finding: isFoundAtHome(figures) ? AT_HOME : [`The estimation ${model.converged ? "settled" : "did not settle"} in ${model.iterations} rounds.`, ...doubts].join(" "),
    advice: { green: NOTHING, amber: "Treat the estimates with caution; see whether a field is written differently in the two files.", red: "Do not rely on the estimates: every figure of precision and recall here comes from them." }[status],
  };
}

const DOUBTS: Record<Figures["model"]["doubts"][number]["kind"], string> = {
  unsettled: "",
  indistinct: "Profile strict cannot tell one person's records within a file from those of people who are alike.",
  "too many matches": "The model sees more matches than the smaller file has records.",
  "few matches": "There are hardly any matches to learn from.",
  runaway: "Pairs with many errors are as common as the model allows; some may be relatives.",
  "rare agreement": "Matches seem to agree on GROUP less often than is usual.",
  misfit: "The model does not foretell well what the matches look like.",
};

function ties({ model, quality }: Figures): Check {
  const status = lowest(model.tiedLinks) > MANY_TIED * highest(quality.links) ? "amber" : "green";
  return {
    name: "Ties",
    status,
    finding: `${capital(countWords(model.tiedLinks))} links had an equal rival; one of the two was taken by content.`,
    advice: status === "green" ? NOTHING : "A file may hold people twice: look for duplicates first (link --dedupe).",
  };
}

/** Those that a department has found itself, and those that only show here, in pairs within a file. */
function duplicates(figures: Figures): Check {
  const { model, files, mode, quality } = figures;
  const name = "Duplicates within a file";
  const names = files.map(({ dataset }) => dataset);
  if (mode === "dedupe") return { name, status: "green", finding: `${isFoundAtHome(figures) ? AT_HOME : "This run looked for them."} ${capital(countWords(quality.links))} pairs of records within ${names[0]} are linked as one person’s.`, advice: NOTHING };
  const found = files.map(({ furtherRecords = null }) => lowest(furtherRecords) > 0);
  const seen = files.map(({ records }, side) => lowest(model.duplicates[side] ?? null) > MANY_DUPLICATES * highest(records));
  const several = files.map((_, side) => found[side]! || seen[side]!);
  const { sides, advice } = leftOut(mode, several, names);
  const findings = files.flatMap(({ dataset, furtherRecords }, side) => [
    ...(found[side]! ? [`${capital(countWords(furtherRecords!))} records of ${dataset} are further records of people who have several there, as their department found.`] : []),
    ...(seen[side]! ? [`${capital(countWords(model.duplicates[side]!, "about "))} pairs of records within ${dataset} seem to be one person’s.`] : []),
  ]);
  return {
    name,
    status: sides.length === 0 && !seen.includes(true) ? "green" : "amber",
    finding: several.includes(true) ? findings.join(" ") : "No file seems to hold many people twice.",
    advice: sides.length > 0 ? `${capital(mode.replaceAll("-", " "))} links only one of each in ${sides.map((side) => names[side]).join(" and ")}: link again ${advice}.` : seen.includes(true) ? "Look for duplicates first (link --dedupe)." : NOTHING,
  };
}

function files({ files }: Figures): Check {
  const poor = files.flatMap(({ dataset, fields }) => fields.filter(({ missingShare }) => lowest(missingShare) > MUCH_MISSING).map(({ field, missingShare }) => `${field.replaceAll("_", " ")} in ${dataset} (${shareText(missingShare)})`));
  const rejecting = files.filter(({ rejected, records }) => lowest(rejected) > 0.01 * highest(records));
  const status = poor.length + rejecting.length === 0 ? "green" : "amber";
  return {
    name: "Provided files",
    status,
    finding: status === "green" ? `No field is missing in more than ${shareText(MUCH_MISSING)} of a file, and few rows were rejected.` : [...(poor.length > 0 ? [`Often missing: ${poor.join(", ")}.`] : []), ...(rejecting.length > 0 ? [`Over 1 % of the rows were rejected: ${rejecting.map(({ dataset }) => dataset).join(", ")}.`] : [])].join(" "),
    advice: status === "green" ? NOTHING : "Records without the field are linked by the others alone and missed more often: ask the department whether a fuller column exists.",
  };
}

function subgroups({ subgroups }: Figures): Check {
  const name = "Subgroups";
  if (subgroups.length === 0) return { name, status: "none", finding: "The hashed files carry no subgroups, so nobody can tell here whether some people are missed more often than others.", advice: "Ask a department to send strata, or to compare link rates by subgroup itself once results are home." };
  const groupsThatAre = (judgement: ReturnType<typeof judgementOf>): string[] => subgroups.flatMap(({ dataset, stratum, groups }) => groups.filter((group) => judgementOf(group) === judgement).map(({ value }) => `${stratum} ${value} (${dataset})`));
  const [missed, less] = [groupsThatAre("missed more often"), groupsThatAre("linked less often")];
  const findings = [...(missed.length === 0 ? [] : [`Missed significantly more often than the rest: ${missed.join(", ")}.`]), ...(less.length === 0 ? [] : [`Linked less often than the rest, though not missed more often: ${less.join(", ")}; they may be less present in the other file.`])];
  return {
    name,
    status: findings.length === 0 ? "green" : "amber",
    finding: findings.length === 0 ? "No subgroup is linked significantly worse than the rest." : findings.join(" "),
    advice: findings.length === 0 ? NOTHING : "Report results for these groups with care, and weight or impute where they matter; section 8 has the figures.",
  };
}

function audit(audits: readonly AuditVerdict[]): Check {
  const name = "Privacy audit";
  if (audits.length === 0) return { name, status: "none", finding: "No audit of the hashed files was given.", advice: "Each department can attack its own file before it leaves (saltlink audit --json); give the result with --audit." };
  const status = (["red", "amber"] as const).find((verdict) => audits.some((audit) => audit.verdict === verdict)) ?? "green";
  return {
    name,
    status,
    finding: audits.map(({ file, verdict, attacks }) => `${file}: ${verdict}${attacks.length === 0 ? "" : ` (${attacks.join(", ")})`}`).join("; ").concat("."),
    advice: { green: NOTHING, amber: "An attack comes near its limit: read the audit before the next file is sent.", red: "An attack names more people than its limit allows: do not send files hashed this way." }[status],
  };
}

function graded(share: Told, limits: { green: number; amber: number }): Check["status"] {
  const [low, high] = [lowest(share), highest(share)];
  if (low >= limits.green) return "green";
  if (high < limits.amber) return "red";
  if (typeof share !== "number") return "none"; // a bound that may lie on either side
  return share >= limits.amber ? "amber" : "red";
}

function lowest(told: Told): number {
  if (told === null) return 0;
  return typeof told === "number" ? told : "over" in told ? told.over : 0;
}

function highest(told: Told): number {
  if (told === null) return Infinity;
  return typeof told === "number" ? told : "under" in told ? told.under : Infinity;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
