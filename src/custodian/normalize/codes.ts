import { letters } from "./letters.ts";
import type { Normalized } from "./normalized.ts";

// of other languages only what no other of them means otherwise: D is woman in Italian and boy in Danish. H and V are values of their own, for they are man in Spanish, where M is woman, and V is woman in Dutch: departments of one country
// agree on them all the same
const SEX_WORDS: Record<string, string> = {
  M: "M 1 MALE MAN BOY MANN MAENNLICH MANNLICH MASCULIN MASCULINO MASCHIO HOMME HOMBRE HOMEM UOMO MEZCZYZNA MANNELIJK HERR",
  F: "F 2 W K FEMALE WOMAN GIRL FRAU WEIBLICH FEMME FEMININ FEMININO FEMENINO FEMMINA MUJER MULHER DONNA KOBIETA VROUW VROUWELIJK KVINNA KVINNE KVINDE",
  X: "X O I OTHER INTERSEX DIVERS",
  H: "H",
  V: "V",
};
const SEXES = new Map(Object.entries(SEX_WORDS).flatMap(([sex, words]) => words.split(" ").map((word) => [word, sex])));
const SEX_UNKNOWN = new Set(["", "U", "UNKNOWN", "NK", "0", "9", "N", "NOT KNOWN", "NOT STATED", "NOT SPECIFIED", "INDETERMINATE"]);

/** Sex or gender as recorded; 1 and 2, 0 and 9 as in the NHS data dictionary. */
export function normalizeSex(text: string): Normalized {
  const code = letters(text);
  if (SEX_UNKNOWN.has(code)) return {};
  const sex = SEXES.get(code);
  return sex === undefined ? { problem: "unusable" } : { views: { exact: sex } };
}

/** A telephone number: digits without country or trunk prefix, the last ten at most. */
export function normalizePhone(text: string): Normalized {
  const digits = text.replace(/[^\d+]/g, "").replace(/^(\+|00)(44|353|61|1)/, "").replaceAll("+", "").replace(/^0+/, "");
  if (digits === "") return text.trim() === "" ? {} : { problem: "unusable" };
  if (/^(\d)\1*$/.test(digits)) return { problem: "placeholder" };
  if (digits.length < 6 || digits.length > 15) return { problem: "unusable" };
  return { views: { exact: digits.slice(-10) } };
}

export function normalizeEmail(text: string): Normalized {
  const address = text.trim().normalize("NFKC").toLowerCase();
  if (address === "") return {};
  const at = address.lastIndexOf("@");
  if (/^(none|unknown|noemail|no|na|n\/a|nil)(@.*)?$/.test(address)) return { problem: "placeholder" };
  if (at < 1 || at === address.length - 1 || /\s/.test(address)) return { problem: "unusable" };
  return { views: { exact: address, start: address.slice(0, at) } };
}

/** A ten-digit health number (NHS, CHI, H&C) whose check digit is right: weights 10..2, modulo 11. */
export function normalizeHealthNumber(text: string): Normalized {
  const digits = text.replace(/[\s-]/g, "");
  if (digits === "") return {};
  if (!/^\d{10}$/.test(digits)) return { problem: "unusable" };
  if (/^(\d)\1*$/.test(digits)) return { problem: "placeholder" };
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += (10 - i) * Number(digits[i]);
  return (11 - (sum % 11)) % 11 === Number(digits[9]) ? { views: { exact: digits } } : { problem: "unusable" };
}
