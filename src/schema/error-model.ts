import type { FieldSpace } from "./comparison-space.ts";
import { type FieldKindName, fieldKinds, type FieldKind } from "./field-kinds.ts";

/**
 * What registers do to a field of one person between two records, before anything is known of the files at hand: where key choice looks for coverage and where the estimation of m starts.
 * Rough on purpose, and on the pessimistic side: a key set that reaches badly damaged pairs reaches the others too.
 */
interface FieldErrors {
  /** How often the whole value disagrees. */
  readonly wrong: number;
  /** How often each view survives when the whole value does not. */
  readonly survives: { readonly [view: string]: number };
}

export const fieldErrors: Record<FieldKindName, FieldErrors> = {
  forename: { wrong: 0.25, survives: { initial: 0.8, start: 0.6, phonetic: 0.25, shape: 0.3 } },
  surname: { wrong: 0.25, survives: { initial: 0.8, start: 0.6, phonetic: 0.25, shape: 0.3 } },
  date_of_birth: { wrong: 0.1, survives: { day: 0.65, month: 0.6, year: 0.75 } },
  sex: { wrong: 0.01, survives: {} },
  postcode: { wrong: 0.12, survives: { sector: 0.4, district: 0.55 } },
  address: { wrong: 0.25, survives: { number: 0.45, street: 0.45 } },
  town: { wrong: 0.15, survives: { start: 0.6 } },
  phone: { wrong: 0.2, survives: {} },
  email: { wrong: 0.2, survives: { start: 0.3 } },
  health_number: { wrong: 0.03, survives: {} },
};

/** How often forename and surname stand in each other's place. */
export const SWAPPED_NAMES = 0.005;

/** Share of unequal values that are near: one typing error rather than another value. */
const NEAR = 0.6;

/** The same as state probabilities of a field. */
export function expectedStates(space: FieldSpace, kind: FieldKindName): Float64Array {
  const { wrong, survives } = fieldErrors[kind];
  const { implies }: FieldKind = fieldKinds[kind];
  const levels = space.states.at(-1)!.level;
  const unequal = space.states.map((state) => {
    if (state.equal) return 0;
    const nearness = levels === 1 ? 1 : state.level === 0 ? 1 - NEAR : NEAR / (levels - 1);
    return space.views.reduce((product, view, v) => {
      const agrees = ((state.agrees >> v) & 1) === 1;
      // a view that another brings along is certain once that one agrees
      const implied = space.views.some((other, o) => implies?.[other] === view && ((state.agrees >> o) & 1) === 1);
      const p = survives[view] ?? 0.5;
      return implied ? product : product * (agrees ? p : 1 - p);
    }, nearness);
  });
  const sum = unequal.reduce((total, p) => total + p, 0);
  return Float64Array.from(unequal, (p, i) => (space.states[i]!.equal ? 1 - wrong : (p / sum) * wrong));
}
