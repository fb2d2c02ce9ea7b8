import { letters } from "./letters.ts";
import { DEGREES, GENERATIONS, TITLES } from "./name-additions.ts";

/** What can be taken of names that stand together: of a full name its forenames or its surname, of two surnames the one that is handed on. */
export type NamePart = "forename" | "surname" | "first surname" | "last surname";
/** How a full name is written, where its column says so; otherwise as "Forename Middle Surname", "SURNAME, Forename", or with the surname alone in capitals. */
export type WrittenName = "surname first" | "given name last" | "two surnames";

const PARTICLES = new Set("VAN DER DEN DE DEL DELLA DI DA DAS DO DOS DU DES LA LAS LE LOS LES VON ZU ZUM ZUR TEN TER TE EL AL BIN IBN BEN ABU AP FERCH O MAC MC ST".split(" "));
/** Between two surnames. */
const CONJUNCTIONS = new Set("Y I E".split(" "));
/** Chinese and Japanese are written without blanks: the surname is the first character, or one of these two. */
const LONG_SURNAMES = new Set("欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 夏侯 东方 東方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 司空 端木 独孤 南宫".split(" "));
const EAST_ASIAN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}々ー・\s\u3000]+$/u;

/** Takes one part out of what a cell holds. */
export function takePart(text: string, part: NamePart, written?: WrittenName): string {
  if (part === "first surname") return firstSurname(wordsOf(text)).join(" ");
  if (part === "last surname") {
    const words = wordsOf(text);
    return words.slice(lastSurname(words, 0)).join(" ");
  }
  return splitFullName(text, written)[part];
}

/** "SURNAME, Forename Middle", "Forename Middle Surname" or "SURNAME Forename" taken apart; particles (van, de, O') stay with the surname. */
export function splitFullName(text: string, written?: WrittenName): { forename: string; surname: string } {
  const comma = text.indexOf(",");
  if (comma > 0) {
    const [before, after] = [text.slice(0, comma), text.slice(comma + 1)];
    if (areSuffixes(upperWords(after), upperWords(before))) return splitFullName(before, written);
    return { surname: written === "two surnames" ? firstSurname(wordsOf(before)).join(" ") : before, forename: after };
  }
  if (EAST_ASIAN.test(text)) return splitEastAsian(text.trim());
  const words = wordsOf(text);
  while (words.length > 1 && TITLES.has(letters(words[0]!))) words.shift();
  while (words.length > 2 && GENERATIONS.has(letters(words.at(-1)!))) words.pop();
  if (words.length < 2) return { forename: "", surname: words[0] ?? "" };
  const capitals = inCapitals(words);
  if (capitals !== undefined) return capitals;
  if (written === "surname first" || written === "given name last") {
    const surname = firstSurname(words);
    const rest = words.slice(surname.length);
    return { surname: surname.join(" "), forename: (written === "given name last" ? rest.slice(-1) : rest).join(" ") };
  }
  if (written === "two surnames") return splitTwoSurnames(words.filter((word) => !CONJUNCTIONS.has(letters(word))));
  const last = lastSurname(words, 1);
  return { forename: words.slice(0, last).join(" "), surname: words.slice(last).join(" ") };
}

/** "Ana María de la Cruz Pérez": the surname before the last counts, unless that leaves no forename. */
function splitTwoSurnames(words: readonly string[]): { forename: string; surname: string } {
  const last = lastSurname(words, 1);
  if (last <= 1) return { forename: words[0] ?? "", surname: words.slice(last).join(" ") };
  const first = lastSurname(words.slice(0, last), 1);
  return { forename: words.slice(0, first).join(" "), surname: words.slice(first, last).join(" ") };
}

/** Where the last surname begins, its particles with it; never before the word of this number. */
function lastSurname(words: readonly string[], least: number): number {
  let first = words.length - 1;
  while (first > least && PARTICLES.has(letters(words[first - 1]!))) first--;
  return first;
}

/** The first word and the particles before it: all that is left of a surname alone. */
function firstSurname(words: readonly string[]): string[] {
  let end = 0;
  while (end < words.length - 1 && PARTICLES.has(letters(words[end]!))) end++;
  return words.slice(0, end + 1);
}

/** "DUPONT Jean Luc", "Jean Luc LE GALL": the surname stands out where it alone is in capitals, at one end. */
function inCapitals(words: readonly string[]): { forename: string; surname: string } | undefined {
  const capital = words.map((word) => /\p{Lu}.*\p{Lu}/u.test(word) && word === word.toUpperCase());
  const first = capital.indexOf(true);
  const last = capital.lastIndexOf(true);
  if (first < 0 || capital.slice(first, last + 1).includes(false) || (first > 0 && last < words.length - 1) || last - first + 1 === words.length) return undefined;
  // of "JP Smith" and "Smith AB" the capitals are initials
  if (words.slice(first, last + 1).join("").length < 3) return undefined;
  return { surname: words.slice(first, last + 1).join(" "), forename: [...words.slice(0, first), ...words.slice(last + 1)].join(" ") };
}

function splitEastAsian(text: string): { forename: string; surname: string } {
  const words = text.split(/[\s\u3000・]+/);
  if (words.length > 1) return { surname: words[0]!, forename: words.slice(1).join("") };
  const characters = [...text];
  const long = characters.length > 2 && LONG_SURNAMES.has(characters.slice(0, 2).join("")) ? 2 : 1;
  return { surname: characters.slice(0, long).join(""), forename: characters.slice(long).join("") };
}

/** "John Smith, Jr" and "John Smith, PhD"; but what follows a lone surname is a forename ("Smith, Junior", "De Souza, Junior"). */
function areSuffixes(words: readonly string[], before: readonly string[]): boolean {
  return before.length > 1 && !PARTICLES.has(before[0]!) && words.length > 0 && words.every((word) => GENERATIONS.has(word) || DEGREES.has(word));
}

function wordsOf(text: string): string[] {
  return text.trim().split(/\s+/).filter((word) => word !== "");
}

function upperWords(text: string): string[] {
  const normal = letters(text);
  return normal === "" ? [] : normal.split(" ");
}
