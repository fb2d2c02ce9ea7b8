import { doubleMetaphone } from "double-metaphone";
import { letters } from "./letters.ts";
import { fullForm } from "./short-forms.ts";
import { GENERATIONS, TITLES } from "./name-additions.ts";
import type { Normalized } from "./normalized.ts";

/**
 * Stand-ins for a name that is not known. They are spikes in the frequencies, hence dropped and counted (privacy). The whole value must be one, and none is a name that people bear (Null and Test are surnames,
 * Nan and Boy forenames).
 */
const STAND_INS =
  "UNKNOWN UNK UNKN NOTKNOWN NK NOTSTATED NOTGIVEN NOTRECORDED NOTAPPLICABLE NONAME NOFORENAME NOSURNAME NFN NMN MISSING ANON ANONYMOUS ANONYMISED UNNAMED UNIDENTIFIED TESTTEST BABYBOY BABYGIRL BABYOF INFANT NEWBORN " +
  "TWIN TWINONE TWINTWO TWINI TWINII TWIN1 TWIN2 TWINA TWINB TRIPLET FEMALE GIRL FORENAME SURNAME FIRSTNAME LASTNAME BABY X XX XXX XXXX XXXXX ZZZ ZZZZ";
const NO_FORENAMES = new Set(`${STAND_INS} NONE NULL TEST MALE`.split(" "));
const NO_SURNAMES = new Set(`${STAND_INS} NIL NAN`.split(" "));
/** "BABY GIRL 2", "UNKNOWN MALE", "TWIN 1 OF ANN". */
const NO_FORENAME = /^(BABY|INFANT|NEWBORN|TWIN|TRIPLET|UNKNOWN|UNNAMED|TEST)( (BABY|BOY|GIRL|MALE|FEMALE|INFANT|CHILD|TWIN|TRIPLET|UNKNOWN|PATIENT|ONE|TWO|THREE|I{1,3}|[A-C1-3]))*( OF( .*)?)?$/;
/** Written short in registers, never spoken so. */
const ABBREVIATIONS: Record<string, string> = {
  MD: "MOHAMMED", MHD: "MOHAMMED", MOHD: "MOHAMMED", MUHD: "MOHAMMED", MOHMD: "MOHAMMED", MHMD: "MOHAMMED", WM: "WILLIAM", JAS: "JAMES", CHAS: "CHARLES", GEO: "GEORGE", THOS: "THOMAS", JNO: "JOHN",
  ROBT: "ROBERT", EDWD: "EDWARD", RICHD: "RICHARD", ELIZ: "ELIZABETH", MARGT: "MARGARET",
};

/**
 * A forename: title off, first name only ("ANNE MARIE", "Anne-Marie" and "ANNE" agree: departments differ in how many names they keep).
 */
export function normalizeForename(text: string): Normalized {
  const words = wordsOf(text);
  while (words.length > 1 && TITLES.has(words[0]!)) words.shift();
  if (words.length === 0 || (words.length === 1 && TITLES.has(words[0]!))) return {};
  if (NO_FORENAMES.has(words.join("")) || NO_FORENAME.test(words.join(" "))) return { problem: "placeholder" };
  const first = ABBREVIATIONS[words[0]!] ?? words[0]!;
  return { views: nameViews(first, fullForm(first)) };
}

/**
 * A surname: closed up into one word, so that "O'Neill", "O NEILL" and "ONEILL", "van der Berg" and "Vanderberg", "Smith-Jones" and "SMITH JONES" agree.
 */
export function normalizeSurname(text: string): Normalized {
  const words = wordsOf(text);
  while (words.length > 1 && GENERATIONS.has(words.at(-1)!)) words.pop();
  if (words.length === 0) return {};
  const joined = words.join("");
  if (NO_SURNAMES.has(joined)) return { problem: "placeholder" };
  return { views: nameViews(joined, joined) };
}

function wordsOf(text: string): string[] {
  const normal = letters(text);
  return normal === "" ? [] : normal.split(" ");
}

/**
 * Letters that scanners and hasty readers take for each other fall into one class: "MILLER" and "MLLLER", "HUGHES" and "HVGHES"
 * have one shape, as "SMITH" and "SMYTH" have one sound.
 */
const SHAPES: Record<string, string> = {};
for (const alike of ["ICGL", "MHKNWX", "RABV", "ODQU", "FP"]) for (const letter of alike) SHAPES[letter] = alike[0]!;

/** Views of a name. */
function nameViews(name: string, spoken: string): NonNullable<Normalized["views"]> {
  const characters = [...name];
  return {
    exact: name,
    phonetic: doubleMetaphone(spoken)[0] || spoken,
    initial: characters[0]!,
    start: characters.slice(0, 3).join(""),
    shape: characters.map((letter) => SHAPES[letter] ?? letter).join(""),
  };
}
