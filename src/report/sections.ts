import type { Comparison } from "./comparison.ts";
import type { Told } from "./disclosure-control.ts";
import { countText, countWords, shareText, shareWords } from "./figure-text.ts";
import type { ToldInterval } from "./quality-figures.ts";
import type { Report } from "./report.ts";

/** A figure of a table, and as what it is to be written. */
export interface FigureCell {
  readonly told: Told;
  readonly interval?: ToldInterval;
  readonly as: "count" | "share" | "weight" | "probability" | "change of count" | "change of share";
}

export type Cell = string | FigureCell;

export interface Table {
  readonly name: string;
  readonly caption: string;
  /** The first names the rows. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly [string, ...Cell[]])[];
  /** The chart that shows the same figures. */
  readonly chart?: string;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly words: readonly string[];
  readonly tables: readonly Table[];
}

const count = (told: Told, interval?: ToldInterval): FigureCell => ({ told, as: "count", ...(interval === undefined ? {} : { interval }) });
const share = (told: Told, interval?: ToldInterval): FigureCell => ({ told, as: "share", ...(interval === undefined ? {} : { interval }) });

/** Every figure of a report as tables, in the order of GUILD; pages, Markdown and CSV are made from them. */
export function sectionsOf(report: Report, comparison?: Comparison): Section[] {
  return [
    providedFiles(report),
    cleaning(report),
    variables(report),
    blocking(report),
    parameters(report),
    weights(report),
    thresholds(report),
    subgroups(report),
    ...(comparison === undefined ? [] : [compared(comparison)]),
    reproduction(report),
  ];
}

/** What was linked, in a sentence. */
export function headline({ files, mode, quality }: Report): string {
  const names = files.map(({ dataset, records }) => `${dataset} (${countText(records)} records)`);
  const links = countWords(quality.links).replace(/^./, (letter) => letter.toUpperCase());
  return mode === "dedupe" ? `${links} pairs of records of one person within ${names[0]}` : `${links} links between ${names.join(" and ")}, ${mode.replaceAll("-", " ")}`;
}

function providedFiles({ files, restricted }: Report): Section {
  const anyFurther = files.some(({ furtherRecords }) => furtherRecords !== undefined);
  return {
    id: "files",
    title: "The provided files",
    words: ["What each department hashed. A record without a field can be linked by the others alone, so fields that are often missing cost links, and they are seldom missing at random.", ...(restricted ? [] : ["A pale bar is an upper bound: fewer than ten records lack the field."])],
    tables: [
      { name: "files", caption: "Rows read and links made", columns: ["file", "records", ...(anyFurther ? ["further records of a person"] : []), "rows rejected", "records linked"], rows: files.map(({ dataset, records, furtherRecords, rejected, linkRate }) => [dataset, count(records), ...(anyFurther ? [furtherRecords === undefined ? "not looked for" : count(furtherRecords)] : []), count(rejected), linkRate === null ? "not one to one" : share(linkRate)]) },
      {
        name: "missing",
        chart: "missing",
        caption: "Records without a field, or without a part of it that they are compared by",
        columns: ["field", ...files.flatMap(({ dataset }) => [`${dataset}, records`, `${dataset}, share`])],
        rows: files[0]!.fields.map(({ field }, f) => [words(field), ...files.flatMap(({ fields }) => [count(fields[f]!.missing), share(fields[f]!.missingShare)])]),
      },
    ],
  };
}

function cleaning({ files }: Report): Section {
  return {
    id: "cleaning",
    title: "Cleaning",
    words: ["Each department normalized its own values before it hashed them (letters, dates, postcodes). Placeholders such as 1 January 1900 or UNKNOWN, and values that cannot be read, count as missing. Rows that could not be read at all stayed at home with the reason."],
    tables: [
      {
        name: "cleaning",
        caption: "Values dropped by cleaning",
        columns: ["field", ...files.flatMap(({ dataset }) => [`${dataset}, placeholders`, `${dataset}, unreadable`])],
        rows: files[0]!.fields.map(({ field }, f) => [words(field), ...files.flatMap(({ fields }) => [count(fields[f]!.placeholders), count(fields[f]!.unusable)])]),
      },
    ],
  };
}

function variables({ schema, rules, files }: Report): Section {
  const inRules = (field: string): number => rules.filter(({ parts }) => parts.some((part) => part.split(".")[0] === field)).length;
  const comparedBy = (field: string): string => {
    const filters = schema.filters.filter((filter) => filter.fields.includes(field));
    return filters.length === 0 ? "keys alone" : filters.map(({ bits, hashes, diffusion, anchor, fields }) => `${fields.length > 1 ? "one filter of the whole record" : "filter"}, ${bits} bits, ${hashes} positions, diffusion ${diffusion}${anchor.length === 0 ? "" : `, anchored on ${anchor.map(words).join(" + ")}`}`).join("; ");
  };
  const keys = rules.filter(({ kind }) => kind === "key");
  return {
    id: "variables",
    title: "Linkage variables",
    words: [`Profile ${schema.profile}, encoding scheme ${schema.scheme}, made for files of up to ${countText(schema.expectedRecords)} records. The linkage unit saw keyed hashes of these fields and no value. Hashed records are pseudonymised, not anonymous: they stay personal data.`],
    tables: [
      { name: "variables", caption: "Fields and how they are compared", columns: ["field", "kind", "compared by", "in rules"], rows: schema.fields.map(({ name, kind }) => [words(name), words(kind), comparedBy(name), `${inRules(name)} of ${rules.length}`]) },
      ...(keys.length === 0 ? [] : [{ name: "sharing", caption: `Sharing: records whose key value another record has too (limit ${shareText(schema.maximumSharing)})`, columns: ["key", ...files.map(({ dataset }) => dataset)], rows: keys.map(({ parts, sharing }): [string, ...Cell[]] => [ruleWords(parts), ...sharing.map((told) => share(told))]) }]),
    ],
  };
}

function blocking({ rules, pairs, quality }: Report): Section {
  return {
    id: "blocking",
    title: "Blocking rules",
    words: rules.length === 0 ? ["There were none: the department looked for its own duplicates before it hashed the file."] : [
      `Of ${countText(pairs.all)} possible pairs the rules admitted ${countText(pairs.candidates)}. They bring together ${shareWords(quality.reached)} of the matches; no threshold brings back the rest.`,
      "A key puts records together whose values of all its parts agree. A bucketed key mixes many values, and of its pairs only those with a near filter are kept. What a rule alone found would be missing without it.",
    ],
    tables: rules.length === 0 ? [] : [
      {
        name: "rules",
        chart: "rules",
        caption: "Pairs and estimated matches of each rule",
        columns: ["rule", "pairs", "pairs of its largest block", "pairs skipped", "estimated matches", "share of all matches", "found by it alone"],
        rows: rules.map(({ kind, parts, ...rule }) => [`${kind === "bucket" ? "bucketed: " : ""}${ruleWords(parts)}`, count(rule.pairs), count(rule.largestBlock), count(rule.skippedPairs), count(rule.matches), share(rule.coverage), count(rule.onlyHere)]),
      },
    ],
  };
}

function parameters({ parameters, model, restricted }: Report): Section {
  const relatives = model.relatives.map(({ name, pairs }) => `${countWords(pairs)} ${name === "household" ? "pairs of one household" : `pairs of ${name}`}`).join(" and ");
  return {
    id: "parameters",
    title: "Parameters",
    words: parameters.length === 0 ? ["There are none: nothing was compared here."] : [
      "How often a comparison comes out so among matches (m) and among random pairs (u). The match weight is log2(m / u): +1 makes a match twice as likely, −1 half as likely. Weights of one pair add up over the fields.",
      `Estimated from the comparisons alone in ${model.iterations} rounds${relatives === "" ? "" : `; the model also accounts for ${relatives} among the candidates that are not one person`}. Errors that cluster in the same records make ${Number(model.clustering.toPrecision(3))} times as many matches unreachable as independent errors would.`,
      ...(restricted ? [] : ["A pale bar is a bound: so few matches come out so that the weight itself would tell how many."]),
    ],
    tables: parameters.map(({ group, outcomes, fields }) => ({
      name: `parameters ${group}`,
      chart: `weights-${group}`,
      caption: fields.map(words).join(" and "),
      columns: ["outcome", "m, among matches", "u, among random pairs", "match weight, bits"],
      rows: outcomes.map(({ outcome, m, u, weight }): [string, ...Cell[]] => [outcomeWords(outcome), { told: m, as: "probability" as const }, { told: u, as: "probability" as const }, { told: weight, as: "weight" as const }]),
    })),
  };
}

function weights({ weights, restricted }: Report): Section {
  return {
    id: "weights",
    title: "Match weights",
    words: ["Candidate pairs by the sum of their weights. Two hills that stand apart are easy to tell apart; where matches and others overlap links go wrong or missing.", ...(restricted ? [] : ["Weights that fewer than ten pairs have are left out."])],
    tables: [{ name: "weights", chart: "histogram", caption: "Candidate pairs by match weight", columns: ["match weight, bits", "pairs", "thought matches", "thought others", "linked"], rows: weights.map(({ from, to, pairs, matches, others, links }) => [`${signed(from)} to ${signed(to)}`, count(pairs), count(matches), count(others), count(links)]) }],
  };
}

function thresholds({ thresholds, threshold }: Report): Section {
  return {
    id: "threshold",
    title: "Precision and recall by threshold",
    words: [`These links have a probability of ${threshold} or more. A higher threshold makes fewer wrong links and misses more; link --threshold or --target-precision sets it.`],
    tables: [
      {
        name: "thresholds",
        chart: "thresholds",
        caption: "What each threshold would give",
        columns: ["threshold", "links", "wrong", "missed", "precision", "recall", "used"],
        rows: thresholds.map((row) => [`${row.threshold}`, count(row.links), count(row.wrongLinks, row.wrongLinksInterval), count(row.missedLinks, row.missedLinksInterval), share(row.precision, row.precisionInterval), share(row.recall, row.recallInterval), row.chosen ? "by this run" : ""]),
      },
    ],
  };
}

function subgroups({ subgroups }: Report): Section {
  return {
    id: "subgroups",
    title: "Quality by subgroup",
    words: [subgroups.length === 0 ? "The hashed files carry no strata, so quality by subgroup cannot be shown. Linkage misses disadvantaged people more often: have link rates by subgroup compared where the results go home." : "People who are missed more often than others bias what is read off the linked data. Intervals are 95 % and model-based. A group that is linked less often but not missed more often may be less present in the other file."],
    tables: subgroups.map(({ dataset, stratum, groups }, i) => ({
      name: `subgroups ${dataset} ${stratum}`,
      chart: `subgroups-${i}`,
      caption: `${words(stratum)} in ${dataset}`,
      columns: ["group", "records", "linked", "link rate", "precision", "recall", "missed", "judgement"],
      rows: groups.map((group) => [group.value, count(group.records), count(group.linked), share(group.linkRate, group.linkRateInterval), share(group.precision, group.precisionInterval), share(group.recall, group.recallInterval), count(group.missedLinks, group.missedLinksInterval), judgementOf(group)]),
    })),
  };
}

/** How a group is linked beside the rest: that it is linked less often may only mean that it is less present in the other file. */
export function judgementOf({ worse, worseIn }: Pick<Report["subgroups"][number]["groups"][number], "worse" | "worseIn">): "missed more often" | "linked less often" | "as the rest" {
  return worseIn.includes("recall") ? "missed more often" : worse ? "linked less often" : "as the rest";
}

function compared({ figures, settings }: Comparison): Section {
  return {
    id: "comparison",
    title: "Comparison with another run",
    words: ["This run beside the other. Intervals that overlap widely say that the runs may well be equally good."],
    tables: [
      {
        name: "comparison",
        chart: "comparison",
        caption: "Figures of both runs",
        columns: ["figure", "this run", "other run", "difference"],
        rows: figures.map(({ name, as, here, there, hereInterval, thereInterval, difference }) => [name, { told: here, as, ...(hereInterval === undefined ? {} : { interval: hereInterval }) }, { told: there, as, ...(thereInterval === undefined ? {} : { interval: thereInterval }) }, { told: difference, as: `change of ${as}` as const }]),
      },
      { name: "settings", caption: "Settings of both runs", columns: ["setting", "this run", "other run"], rows: settings.map(({ name, here, there }) => [name, here, there]) },
    ],
  };
}

function reproduction({ reproduction, mode, threshold, tool, project, schema }: Report): Section {
  const { inputs, schemaDigest, blockCap, linksFile } = reproduction;
  const kind = { "one-to-one": "", "many-to-one": " --many-to-one", "many-to-many": " --many-to-many", dedupe: " --dedupe" }[mode];
  return {
    id: "reproduce",
    title: "To reproduce it",
    words: ["The same hashed files and settings give the same bytes, on any number of threads."],
    tables: [
      {
        name: "settings of the run",
        caption: "Settings and digests (SHA-256)",
        columns: ["setting", "value"],
        rows: [
          ["project", project],
          ["made with", tool],
          ["command", `saltlink link ${inputs.map((_, i) => `FILE_${i + 1}`).join(" ")}${kind} --threshold ${threshold} --block-cap ${blockCap}${linksFile.endsWith(".parquet") ? " --format parquet" : ""} --out RUN`],
          ["encoding scheme", schema.scheme],
          ["schema", schemaDigest],
          ...inputs.map(({ dataset, contentDigest }): [string, string] => [dataset, contentDigest]),
        ],
      },
    ],
  };
}

/** A name as words: `date_of_birth` -> date of birth. */
export function words(name: string): string {
  return name.replaceAll("_", " ");
}

/** The parts of a rule: `surname.phonetic` -> surname (phonetic). */
export function ruleWords(parts: readonly string[]): string {
  return parts.map((part) => words(part).replace(/\.(\w+)$/, " ($1)")).join(" + ");
}

/** An outcome of a comparison: `far+phonetic` -> far, same phonetic. */
export function outcomeWords(outcome: string): string {
  return words(outcome).replaceAll(/\b(far|near)\+([\w+ ]+)/g, (_, level: string, views: string) => `${level} but same ${views.split("+").join(", ")}`);
}

function signed(value: number): string {
  return value < 0 ? `−${-value}` : `${value}`;
}
