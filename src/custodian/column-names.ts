import type { FieldKindName } from "../schema/field-kinds.ts";
import type { NamePart, WrittenName } from "./normalize/full-name.ts";
import { COLUMN_WORDS, type Meaning } from "./column-words.ts";

/** What a column's name says of it. */
export type Role =
  | { kind: FieldKindName; take?: NamePart }
  | { part: "day" | "month" | "year" }
  | { role: "full name"; written?: WrittenName }
  /** "Name", "Nom", "Nombre": of forename and surname the one that has no column of its own, or both. */
  | { role: "name" | "particle" | "house number" | "street" }
  | { id: true }
  | { leaveOut: string };

const REFERENCE = "looks like a personal reference number: link on it only if every department agrees";
const FURTHER = "departments differ in how they record further names";
const FORMER = "a former name";

const whole = (names: string): RegExp => new RegExp(`^(?:${names})$`);

/** Column names, lower case with single underscores, and what they mean; the first that fits counts. */
const NAMES: readonly [RegExp, Role][] = [
  [whole("(?:nhs|chi|hc|h_c|health)_?(?:number|num|no|id)|nhs|nhsno|health_and_care_number"), { kind: "health_number" }],
  [whole("(?:.*_)?(?:rec|record|row|unique|person|voter_?reg|registration|client|customer|pupil|student|patient|case|local|source|system|entity|study|link)_?(?:id|identifier|key|ref|reference|no|num|number)|id|ids|uid|uuid|guid|key|recid|index|idx|upn|pupilref|urn|ref|reference"), { id: true }],
  [whole("(?:.*_)?(?:nino|ni_?number|national_insurance.*|ssn|soc_sec_id|social_security.*|passport.*|driving_licence.*|tax_ref.*|utr)"), { leaveOut: REFERENCE }],
  [whole("cluster(?:_?id)?|true_?id|truth|label|ground_truth|match_?id|blocking_number|block"), { leaveOut: "looks like a record key or an answer" }],
  [whole("full_?name|complete_?name"), { role: "full name" }],
  [whole("name"), { role: "name" }],
  [whole("(?:legal_|first_|person_|pupil_|student_|patient_)?(?:first_?name|forename|given_?name|christian_?name|fore_?name)s?(?:_?1)?|first|fname|fname_c1|fore|given|forenames"), { kind: "forename" }],
  [whole("(?:middle|second|other|preferred|former|known_as).*(?:name|forename|initial)s?|middle|mname|mi|fname_c2|(?:forename|given_?name|first_?name)_?[2-9]"), { leaveOut: FURTHER }],
  [whole("(?:maiden|former|previous|birth|mothers?_maiden|alias).*(?:name|surname)|lname_c2|surname_?[2-9]|previous_.*|alias.*"), { leaveOut: FORMER }],
  [whole("(?:legal_|person_|pupil_|student_|patient_)?(?:sur_?name|last_?name|family_?name|second_?name)(?:_?1)?|last|lname|lname_c1|sname|surnames|family"), { kind: "surname" }],
  [whole("(?:dob|birth|date_of_birth|birth_?date)_?(?:dd?|day)|day_?of_?birth|birth_?day_of_month|bd|b_?day|dobd|dob_dd|day"), { part: "day" }],
  [whole("(?:dob|birth|date_of_birth|birth_?date)_?(?:mm?|mon|month)|month_?of_?birth|bm|b_?month|dobm|dob_mm|month"), { part: "month" }],
  [whole("(?:dob|birth|date_of_birth|birth_?date)_?(?:y|yy|yyyy|yr|year)|year_?of_?birth|yob|by|b_?year|doby|dob_yyyy|year"), { part: "year" }],
  [whole("(?:.*_)?(?:dob|d_o_b|date_?of_?birth|birth_?date|birthdate|dateofbirth|birthday|born|birth_?dt|birth_dob|date_born|birth)"), { kind: "date_of_birth" }],
  [whole("(?:.*_)?(?:sex|gender)(?:_?(?:code|cd|desc))?|m_f|salutation"), { kind: "sex" }],
  [whole("(?:home_|current_|address_|addr_|resident_)?(?:post_?code|zip|zip_?code|postal_?code|pcode|pcd|pcds|pc|pin_?code|pin|eircode)"), { kind: "postcode" }],
  [whole("(?:house|street|building|property|door)_?(?:number|no|num|nr)|house|number"), { role: "house number" }],
  [whole("(?:home_|current_|residential_|street_|postal_|full_)?(?:address|addr)(?:_?(?:line)?_?1)?|address_line|line_?1|(?:house_)?(?:number|no)_(?:and_)?street"), { kind: "address" }],
  [whole("street(?:_?name)?|road|thoroughfare"), { role: "street" }],
  [whole("(?:.*_)?(?:address|addr)_?(?:line)?_?[2-9]|line_?[2-9]|flat|locality_2"), { leaveOut: "a further line of the address, recorded differently everywhere" }],
  [whole("(?:home_|post_?|address_|res_|residence_)?(?:town|city|suburb|municipality|township|parish|village|town_village|place|town_?city|locality)(?:_?(?:name|desc))?"), { kind: "town" }],
  [whole("state|county|region|country|nation|province|la|local_authority|lad.*|lsoa.*|msoa.*|ward.*|ethnic.*|religion|language"), { leaveOut: "many people share it" }],
  [whole("(?:home_|mobile_|contact_|work_|cell_?|tele_?|daytime_|evening_)?(?:phone|telephone|tel|mobile|cell)(?:_?(?:number|no|num))?"), { kind: "phone" }],
  [whole("(?:.*_)?e_?mail(?:_?(?:address|addr))?"), { kind: "email" }],
  [whole("age|age_.*"), { leaveOut: "changes every year; the date of birth says it" }],
];

/** What a language's word for a column comes to. */
const MEANT: Readonly<Partial<Record<Meaning, Role>>> = {
  name: { role: "name" },
  "full name": { role: "full name" },
  "full name, surname first": { role: "full name", written: "surname first" },
  "full name, given name last": { role: "full name", written: "given name last" },
  "full name, two surnames": { role: "full name", written: "two surnames" },
  "surnames, first counts": { kind: "surname", take: "first surname" },
  "surnames, last counts": { kind: "surname", take: "last surname" },
  particle: { role: "particle" },
  day: { part: "day" },
  month: { part: "month" },
  year: { part: "year" },
  "house number": { role: "house number" },
  street: { role: "street" },
  id: { id: true },
  "reference number": { leaveOut: REFERENCE },
  "further name": { leaveOut: FURTHER },
  "former name": { leaveOut: FORMER },
};

/** Each word of another language with all that it can mean, in the order of the languages; what two of them mean alike counts once. */
const WORDS = new Map<string, Role[]>();
for (const language of Object.values(COLUMN_WORDS)) {
  for (const [meaning, words] of Object.entries(language)) {
    const role = MEANT[meaning as Meaning] ?? { kind: meaning as FieldKindName };
    for (const word of words.split(" ")) {
      const roles = WORDS.get(word) ?? [];
      if (!roles.some((known) => JSON.stringify(known) === JSON.stringify(role))) WORDS.set(word, [...roles, role]);
    }
  }
}

/** Whose value it is, how recent or how written: nothing of this changes which field a column holds. Of mothers, schools, next of kin it does: they are not here. */
const QUALIFIERS = whole(
  "patients?|pat|pt|person|persons|client|customer|pupil|student|child|member|beneficiary|applicant|claimant|employee|staff|resident|inmate|defendant|offender|prisoner|subject|respondent|participant|voter|deceased|decedent|individual|donor|tenant|learner|" +
    "legal|current|curr|last_known|latest|home|primary|main|full|res|residence|residential|residency|mailing|permanent|registered|official|raw|clean|original|std|standardi[sz]ed|normali[sz]ed|given|usual|code|desc|text|value|str|of|the|at|" +
    "paciente|paziente|patientin|alumno|aluno|alunno|eleve|enfant|kind|schueler|schuler|versicherten?|antragsteller|titular|beneficiario|beneficiaire|assure|cliente|assistito|ciudadano|cidadao|persona|pessoa|personne|pacjenta|pacienta|residenza|residencia|de|del|de_la|do|da|di|du|des|der|den|van|le|la|el",
);
/** Short for words of English column names. */
const ABBREVIATED: Readonly<Record<string, string>> = { nm: "name", fst: "first", frst: "first", lst: "last", cd: "code", dt: "date", dte: "date", birthyr: "birth_year", birthdt: "birthdate", postal: "postal" };

/** Words of a column about somebody else than the record's person, or about their birth but not its date. */
const ANOTHERS = /(^|_)(mothers?|fathers?|parents?|guardians?|carers?|partners?|spouses?|husbands?|wife|siblings?|kin|emergency|gp|school|employer|contact_name|(place|country|town|city|county|state|order|weight)_of_birth|birth_?(place|country|town|city|county|state|order|weight))(_|$)/;

/** All that a column's name can mean, the likeliest first; none where it is no name that departments use. */
export function rolesOf(column: string): readonly Role[] {
  const name = plainName(column);
  if (ANOTHERS.test(name)) return [{ leaveOut: "looks like somebody else's, or another fact of a birth" }];
  for (const form of [name, name.split("_").map((word) => ABBREVIATED[word] ?? word).join("_")]) {
    const roles = exactRoles(form);
    if (roles.length > 0) return roles;
    const bare = withoutQualifiers(form);
    if (bare.length > 0) return bare;
  }
  // "City/Town", "Ciudad / Municipio": two names for one thing
  const halves = column.split("/");
  return halves.length < 2 ? [] : (halves.map(rolesOf).find((roles) => roles.length > 0) ?? []);
}

function exactRoles(name: string): readonly Role[] {
  const english = NAMES.find(([pattern]) => pattern.test(name))?.[1];
  const others = WORDS.get(name) ?? [];
  return english === undefined ? others : [english, ...others.filter((role) => JSON.stringify(role) !== JSON.stringify(english))];
}

/** A name less its first or last words that only qualify it: as few as leave a name that is known. */
function withoutQualifiers(name: string): readonly Role[] {
  const words = name.split("_");
  for (let left = words.length - 1; left > 0; left--) {
    for (let from = 0; from + left <= words.length; from++) {
      const around = [...words.slice(0, from), ...words.slice(from + left)];
      if (!around.every((word) => QUALIFIERS.test(word)) && !(QUALIFIERS.test(words.slice(0, from).join("_")) && from + left === words.length)) continue;
      const roles = exactRoles(words.slice(from, from + left).join("_"));
      if (roles.length > 0) return roles;
    }
  }
  return [];
}

/** Whether a first row is a header rather than somebody's record: at least two of its cells are column names that departments use. */
export function looksLikeHeader(cells: readonly string[]): boolean {
  return cells.filter((cell) => rolesOf(cell).length > 0).length >= 2;
}

/** Lower case, without accents and without what stands in brackets ("Sex (M/F)", "Nombre(s)"), words joined by `_`. */
function plainName(column: string): string {
  const bare = column.replace(/\(\p{L}{1,2}\)/gu, "").replace(/[([][^)\]]*[)\]]/g, " ");
  return unaccented((bare.trim() === "" ? column : bare).trim().replaceAll("DoB", "Dob").replace(/(\p{Ll})(\p{Lu})/gu, "$1_$2").toLowerCase())
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
}

function unaccented(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("ß", "ss").replaceAll("ł", "l").replaceAll("ø", "o").replaceAll("æ", "ae").replaceAll("ı", "i").replaceAll("đ", "d");
}
