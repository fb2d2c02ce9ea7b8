/** Letters that NFKD leaves whole but that people also write in ASCII. Upper case, because upper-casing comes first. */
const SPELLED_OUT: Record<string, string> = {
  Æ: "AE", Œ: "OE", Ø: "O", Ł: "L", Đ: "D", Ð: "D", Þ: "TH", Ħ: "H", Ŧ: "T", Ŋ: "NG", Ə: "E", "ẞ": "SS", Ɓ: "B", Ɗ: "D", Ɖ: "D", Ƙ: "K", Ɔ: "O", Ɛ: "E", Ƴ: "Y",
};
const TO_SPELL_OUT = new RegExp(`[${Object.keys(SPELLED_OUT).join("")}]`, "g");
// Combining accents of Latin, Greek and Cyrillic; vowel points of Hebrew and Arabic, which are optional in writing. Indic vowel signs stay: they are letters.
// oxlint-disable-next-line no-misleading-character-class -- the marks are meant one by one
const OPTIONAL_MARKS = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u1dc4\u1dcd]/g;
const APOSTROPHES = /['\u2018\u2019\u201b\u2032\u02b9-\u02bf\u0060\u00b4\u0374\uff07\uff40\u05f3]/g;
const NOT_LETTER_OR_DIGIT = /[^\p{L}\p{M}\p{N}]+/gu;
const PLAIN = /^[A-Z0-9 ]*$/;

/**
 * Upper-case letters and digits, words separated by one space: accents off, apostrophes closed up, other punctuation a space.
 * Depends on no locale (`toUpperCase`, not `toLocaleUpperCase`).
 */
export function letters(text: string): string {
  let upper = text.toUpperCase();
  if (!PLAIN.test(upper)) {
    upper = upper
      .replace(APOSTROPHES, "") // before NFKD, which makes a space and an accent of some
      .normalize("NFKD")
      .toUpperCase()
      .replace(OPTIONAL_MARKS, "")
      .replace(TO_SPELL_OUT, (letter) => SPELLED_OUT[letter]!)
      .replace(NOT_LETTER_OR_DIGIT, " ");
  }
  const trimmed = upper.trim();
  return trimmed.includes("  ") ? trimmed.replace(/ {2,}/g, " ") : trimmed;
}
