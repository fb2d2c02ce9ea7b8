import { letters } from "./letters.ts";
import type { Normalized } from "./normalized.ts";
import { remembered } from "./remembered.ts";

const STREET_TYPES: Record<string, string> = {
  RD: "ROAD", ROAD: "ROAD", ST: "STREET", STR: "STREET", STRASSE: "STREET", STREET: "STREET", AV: "AVENUE", AVE: "AVENUE", AVENUE: "AVENUE", LN: "LANE", LANE: "LANE", DR: "DRIVE", DRV: "DRIVE", DRIVE: "DRIVE", CL: "CLOSE", CLOSE: "CLOSE",
  CT: "COURT", CRT: "COURT", COURT: "COURT", CRES: "CRESCENT", CR: "CRESCENT", CRESCENT: "CRESCENT", PL: "PLACE", PLACE: "PLACE", SQ: "SQUARE", SQUARE: "SQUARE", TCE: "TERRACE", TERR: "TERRACE", TER: "TERRACE", TERRACE: "TERRACE",
  GDNS: "GARDENS", GDN: "GARDENS", GARDENS: "GARDENS", GRDNS: "GARDENS", GR: "GROVE", GRO: "GROVE", GROVE: "GROVE", PK: "PARK", PDE: "PARADE", PARADE: "PARADE", WY: "WAY", WAY: "WAY", HWY: "HIGHWAY", HIGHWAY: "HIGHWAY",
  CCT: "CIRCUIT", CIRCUIT: "CIRCUIT", BLVD: "BOULEVARD", BOULEVARD: "BOULEVARD", WALK: "WALK", MEWS: "MEWS", ROW: "ROW", RISE: "RISE", HILL: "HILL", GREEN: "GREEN", VIEW: "VIEW", YARD: "YARD",
};
/** Kinds of street that stand in front of its name, each by what it is also written. */
const LEADING: Record<string, string> = {};
for (const forms of [
  "RUE R", "AVENUE AV AVE AVENIDA AVDA AVD", "BOULEVARD BD BVD BLD BOUL", "CHEMIN CHE CHEM", "IMPASSE IMP", "ROUTE RTE", "ALLEE ALL", "QUAI", "PLACE", "COURS", "SQUARE SQ", "RUELLE",
  "CALLE C CL CLL", "PLAZA PZA PLZ", "PASEO PSO PO", "CARRETERA CTRA CRTA", "CAMINO CMNO CNO", "RONDA RDA", "TRAVESIA TRVA", "GLORIETA", "CALLEJON", "URBANIZACION URB", "CUESTA", "PASAJE PJE", "CARRER",
  "RUA", "TRAVESSA TV TRAV", "ALAMEDA AL", "PRACA PC PCA", "LARGO LGO", "ESTRADA ESTR", "RODOVIA ROD",
  "VIA V", "VIALE VLE", "PIAZZA PZZA PZ", "CORSO CSO", "VICOLO VLO", "STRADA STR", "CONTRADA CDA", "PIAZZALE PLE",
  "ULICA UL", "ALEJA ALEJE", "PLAC", "OSIEDLE OS", "ULICE", "NAMESTI",
  "УЛИЦА УЛ", "ПРОСПЕКТ ПР ПРТ", "ПЕРЕУЛОК ПЕР", "БУЛЬВАР БУЛ БР", "НАБЕРЕЖНАЯ НАБ", "ШОССЕ Ш", "АЛЛЕЯ АЛЛ", "ПЛОЩАДЬ ПЛ", "ПРОЕЗД",
  "ΟΔΟΣ", "ΛΕΩΦΟΡΟΣ ΛΕΩΦ", "STRASSE STR", "JALAN JL", "SOKAK SK", "CADDESI CAD", "POBOX",
]) {
  const [full, ...short] = forms.split(" ");
  for (const form of [full!, ...short]) LEADING[letters(form)] ??= letters(full!);
}
/** They say that a street follows and nothing of which: many leave them out. */
const SILENT = new Set(["ULICA", "ULICE", "УЛИЦА"].map(letters));
/** German, Dutch, Scandinavian and Hungarian names of streets, whose number stands behind them. */
const STREET_ENDING = /(STRASSE|STR|GASSE|WEG|PLATZ|ALLEE|RING|DAMM|UFER|STRAAT|LAAN|PLEIN|GRACHT|KADE|GATAN|VAGEN|GRAND|GADE|VEJ|ALLE|GATE|VEI|VEIEN|VEGEN|KATU|TIE|UTCA|UTJA|SOKAK|CADDESI)$/;
/** Written before a number. */
const NUMBER_SIGNS = new Set(["NR", "NO", "N", "NUM", "NUMERO", "CP", "SN", "Д", "ДОМ"]);

/** "12 bis rue Hoche". */
const REPEATED = new Set(["BIS", "TER", "QUATER"]);

const UNITS = "FLAT|APARTMENT|APT|UNIT|ROOM|RM|SUITE|STUDIO";
const SUB_UNIT = new RegExp(`\\b(${UNITS})\\s+(NO\\s+)?([A-Z]|[A-Z]?\\d+[A-Z]?)\\b`, "g");
const UNIT_WORDS = new Set(UNITS.split("|"));
/** Beside another letter a word's boundary may lie within what is a word here. */
const ASCII = /^[ -~]*$/;
// at the end alone: "A1 2ND AVENUE" has the look of one
const UK_POSTCODE = /\b[A-Z]{1,2}\d[\dA-Z]?\s*\d[A-Z]{2}$/;
/** One word, for PO alone is a paseo. */
const PO_BOX = /\bP ?O BOX\b/;
const NUMBER = /^\d+[A-Z]?$/;
const PLACEHOLDERS = new Set("UNKNOWN|NOT KNOWN|NONE|N A|NA|NFA|NO FIXED ABODE|NO FIXED ADDRESS|HOMELESS|ADDRESS UNKNOWN|NOT GIVEN|NK|X|XX|XXX".split("|"));

/**
 * First line of an address. Views: `exact`, number and street up to the kind of street ("FLAT 2, 37 Manor Rd, Leeds" -> "37 MANORROAD"); `number`, the house number; `street`, the rest, closed up.
 * Sub-units, a postcode and whatever follows the street are left off: departments place them differently.
 */
export function normalizeAddress(text: string): Normalized {
  const end = endOfHouse(text);
  if (end === 0) return readAddress(text);
  const number = text.slice(0, end).toUpperCase();
  const street = streetOf(text.slice(end + 1));
  return { views: street === undefined ? { exact: number, number } : { exact: `${number} ${street}`, number, street } };
}

/** Where a house number ends that begins the line, with one space and a letter behind it, as most do; 0 when none does. */
function endOfHouse(text: string): number {
  let at = 0;
  while (isDigit(text.charCodeAt(at))) at++;
  if (at > 0 && isLetter(text.charCodeAt(at))) at++;
  return at > 0 && text.charCodeAt(at) === 0x20 && isLetter(text.charCodeAt(at + 1)) ? at : 0;
}

/** The street behind a house number: nothing of the number changes what the rest comes to, and many houses stand in one street. */
const streetOf = remembered((rest) => readAddress(`1 ${rest}`).views?.["street"]);

function readAddress(text: string): Normalized {
  const plain = letters(text.includes("/") ? text.replace(/\//g, " ") : text);
  if (plain === "") return {};
  if (PLACEHOLDERS.has(plain)) return { problem: "placeholder" };
  // nine addresses of ten differ from the last, so that this is a large part of the normalization: no pattern is tried where it cannot fit
  let line = isDigit(plain.charCodeAt(plain.length - 3)) ? plain.replace(UK_POSTCODE, " ") : plain;
  if (line.includes("O BOX")) line = line.replace(PO_BOX, "POBOX");
  let words = line.split(" ");
  if (line !== plain || words[0] === "NO" || words.some((word) => UNIT_WORDS.has(word)) || !ASCII.test(plain)) {
    line = line.replace(SUB_UNIT, " ");
    if (line.startsWith("NO ")) line = line.replace(/^NO (?=\d)/, "");
    line = line.trim().replace(/ {2,}/g, " ");
    if (line === "") return { problem: "unusable" };
    words = line.split(" ");
  }
  const { number, street } = numberAndStreet(words);
  // a kind of street ends the street, unless it comes first ("PARK AVENUE", "ST JOHNS ROAD")
  let end = street.length;
  for (let i = 1; i < street.length; i++) {
    const type = STREET_TYPES[street[i]!];
    if (type === undefined) continue;
    street[i] = type;
    end = i + 1;
    if (STREET_TYPES[street[i + 1] ?? ""] === undefined) break; // "HILL ROAD": the last of two kinds counts
  }
  const [kind] = street;
  const leading = kind === undefined || street.length < 2 ? undefined : LEADING[kind];
  if (leading !== undefined) street[0] = SILENT.has(leading) ? "" : leading;
  for (let i = 0; i < end; i++) if (street[i]!.length > 5 && street[i]!.endsWith("STR")) street[i] += "ASSE";
  const name = street.slice(0, end).join("");
  const views: NonNullable<Normalized["views"]> = { exact: number === undefined ? name : name === "" ? number : `${number} ${name}` };
  if (number !== undefined) views["number"] = number;
  if (name !== "") views["street"] = name;
  return { views };
}

/** The house number, and the words of the street: those behind it, or in front of it where they are a street by themselves and no other follows, or nothing does ("Lange Straße 5", "Calle Mayor, 27, 3 B"). */
function numberAndStreet(words: readonly string[]): { number: string | undefined; street: string[] } {
  const leads = LEADING[words[0]!] !== undefined && !(words[0] === "C" && words[1] === "O");
  let at = words.findIndex(isNumber);
  if (leads && at === 1) {
    // "Rua 7 de Setembro, 120"
    const next = words.findIndex((word, i) => i > 2 && isNumber(word) && !isNumber(words[i - 1]!));
    if (next > 0) at = next;
  }
  if (at < 0 || (at > 4 && !leads)) return { number: undefined, street: [...words] };
  const before = words.slice(0, at);
  while (before.length > 1 && NUMBER_SIGNS.has(before.at(-1)!)) before.pop();
  const number = words[at]!;
  const after = words.slice(at).findIndex((word) => !isNumber(word)); // "12-14" is one number
  const behind = after < 0 ? [] : words.slice(at + after);
  if (behind.length > 1 && REPEATED.has(behind[0]!)) behind.shift();
  // a street behind the number leaves a house's name in front: "Eastgate 12 High Street"; but "Vestergade 5 A, st." is on the ground floor
  const streetBehind = behind.some((word, i) => i > 0 && behind[i - 1]!.length > 1 && STREET_TYPES[word] !== undefined);
  const isStreet = !streetBehind && before.some((word) => word.length > 1) && (behind.every((word) => word.length === 1) || leads || STREET_ENDING.test(before.at(-1)!));
  return { number, street: isStreet ? before : behind };
}

function isNumber(word: string): boolean {
  return isDigit(word.charCodeAt(0)) && NUMBER.test(word);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
  return (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
}

/** A town or suburb. */
export function normalizeTown(text: string): Normalized {
  const words = letters(text).replace(/^ST /, "SAINT ");
  if (words === "") return {};
  if (PLACEHOLDERS.has(words)) return { problem: "placeholder" };
  const name = words.replaceAll(" ", "");
  return { views: { exact: name, start: name.slice(0, 4) } };
}
