import { letters } from "./letters.ts";
import type { Normalized } from "./normalized.ts";

// area letters, district (may end in a letter in central London), sector digit, unit letters
const UK = /^([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9])([A-Z]{2})$/;
const UK_OUTWARD = /^[A-Z]{1,2}[0-9][0-9A-Z]?$/;
/** ZZ99: pseudo-codes of the NHS for no fixed abode and abroad; the rest are stand-ins that everybody shares. */
const PLACEHOLDER = /^(ZZ99.*|XX+[0-9X]*|Z+|N\/?A|NFA|NONE|UNKNOWN|NK|0+|9+|([A-Z0-9])\2{3,})$/;

/**
 * A postcode. Views: `exact`; `sector`, the code without its last two characters (UK) or its last (digits only); `district`, without the last three or two.
 * Letters O and I in the place of a digit, and the reverse, are put right. An outward code alone gives only the district.
 */
export function normalizePostcode(text: string): Normalized {
  const code = letters(text).replaceAll(" ", "");
  if (code === "") return {};
  if (PLACEHOLDER.test(code)) return { problem: "placeholder" };
  if (/^\d{3,10}$/.test(code)) {
    const zip = code.length === 9 ? code.slice(0, 5) : code; // ZIP+4
    return { views: { exact: zip, sector: zip.slice(0, -1), district: zip.slice(0, -2) } };
  }
  const mended = code.length >= 5 ? mend(code) : code;
  const uk = UK.exec(mended);
  if (uk) return { views: { exact: mended, sector: uk[1]! + uk[2]!, district: uk[1]! } };
  if (UK_OUTWARD.test(code)) return { views: { district: code } };
  if (code.length < 3 || code.length > 10 || !/\d/.test(code)) return { problem: "unusable" };
  return { views: { exact: code, sector: code.slice(0, -2), district: code.slice(0, -3) || code.slice(0, 1) } };
}

const TO_DIGIT: Record<string, string> = { O: "0", I: "1", L: "1" };
const TO_LETTER: Record<string, string> = { "0": "O", "1": "I" };

function mend(code: string): string {
  const unit = code.slice(-2).replace(/[01]/g, (c) => TO_LETTER[c]!);
  const sector = TO_DIGIT[code.at(-3)!] ?? code.at(-3)!;
  return code.slice(0, -3) + sector + unit;
}
