import type { Told } from "./disclosure-control.ts";
import type { Cell, FigureCell } from "./sections.ts";

/** Whole numbers with thousands separators, whatever the locale. */
export function countText(told: Told): string {
  return text(told, (count) => Math.round(count).toString().replace(/\B(?=(\d{3})+$)/g, ","));
}

/** A percentage with as many digits as it needs to be told from 0 and 100, and no more than it has. */
export function shareText(told: Told): string {
  return text(told, (share) => {
    const digits = share < 0.0001 || share > 0.9999 ? 4 : share < 0.01 || share > 0.99 ? 2 : 1;
    return `${Number((share * 100).toFixed(digits))} %`;
  });
}

/** Bits of evidence. */
function weightText(told: Told): string {
  return text(told, (weight) => `${weight < 0 ? "−" : "+"}${Math.abs(weight).toFixed(1)}`);
}

/** A probability, as it is or in powers of ten. */
function probabilityText(told: Told): string {
  return text(told, (p) => (p === 0 || p >= 0.001 ? `${Number(p.toPrecision(3))}` : p.toExponential(1).replace("e-", " × 10⁻").replace(/\d+$/, (digits) => digits.replaceAll(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!))));
}

/** What withheld figures are shown as. */
const WITHHELD = "withheld";

function text(told: Told, of: (value: number) => string): string {
  if (told === null) return WITHHELD;
  if (typeof told === "number") return of(told);
  return "under" in told ? `under ${of(told.under)}` : `over ${of(told.over)}`;
}

/** A figure within a sentence: "fewer than 10", "about 15". */
export function countWords(told: Told, about = ""): string {
  if (told === null) return "a number withheld here";
  if (typeof told === "number") return `${about}${countText(told)}`;
  return "under" in told ? `fewer than ${countText(told.under)}` : `more than ${countText(told.over)}`;
}

/** A share within a sentence. */
export function shareWords(told: Told): string {
  return told === null ? "a share withheld here" : shareText(told);
}

/** From a low to a high end. */
export function rangeText([low, high]: readonly [Told, Told], of: (told: Told) => string): string {
  const [from, to] = [of(low), of(high)];
  if (from === to) return from;
  if (low === null || high === null) return WITHHELD;
  // "under 10 to 35" is "up to 35", "99 % to over 99.5 %" is "99 % or more"
  if (typeof low !== "number" && "under" in low) return `up to ${to}`;
  if (typeof high !== "number" && "over" in high) return `${from} or more`;
  return `${from} to ${to}`;
}

const texts: Record<FigureCell["as"], (told: Told) => string> = {
  count: countText,
  share: shareText,
  weight: weightText,
  probability: probabilityText,
  "change of count": (told) => text(told, (count) => (count === 0 ? "none" : `${count < 0 ? "−" : "+"}${countText(Math.abs(count))}`)),
  "change of share": (told) => text(told, (share) => (share === 0 ? "none" : `${share < 0 ? "−" : "+"}${Number((100 * Math.abs(share)).toPrecision(3))} points`)),
};

/** A cell of a table, and the interval around it. */
export function cellText(cell: Cell): { text: string; interval?: string } {
  if (typeof cell === "string") return { text: cell };
  const { told, interval, as } = cell;
  return { text: texts[as](told), ...(interval === undefined || told === null ? {} : { interval: rangeText(interval, texts[as]) }) };
}
