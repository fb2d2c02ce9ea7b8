import { monthNamed } from "./months.ts";
import type { Normalized } from "./normalized.ts";

/** Order of the parts in a written date; names of months and four-digit years in front settle it by themselves. */
export type DateOrder = "dmy" | "mdy" | "ymd";

const FIRST_YEAR = 1850;
/** Written when a date is not known; a spike that would undo the anchor (privacy). 1 January of any other year is also a birthday and stays. */
const PLACEHOLDERS = new Set(["1900-1-1", "1850-1-1", "1899-12-30", "1899-12-31"]);

const PACKED = /^\d{8}$/;
const PACKED_YMD = /^(18[5-9]|19\d|20\d)\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;

/** "12 de mayo de 1980", "12 of May". */
const BETWEEN = /^(de|del|do|da|of|den|the|г|года?)$/i;

export interface DateParts {
  day?: number;
  month?: number;
  year?: number;
}

/** The three numbers of a written date in the order they stand, and which of them was a month's name (-1: none); undefined when it is no date. */
export interface WrittenDate {
  readonly numbers: readonly [string, string, string];
  readonly named: number;
}

/** Takes a written date apart. Eight digits without separators are cut as `order` says, or as ymd when they are such a date: its month and day, read as a year, would lie before 1850. */
export function writtenDate(text: string, order: DateOrder): WrittenDate | undefined {
  const bare = text.trim().replace(/[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[AP]M|[+-]\d{2}:?\d{2})?$/i, "").replace(/(\d)(st|nd|rd|th|er|º|ª|°)(?![\p{L}\d])/giu, "$1");
  if (PACKED.test(bare)) {
    const cut = order === "ymd" || PACKED_YMD.test(bare) ? 4 : 2;
    return { numbers: [bare.slice(0, cut), bare.slice(cut, cut + 2), bare.slice(cut + 2)], named: -1 };
  }
  let parts = bare.split(/[\s/.,年月日-]+/).filter((part) => part !== "");
  if (parts.length > 3) parts = parts.filter((part) => !BETWEEN.test(part));
  if (parts.length !== 3) return undefined;
  let named = -1;
  for (let i = 0; i < 3; i++) {
    if (/^\d{1,4}$/.test(parts[i]!)) continue;
    const month = monthNamed(parts[i]!);
    if (month === 0 || named >= 0) return undefined;
    parts[i] = String(month);
    named = i;
  }
  return { numbers: parts as [string, string, string], named };
}

/** Reads one written date. `thisYear` bounds the years and says what a two-digit year means. */
export function parseDate(text: string, order: DateOrder, thisYear: number): DateParts | undefined {
  const written = writtenDate(text, order);
  if (written === undefined) return undefined;
  const [a, b, c] = written.numbers;
  if (a.length > 2) return checked(c, b, a, thisYear);
  if (c.length < 2 || c.length === 3) return undefined;
  if (written.named === 0) return checked(b, a, c, thisYear);
  if (written.named === 1) return checked(a, b, c, thisYear);
  if (order === "mdy") return checked(b, a, c, thisYear);
  if (order === "dmy") return checked(a, b, c, thisYear);
  return checked(c, b, a, thisYear);
}

/**
 * The order of day and month in a column of dates as its rows settle it: `ambiguous` when none does, `mixed` when they contradict each other. Dates with their year in front or their month named are read alike
 * in every order and settle nothing; `ymd` when there are no others.
 */
export function settleOrder(cells: Iterable<string>): DateOrder | "ambiguous" | "mixed" {
  let dmy = 0;
  let mdy = 0;
  let open = 0;
  for (const cell of cells) {
    const written = writtenDate(cell, "dmy");
    if (written === undefined || written.named >= 0) continue;
    const [a, b, c] = written.numbers;
    if (a.length > 2 || (PACKED.test(cell.trim()) && Number(c) < FIRST_YEAR)) continue;
    if (isDay(a) && isMonth(b)) {
      if (isMonth(a)) open++;
      else dmy++;
    } else if (isMonth(a) && isDay(b)) mdy++;
  }
  if (dmy + mdy === 0) return open === 0 ? "ymd" : "ambiguous";
  // a few typing errors may seem to vote the other way
  if (Math.max(dmy, mdy) <= 20 * Math.min(dmy, mdy)) return "mixed";
  return dmy > mdy ? "dmy" : "mdy";
}

const isDay = (text: string): boolean => Number(text) >= 1 && Number(text) <= 31;
const isMonth = (text: string): boolean => Number(text) >= 1 && Number(text) <= 12;

function checked(day: string, month: string, year: string, thisYear: number): DateParts {
  let y = Number(year);
  if (year.length <= 2) y += y + 2000 > thisYear ? 1900 : 2000;
  return { day: Number(day), month: Number(month), year: y };
}

/**
 * A date of birth from its parts. A part that was not given is missing by itself. An impossible date (31 February) is unusable as a date, so nothing is anchored
 * on it, but its parts still serve keys: one of them is wrong, most often in one file only.
 */
export function normalizeDate(parts: DateParts | undefined, thisYear: number): Normalized {
  if (parts === undefined) return { problem: "unusable" };
  const { day, month, year } = parts;
  if (year === 9999 || PLACEHOLDERS.has(`${year}-${month}-${day}`)) return { problem: "placeholder" };
  if (year !== undefined && !(year >= FIRST_YEAR && year <= thisYear)) return { problem: "unusable" };
  if (month !== undefined && !(month >= 1 && month <= 12)) return { problem: "unusable" };
  if (day !== undefined && !(day >= 1 && day <= 31)) return { problem: "unusable" };
  const views: Normalized["views"] = {};
  if (day !== undefined) views["day"] = String(day);
  if (month !== undefined) views["month"] = String(month);
  if (year !== undefined) views["year"] = String(year);
  if (Object.keys(views).length === 0) return {};
  if (day === undefined || month === undefined || year === undefined) return { views };
  if (day > daysIn(month, year)) return { views, problem: "unusable" };
  views["exact"] = `${year}${String(month).padStart(2, "0")}${String(day).padStart(2, "0")}`;
  return { views };
}

function daysIn(month: number, year: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
