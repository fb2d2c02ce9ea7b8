import { letters } from "./letters.ts";
import type { Normalized } from "./normalized.ts";

// area letters, district (may end in a letter in central London), sector digit, unit letters
const UK = /^([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9])([A-Z]{2})$/;
/** As nearly all are written in the United Kingdom. */
const WRITTEN_UK = /^([A-Z]{1,2}[0-9][0-9A-Z]?) ?([0-9])([A-Z]{2})$/;
const UK_OUTWARD = /^[A-Z]{1,2}[0-9][0-9A-Z]?$/;
/** ZZ99: pseudo-codes of the NHS for no fixed abode and abroad; the rest are stand-ins that everybody shares. Of digits only 0 and 9: 2222 is a place in Australia. */
const PLACEHOLDER = /^(ZZ99.*|XX+[0-9X]*|Z+|N\/?A|NFA|NONE|UNKNOWN|NK|0+|9+|([A-Z])\2{3,})$/;

/** What a spreadsheet adds to a number. */
const DECIMALS = /\.0+\s*$/;
/** "D-10115", "H-1052", "SE-114 55": the letters of the country in front of digits. */
const COUNTRY = /^(?:A|AT|B|BE|CH|CZ|D|DE|DK|E|ES|F|FI|FR|H|HU|I|IT|L|LU|N|NO|NL|PL|P|PT|S|SE|SK|SI|US|RO|LT|LV|EE|HR)(?=\d{4,5}$)/;

/**
 * A postcode. Views: `exact`; `sector`, the code without its last two characters (UK) or its last (digits only); `district`, without the last three or two.
 * Letters O, I and L in the place of a digit, and the reverse, are put right where that gives a code as the United Kingdom has them. An outward code alone gives only the district.
 */
export function normalizePostcode(text: string): Normalized {
  const written = WRITTEN_UK.exec(text);
  if (written !== null && REAL_OUTWARD.test(written[1]!)) return ukViews(written);
  const code = letters(text.replace(DECIMALS, "")).replaceAll(" ", "").replace(COUNTRY, "");
  if (code === "") return {};
  if (PLACEHOLDER.test(code)) return { problem: "placeholder" };
  if (/^\d{3,10}$/.test(code)) {
    // ZIP+4; zeros in front are lost where a spreadsheet took the code for a number
    const zip = (code.length === 9 ? code.slice(0, 5) : code).replace(/^0+(?=\d{3})/, "");
    return { views: { exact: zip, sector: zip.slice(0, -1), district: zip.slice(0, -2) } };
  }
  const mended = mend(code);
  const uk = UK.exec(mended);
  if (uk !== null) return ukViews(uk);
  if (UK_OUTWARD.test(code)) return { views: { district: code } };
  if (code.length < 3 || code.length > 10 || !/\d/.test(code)) return { problem: "unusable" };
  return { views: { exact: code, sector: code.slice(0, -2), district: code.slice(0, -3) || code.slice(0, 1) } };
}

/** From what stands before the sector's digit, the digit, and the letters of the unit. */
function ukViews([, district, digit, unit]: RegExpExecArray): Normalized {
  const sector = district! + digit!;
  return { views: { exact: sector + unit!, sector, district: district! } };
}

const TO_DIGIT: Record<string, string> = { O: "0", I: "1", L: "1" };
const TO_LETTER: Record<string, string> = { "0": "O", "1": "I" };
const AREA =
  "A[BL]|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]|L[ADELNSU]?|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE";
// districts of central London may end in a letter, none of those that are taken for digits
const REAL_OUTWARD = new RegExp(`^((${AREA})([0-9]|[1-9][0-9])|(E|EC|N|NW|SE|SW|W|WC)[0-9][ABCDEFGHJKMNPRSTUVWXY])$`);
const asDigits = (text: string): string => text.replace(/[OIL]/g, (c) => TO_DIGIT[c]!);
const asLetters = (text: string): string => text.replace(/[01]/g, (c) => TO_LETTER[c]!);
const CANADIAN = /^[A-Z][0-9][A-Z][0-9][A-Z][0-9]$/;

/** Puts letters and digits right by their position: as it is written, or with two letters of the area in front, or one. */
function mend(code: string): string {
  if (code.length < 5 || CANADIAN.test(code)) return code;
  const written = code.slice(0, -3);
  const inward = asDigits(code.at(-3)!) + asLetters(code.slice(-2));
  if (!/^[0-9][A-Z]{2}$/.test(inward)) return code;
  if (REAL_OUTWARD.test(written)) return written + inward;
  for (const area of [2, 1]) {
    const front = asLetters(written.slice(0, area)) + asDigits(written.slice(area, area + 1));
    const rest = written.slice(area + 1);
    for (const outward of [front + rest, front + asDigits(rest)]) if (REAL_OUTWARD.test(outward)) return outward + inward;
  }
  return code;
}
