import { letters } from "./letters.ts";
import type { Normalized } from "./normalized.ts";

// of other languages only what no other of them means otherwise: D is woman in Italian and boy in Danish. H and V are values of their own, for they are man in Spanish, where M is woman, and V is woman in Dutch: what a
// column's codes mean, where its values tell, is in the column map
const SEX_WORDS: Record<string, string> = {
  M: "M 1 MALE MAN BOY MR MANN MAENNLICH MANNLICH MASCULIN MASCULINO MASC MASCHIO HOMME HOMBRE HOMEM UOMO VARON MEZCZYZNA MANNELIJK HERR MONSIEUR GARCON SENOR MAND MUZ MUZSKE FERFI ERKEK E BARBAT MIES NAM М МУЖ МУЖСКОИ МУЖЧИНА Ч ЧОЛ АРРЕН ΑΡΡΕΝ ΑΝΔΡΑΣ 男 男性 ذكر",
  F: "F 2 W K FEMALE WOMAN GIRL MRS MS MISS FRAU WEIBLICH FEMME FEMININ FEMININO FEMENINO FEM FEMMINA MUJER MULHER DONNA KOBIETA VROUW VROUWELIJK KVINNA KVINNE KVINDE MADAME MME MLLE FILLE SENORA ZENA Z ZENSKE NO KADIN FEMEIE NAINEN NU Ж ЖЕН ЖЕНСКИИ ЖЕНЩИНА ЖІН ΘΗΛΥ ΓΥΝΑΙΚΑ 女 女性 انثى أنثى",
  X: "X O I OTHER INTERSEX DIVERS",
  H: "H",
  V: "V",
};
const SEXES = new Map(Object.entries(SEX_WORDS).flatMap(([sex, words]) => words.split(" ").map((word) => [letters(word), sex])));
const SEX_UNKNOWN = new Set(["", "U", "UNKNOWN", "NK", "0", "9", "N", "NOT KNOWN", "NOT STATED", "NOT SPECIFIED", "INDETERMINATE"]);

/** Sex or gender as recorded; 1 and 2, 0 and 9 as in the NHS data dictionary. */
export function normalizeSex(text: string): Normalized {
  const code = letters(text);
  if (SEX_UNKNOWN.has(code)) return {};
  const sex = SEXES.get(code);
  return sex === undefined ? { problem: "unusable" } : { views: { exact: sex } };
}

/** Country calling codes: those of one digit, of two, and all others, of three (ITU-T E.164). */
const COUNTRY = /^(\+|00)(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9]\d\d)/;

/** A telephone number: digits without country or trunk prefix, the last ten at most. */
export function normalizePhone(text: string): Normalized {
  // a spreadsheet's decimals follow the one dot of a number; "01.42.68.53.00" has none
  const digits = text.replace(/^(\s*\+?\d+)\.0+\s*$/, "$1").replace(/[^\d+]/g, "").replace(COUNTRY, "").replaceAll("+", "").replace(/^0+/, "");
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
