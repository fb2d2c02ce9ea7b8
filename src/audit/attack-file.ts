import { random } from "../random.ts";
import { cascadeAttack } from "./cascade-attack.ts";
import { chainedAttack, classesAt } from "./chained-attack.ts";
import { type EqualityStructure, restrict, tellingSets, withBucketSets } from "./equality-structure.ts";
import { type Evenness, filterEvenness, lengthCorrelation } from "./filter-evenness.ts";
import { type Frequencies, alignByFrequency, frequencyAttack } from "./frequency-attack.ts";
import { LANDMARK_WORK, type Sample, landmarkAttack } from "./landmark-attack.ts";
import { partialStructureAttack } from "./partial-structure-attack.ts";
import { minePatterns } from "./pattern-mining.ts";
import type { FilterContent } from "./sampled-filters.ts";
import { type Claims, structureAttack } from "./structure-attack.ts";
import { type TokenShape, tokenShape } from "./token-shape.ts";
import { weightAttack } from "./weight-attack.ts";
import { withWithheldKnown } from "./withhold-shared.ts";

/** A file, the attacker's register, and who is who (for judging, and for the known people of an attack). */
export interface AttackedFile {
  readonly seen: EqualityStructure;
  readonly register: EqualityStructure;
  /** The register with nothing withheld, where the file withholds what records share. */
  readonly sent?: EqualityStructure;
  /** For each record of the file its person in the register. */
  readonly truth: Int32Array;
  readonly sample: Sample<FilterContent>;
  /** Public frequencies by column, in the register's classes. */
  readonly publicly?: ReadonlyMap<string, Frequencies>;
}

/** What came of all attacks. */
export interface Attempt {
  readonly structure: readonly Outcome[];
  readonly withheld: readonly Outcome[];
  readonly cascade: readonly Outcome[];
  readonly landmark: readonly Outcome[];
  readonly weight: Outcome;
  readonly frequency: Outcome;
  readonly chained: Outcome;
  readonly patterns: Outcome;
  readonly shapes: readonly TokenShape[];
  readonly filters: readonly ({ readonly name: string; readonly correlation: number } & Evenness)[];
}

export interface Outcome {
  /** What tells this outcome from others of the attack: a share of people present, a number of known people, a column. */
  readonly of: string;
  readonly named: number;
  readonly judged: number;
}

const SHARES = [1, 0.8, 0.5];
const KNOWN = [20, 100];
/** Known people of the landmark attack: no more than one in twenty of the file, for whoever knows more knows most families, and one in ten of the sample. */
const SEEDS = [20, 100, 500];
const MINED = 1000;

export function attackFile({ seen: file, register: people, sent, truth, sample, publicly }: AttackedFile, landmarkWork = LANDMARK_WORK): Attempt {
  const sets = tellingSets(file);
  const seen = withBucketSets(file, sets);
  const register = withBucketSets(people, sets);
  const filters = file.columns.flatMap((column, c) => (column.kind === "filter" ? [{ records: column, people: people.columns[c]! }] : []));
  const told = sent === undefined ? undefined : { sent, register: withWithheldKnown(register, sent) };
  const structures = SHARES.map((share) => structure(seen, register, truth, share));
  return {
    structure: structures,
    // whoever knows more may leave it aside
    withheld: told === undefined ? [] : structures.map((without, i) => most([without, structure(seen, told.register, truth, SHARES[i]!, told.sent)])),
    cascade: KNOWN.filter((known) => known * 10 <= file.count).map((known) => cascade(seen, register, truth, known)),
    landmark: landmarkAttack(sample, file, people, SEEDS.filter((known) => known * 20 <= file.count && known * 10 <= sample.count), landmarkWork),
    weight: { of: "all filters", ...weightAttack(sample) },
    frequency: worst(frequencyAttack(file, people, truth, publicly).map(({ column, named, judged }) => ({ of: column, named, judged }))),
    chained: worst(
      filters.map(({ records, people }, f) => {
        const alignment = alignByFrequency(records.sizes, people.sizes);
        return { of: people.name, ...chainedAttack(sample.filters[f]!, classesAt(records, sample.seenRows), classesAt(people, sample.registerRows), alignment) };
      }),
    ),
    patterns: most(
      sample.filters.map(({ name, bits, hashes, seen: rows, grams }) => {
        const { right, claimed } = minePatterns({ bits, hashes, rows: rows.subarray(0, (MINED * bits) / 32), grams: grams.slice(0, MINED) });
        return { of: name, named: right, judged: claimed };
      }),
    ),
    shapes: [...file.columns.filter(({ kind }) => kind !== "stratum" && kind !== "person"), ...file.buckets].map(tokenShape),
    filters: sample.filters.map(({ name, bits, seen: rows, lengths }) => ({ name, correlation: lengthCorrelation(rows, bits, lengths), ...filterEvenness(rows, bits) })),
  };
}

/** With a share of the register's people in the file: the best that the exact attack at any depth, or the tolerant one, achieves; with `sent` by an attacker who knows of every record what is withheld, as `register` then tells. */
function structure(seen: EqualityStructure, register: EqualityStructure, truth: Int32Array, share: number, sent?: EqualityStructure): Outcome {
  const draw = random("saltlink audit present");
  const present = Uint8Array.from({ length: register.count }, () => (draw() < share ? 1 : 0));
  const rows = Int32Array.from(truth.keys()).filter((row) => present[truth[row]!] === 1);
  const records = share === 1 ? seen : restrict(seen, rows);
  const attacked = sent === undefined ? records : withWithheldKnown(records, restrict(sent, rows.map((row) => truth[row]!)));
  const right = (claims: Claims): number => rows.reduce((sum, row, i) => sum + (claims[i] === truth[row] ? 1 : 0), 0);
  const exact = structureAttack(attacked, register).map(right);
  const tolerant = right(partialStructureAttack(attacked, register));
  return { of: `${share * 100} % of the people present`, named: Math.max(...exact, tolerant), judged: rows.length };
}

function cascade(seen: EqualityStructure, register: EqualityStructure, truth: Int32Array, known: number): Outcome {
  const draw = random(`saltlink audit ${known} known`);
  const chosen = new Set<number>();
  while (chosen.size < known) chosen.add(Math.floor(draw() * register.count));
  const claims = cascadeAttack(seen, register, truth.map((person) => (chosen.has(person) ? person : -1)));
  return { of: `${known} known`, named: claims.reduce((sum, claim, row) => sum + (claim >= 0 && claim === truth[row] ? 1 : 0), 0), judged: seen.count - known };
}

function most(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce((most, outcome) => (outcome.named > most.named ? outcome : most), { of: "any column", named: 0, judged: outcomes[0]?.judged ?? 0 });
}

function worst(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce((worst, outcome) => (outcome.named * Math.max(1, worst.judged) > worst.named * outcome.judged ? outcome : worst), { of: "any column", named: 0, judged: outcomes[0]?.judged ?? 0 });
}
