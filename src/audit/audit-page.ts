import type { AuditReport } from "./audit.ts";
import { type DisclosedFinding, disclosed } from "./disclosed.ts";
import type { Finding } from "./findings.ts";

/** What each attack is and what its figure means, for readers who link no records. */
const MEANINGS: Record<Finding["attack"], string> = {
  structure:
    "**Structure.** The attacker has no salt and knows nobody's record, but holds a list of the same people with their names and dates of birth. He compares the pattern of who shares a value with whom in his list with the pattern in the file, and names those whose place in the pattern nobody else has. The first figure assumes that his list holds exactly the people in the file, which few could have; the others assume that a fifth, or half, of the people on his list are not in the file. Of several forms of the attack the most successful is given.",
  "withheld keys":
    "**Withheld keys.** Values of keys that several people in the file share are withheld. Whoever has linked the file with another can tell some of that: in a link that agrees in all else, a key that does not agree was withheld in one of the two files. The figures are those of the structure attack by an attacker who sees of every single record just which of its keys are withheld; in truth he sees it of those that are linked without any error, and mixed with what the other file withholds; and, where the file is sent again, of those that have changed in between. Whoever has this file alone cannot tell a withheld value from another.",
  cascade:
    "**Cascade.** The attacker also knows which record belongs to each of 20 or 100 people, an insider who looked them up, for example. What their records share with others tells him more records, and those tell him more again. The figure counts the people he names beyond those he knew.",
  landmark:
    "**Landmark.** The attacker knows the records of 20, 100 or 500 people and describes every other record by how similar it is to these. He does the same on his list of names, and puts together what looks alike. The figure is measured on a sample, for one column at a time and for all columns together; every person in the sample is on his list.",
  weight:
    "**Weight.** The longer a name, the more ones its encoding tends to have. The attacker works out how long each person's names and address are, and names a record where one person on his list fits it better than all others together. The figure is measured on the sample.",
  frequency:
    "**Frequency.** The attacker knows how often names, postcodes or other values occur, and takes the most frequent value in the file for the most frequent on his list, the second for the second, and so on. The figure is that of the column where this goes best for him.",
  chained: "**Chained.** The commonest values that the frequency attack seems to give away serve as known values for the landmark attack. The figure counts distinct values, not people.",
  "pattern mining": "**Pattern mining.** Pairs of letters that many names have leave the same trace in each unprotected encoding. The figure counts how many of the ten most frequent traces the attacker takes for the right pair of letters; a single one is too many.",
  "top value": "**Most frequent value.** The share of people who have the most frequent value of any column. A value that many have stands out.",
  "key sharing": "**Key sharing.** The share of people whose value of a key somebody else in the file has too. Shared values are what the structure and cascade attacks feed on.",
  "weight and length": "**Weight and length.** The correlation of the number of ones in an encoding with the length of the text in it. A high figure tells an attacker roughly how long a name is; whom that names is what the weight attack counts.",
  evenness: "**Evenness.** How evenly the bits of the encodings are used (0 is even). Reported because others report it; even bits are not safe bits.",
};

const VERDICTS = { green: "within the limit", amber: "note", red: "OVER THE LIMIT", reported: "" } as const;

/** Who could attack, in a sentence that goes on with how many he names; the first outcome that fits the pattern, or the last. */
const ATTACKERS: readonly (readonly [Finding["attack"], RegExp, string])[] = [
  ["structure", /^100 %/, "who holds a list of exactly the people in the file, and knows nobody's record,"],
  ["structure", /^80 %/, "whose list has people besides, a fifth of them not in the file,"],
  ["withheld keys", /^80 %/, "who has such a list, and has linked the file with another and seen of every person which keys are withheld,"],
  ["cascade", /./, "who knows the records of COUNT people, and goes from them to those who share something with them,"],
  ["landmark", /all columns/, "who knows the records of COUNT people, and looks who is similar to them,"],
  ["frequency", /./, "who knows only how often names and other values occur"],
];

function inShort(found: readonly DisclosedFinding[]): string[] {
  return ATTACKERS.flatMap(([attack, of, who]) => {
    const outcome = found.findLast((finding) => finding.attack === attack && of.test(finding.of));
    if (outcome === undefined) return [];
    const unprotected = outcome.control === undefined || outcome.control === null ? "" : `; of the same people unprotected, ${percentText(outcome.control)}`;
    return [`- An attacker ${who.replace("COUNT", /^\d+/.exec(outcome.of)?.[0] ?? "some")} rightly names ${outcome.named === null ? `fewer than 10 of ${numberText(outcome.judged)} (${shareText(outcome)})` : `${numberText(outcome.named)} of ${numberText(outcome.judged)} (${shareText(outcome)})`}${unprotected}.`];
  });
}

/** The page for a data protection impact assessment, as Markdown. No value and no count of people under ten. */
export function auditPage(report: AuditReport): string {
  const { header, people, red } = report;
  const found = disclosed(report);
  const attacks = [...new Set(found.map(({ attack }) => attack))];
  const over = [...new Set(found.filter(({ verdict }) => verdict === "red").map(({ attack }) => attack))];
  const known = [...new Set(found.filter(({ attack }) => attack === "landmark").map(({ of }) => Number.parseInt(of, 10)))];
  const rowsOf = (unit: (finding: DisclosedFinding) => boolean): string => found.filter(unit).map((finding) => `| ${finding.attack}, ${finding.of} | ${namedText(finding)} | ${shareText(finding)} | ${limitText(finding)} | ${VERDICTS[finding.verdict]} | ${controlText(finding)} |`).join("\n");
  const clear = header.strata.map(({ name }) => name);
  return `# Audit of the hashed file "${header.dataset}"

${
  red
    ? `**Red: ${over.join(", ")} over the limit. The file should not leave the department.** Agree with the other departments on a schema that shows less (\`saltlink schema init --sharing 4%\`, with the true \`--expect-records\`), or on profile strict; hash and audit again.`
    : "**Green: no attack names more people than allowed.** The file may go to the linkage unit, and to nobody who holds the salt."
}

## In short

${inShort(found).join("\n")}

Whoever is named is taken to be a person whom the attacker has on his list already; what he learns is which record is that person's, and with it whatever is later joined to the record${clear.length === 0 ? "" : `, and at once what the file says in clear (${clear.join(", ")})`}.
Pseudonymised records remain personal data whatever this page says.

## The file

| | |
|---|---|
| people in the file | ${numberText(header.rows)} |
| project | ${header.project} |
| profile | ${header.schema.profile}${header.schema.weakened === true ? ", weakened" : ""}, encoding scheme ${header.schema.scheme} |
| columns in clear | ${clear.length === 0 ? "none" : clear.join(", ")} |
| schema | ${header.schemaDigest.slice(0, 16)} (first digits of its SHA-256) |
| file | ${header.contentDigest.slice(0, 16)} (first digits of its SHA-256) |
| made with | ${header.tool} |

## What was done

The attacks below were run on the file as it would be sent, on all its columns together. The attacker was given the worst that could be: the department's own data as his list of names. Which record is whose was looked up in the department's own lookup file, to count how often he was right.

Structure, cascade and frequency attacks were run on the whole file, attacks on similarity on ${people.file > people.sample ? `a sample of ${numberText(people.sample)} people drawn at random` : "all its people"}${known.length === 0 ? "" : ` (landmark: with ${known.join(", ")} of them known, no more than one in twenty of the file)`}. "Share" is of the people attacked.

The last column is a control: the share that the same attack names when the same people${people.control < people.file ? ` (the first ${numberText(people.control)} of the file)` : ""} are hashed without protection (profile plain). An attack that names few people there is weak on data of this kind or size, and says little.

## Results

| attack | named | share | limit | verdict | unprotected |
|---|---:|---:|---:|---|---:|
${rowsOf(({ unit }) => unit !== "measure")}

"Note" is within the limit, and worth knowing. Counts of people under ten are not shown, nor is a share that would tell them: "<" gives the share that ten people would be. So few are never over the limit (in the attacks on a sample, fewer than six): in a small file guessing does as well.

| measure | | value | limit | verdict | |
|---|---:|---:|---:|---|---:|
${rowsOf(({ unit }) => unit === "measure")}

## What each figure means

${attacks.map((attack) => MEANINGS[attack]).join("\n\n")}

## What this cannot show

- It is not a proof. It says that these attacks, the published ones and some of our own, name no more people than stated; a better attack may come.
- It says nothing about an attacker who has the salt: whoever holds the salt can test any name against the file. Another department of the project must therefore never receive this file.
- It judges this file alone. Two files of the same people and salt, or this file beside one of another year, show more together than each by itself.
- It does not judge what is joined to the records later, nor what the linked data tell about people.
`;
}

function numberText(value: number): string {
  return value.toLocaleString("en-GB");
}

export function namedText({ named, unit }: DisclosedFinding): string {
  return unit === "measure" ? "" : named === null ? "<10" : numberText(named);
}

export function shareText({ share, shareBelow, value, unit }: DisclosedFinding): string {
  if (unit === "measure") return value!.toFixed(3);
  if (share === null) return shareBelow === undefined ? "" : `<${percentText(shareBelow)}`;
  return percentText(share);
}

export function limitText({ limit, unit }: DisclosedFinding): string {
  return limit === undefined ? "" : unit === "measure" ? limit.toFixed(3) : percentText(limit);
}

export function controlText({ control }: DisclosedFinding): string {
  return control === undefined ? "" : control === null ? "few" : percentText(control);
}

/** Three significant digits at most. */
function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
