import type { ComparisonGroup } from "../schema/comparison-space.ts";
import { type FieldKindName, fieldKinds } from "../schema/field-kinds.ts";
import { NAME_ORDER } from "../schema/name-order.ts";
import type { LinkageSchema } from "../schema/linkage-schema.ts";

/** A class of non-matches of known shape: people who are related, and share more than strangers do. */
export interface RelativeClass {
  readonly name: string;
  /** Per group: whether its members have it in common, so that it is recorded as differently as one person's is. */
  readonly shares: readonly boolean[];
  /** Per group that they have not in common: P(state), if not a stranger's. */
  readonly states: readonly (Float64Array | undefined)[];
  /** What is expected of their number before any are seen, for every record (of two files, the geometric mean of both). One birth in seventy is of twins, who live in one household as children. */
  readonly expected: number;
}

/** Share of the pairs within a household who are born in one year: couples are close in age, and brothers and sisters. */
const BORN_IN_ONE_YEAR = 0.06;

export function relativeClasses(groups: readonly ComparisonGroup[], u: readonly Float64Array[], schema: LinkageSchema): RelativeClass[] {
  const has = (group: ComparisonGroup, test: (kind: FieldKindName) => boolean): boolean => group.fields.some(({ field }) => schema.fields.some(({ name, kind }) => name === field && test(kind)));
  const home = groups.map((group) => has(group, (kind) => fieldKinds[kind].household));
  const named = groups.map((group) => has(group, (kind) => kind === "forename"));
  const born = groups.map((group) => has(group, (kind) => kind === "date_of_birth"));
  // whoever two records are of, each may have its names the wrong way round
  const order = groups.map(({ name }) => name === NAME_ORDER);
  const sharing = (have: readonly boolean[]): boolean[] => have.map((is, g) => is || order[g]!);
  if (home.filter(Boolean).length < 2) return []; // one shared field alone does not tell relatives from strangers
  const classes: RelativeClass[] = [{ name: "household", shares: sharing(home), states: groups.map((group, g) => (born[g]! ? nearInAge(group, u[g]!) : undefined)), expected: 0.5 }];
  if (born.includes(true)) classes.push({ name: "twins", shares: sharing(home.map((is, g) => is || born[g]!)), states: groups.map(() => undefined), expected: 0.003 });
  if (named.includes(true) && groups.some((_, g) => !home[g] && !named[g] && !order[g])) classes.push({ name: "namesakes", shares: sharing(home.map((is, g) => is || named[g]!)), states: groups.map(() => undefined), expected: 0.005 });
  return classes;
}

/** Dates of birth of a household's members: a stranger's, but of one year more often. */
function nearInAge({ fields }: ComparisonGroup, u: Float64Array): Float64Array | undefined {
  const [date] = fields;
  const year = date!.views.indexOf("year");
  if (fields.length > 1 || year < 0) return undefined;
  const sameYear = Float64Array.from(date!.states, ({ agrees, equal }, s) => (!equal && ((agrees >> year) & 1) === 1 ? u[s]! : 0));
  const sum = sameYear.reduce((total, p) => total + p, 0);
  return sum === 0 ? undefined : u.map((p, s) => (1 - BORN_IN_ONE_YEAR) * p + (BORN_IN_ONE_YEAR * sameYear[s]!) / sum);
}
