import type { Check } from "./checks.ts";
import { FEWEST } from "./disclosure-control.ts";
import type { Report } from "./report.ts";

export const statusWords: Record<Check["status"], string> = { green: "fine", amber: "look", red: "stop", none: "not judged" };

export const verdictWords = {
  green: "No check asks for action.",
  amber: "Usable with care: see what the checks ask for.",
  red: "Not to be used as it is: see the checks.",
} as const;

/** Who may see a report. */
export function confidentiality({ restricted }: Pick<Report, "restricted">): string {
  return restricted
    ? "Restricted: exact figures. This report stays in the linkage unit."
    : `Disclosure-controlled: counts under ${FEWEST} and whatever would tell them are withheld, other counts are rounded to 5, and shares are worked out from these. No figure is about a single person. Put it through your own output check before it leaves the linkage unit.`;
}
