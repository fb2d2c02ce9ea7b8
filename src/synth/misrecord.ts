import { fullForms } from "../custodian/normalize/short-forms.ts";
import type { Random } from "../random.ts";
import type { Person, Population } from "./population.ts";

/** A record as a department writes it down; "" = missing. */
export interface Recorded {
  forename: string;
  surname: string;
  sex: string;
  day: string;
  month: string;
  year: string;
  number: string;
  street: string;
  town: string;
  postcode: string;
}

export const errorRates = { none: 0, low: 0.4, default: 1, high: 2.2 } as const;
export type ErrorRate = keyof typeof errorRates;

/** How often each thing goes wrong in a record of middling care. */
const RATES = {
  typing: 0.025,
  scanning: 0.015,
  sound: 0.01,
  shortName: 0.05,
  initialOnly: 0.004,
  otherName: 0.006,
  swappedNames: 0.003,
  marriedName: 0.04,
  dateDigit: 0.012,
  swappedDate: 0.004,
  moved: 0.06,
  postcodeTyping: 0.015,
  placeholder: 0.002,
  missing: { forename: 0.006, sex: 0.01, date: 0.008, address: 0.025, postcode: 0.015 },
};

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const SCANNED: Record<string, string> = { i: "l", l: "i", o: "u", u: "v", v: "u", m: "n", n: "m", h: "b", c: "e", e: "c", r: "n", a: "o", g: "q", q: "g", s: "5", b: "h" };
const SOUNDS: readonly [string, string][] = [["ph", "f"], ["ck", "k"], ["ie", "y"], ["y", "i"], ["ll", "l"], ["l", "ll"], ["tt", "t"], ["t", "tt"], ["ee", "ea"], ["ea", "ee"], ["s", "ss"], ["nn", "n"], ["n", "nn"], ["c", "k"], ["k", "c"], ["oo", "u"], ["ai", "ay"], ["z", "s"], ["mac", "mc"], ["rr", "r"]];

const shortForms = new Map<string, string[]>();
for (const [short, full] of fullForms) shortForms.set(full, [...(shortForms.get(full) ?? []), short]);

/**
 * What a department makes of a person. Errors cluster: a fifth of the records has most of them. `scale` multiplies all rates.
 */
export function misrecord(person: Person, population: Population, scale: number, next: Random): Recorded {
  const care = (next() < 0.2 ? 3 : 0.5) * scale;
  const happens = (rate: number): boolean => next() < rate * care;
  const home = happens(RATES.moved) ? population.address(Math.floor(next() * population.households)) : person.address;
  let { forename, surname } = person;
  if (person.sex === "F" && person.year < 2008 && happens(RATES.marriedName)) surname = population.surname(next);
  if (happens(RATES.otherName)) forename = population.forename(person.sex, person.year, next);
  if (happens(RATES.shortName)) forename = shortOf(forename, next);
  if (happens(RATES.initialOnly)) forename = forename[0]!;
  [forename, surname] = [garble(forename, happens, next), garble(surname, happens, next)];
  if (happens(RATES.swappedNames)) [forename, surname] = [surname, forename];
  let { day, month, year } = person;
  if (happens(RATES.dateDigit)) {
    const part = next();
    if (part < 0.4) day = slip(day, 28, next);
    else if (part < 0.7) month = slip(month, 12, next);
    else year += next() < 0.7 ? (next() < 0.5 ? 1 : -1) : (next() < 0.5 ? 10 : -10);
  }
  if (day <= 12 && happens(RATES.swappedDate)) [day, month] = [month, day];
  const recorded: Recorded = {
    forename,
    surname,
    sex: person.sex,
    day: String(day),
    month: String(month),
    year: String(year),
    number: String(home.number),
    street: garble(home.street, (rate) => happens(rate * 0.5), next),
    town: home.town,
    postcode: happens(RATES.postcodeTyping) ? retype(home.postcode, next) : home.postcode,
  };
  if (happens(RATES.missing.forename)) recorded.forename = "";
  if (happens(RATES.missing.sex)) recorded.sex = "";
  if (happens(RATES.missing.date)) recorded.day = recorded.month = recorded.year = "";
  if (happens(RATES.missing.address)) recorded.number = recorded.street = "";
  if (happens(RATES.missing.postcode)) recorded.postcode = "";
  if (happens(RATES.placeholder)) [recorded.day, recorded.month, recorded.year] = ["1", "1", "1900"];
  if (happens(RATES.placeholder / 2)) recorded.forename = "Unknown";
  return recorded;
}

function garble(text: string, happens: (rate: number) => boolean, next: Random): string {
  if (happens(RATES.typing)) text = typo(text, next);
  if (happens(RATES.scanning)) {
    const at = Math.floor(next() * text.length);
    const misread = SCANNED[text[at]?.toLowerCase() ?? ""];
    if (misread !== undefined) text = text.slice(0, at) + misread + text.slice(at + 1);
  }
  if (happens(RATES.sound)) {
    const [from, to] = SOUNDS[Math.floor(next() * SOUNDS.length)]!;
    const at = text.toLowerCase().indexOf(from, 1);
    if (at > 0) text = text.slice(0, at) + to + text.slice(at + from.length);
  }
  return text;
}

/** One insertion, deletion, substitution or swap of neighbours. */
function typo(text: string, next: Random): string {
  const at = Math.floor(next() * text.length);
  const letter = LETTERS[Math.floor(next() * LETTERS.length)]!;
  const kind = next();
  if (text.length < 3 || kind < 0.35) return text.slice(0, at) + letter + text.slice(at + 1);
  if (kind < 0.6) return text.slice(0, at) + text.slice(at + 1);
  if (kind < 0.8) return text.slice(0, at) + letter + text.slice(at);
  return text.slice(0, at) + (text[at + 1] ?? "") + text[at]! + text.slice(at + 2);
}

function retype(postcode: string, next: Random): string {
  const at = Math.floor(next() * postcode.length);
  const old = postcode[at]!;
  if (old === " ") return postcode.replace(" ", "");
  const pool = /\d/.test(old) ? "0123456789" : LETTERS.toUpperCase();
  return postcode.slice(0, at) + pool[Math.floor(next() * pool.length)]! + postcode.slice(at + 1);
}

function slip(value: number, most: number, next: Random): number {
  return 1 + ((value - 1 + (next() < 0.6 ? (next() < 0.5 ? 1 : most - 1) : Math.floor(next() * most))) % most);
}

function shortOf(forename: string, next: Random): string {
  const upper = forename.toUpperCase();
  const forms = shortForms.get(upper);
  const other = forms === undefined ? fullForms.get(upper) : forms[Math.floor(next() * forms.length)];
  return other === undefined ? forename : other[0] + other.slice(1).toLowerCase();
}
