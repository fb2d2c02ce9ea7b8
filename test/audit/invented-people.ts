import { encodingPlan } from "../../src/custodian/encoding.ts";
import { recordAtoms } from "../../src/custodian/record-atoms.ts";
import type { AttackedFile } from "../../src/audit/attack-file.ts";
import { type EqualityStructure, StructureBuilder, restrict } from "../../src/audit/equality-structure.ts";
import { sampledFilters } from "../../src/audit/sampled-filters.ts";
import { ID_HALVES } from "../../src/exchange/row-group.ts";
import { createEncoder } from "../../src/kernel/encode-record.ts";
import { random } from "../../src/random.ts";
import { usedAtoms } from "../../src/schema/comparison-space.ts";
import type { LinkageSchema } from "../../src/schema/linkage-schema.ts";
import { Population } from "../../src/synth/population.ts";

const header = ["forename", "surname", "dob", "sex", "address", "postcode"];
const map = { version: 1 as const, id: null, delimiter: "," as const, fields: { forename: { columns: ["forename"] }, surname: { columns: ["surname"] }, date_of_birth: { columns: ["dob"], order: "ymd" as const }, sex: { columns: ["sex"] }, address: { columns: ["address"] }, postcode: { columns: ["postcode"] } } };
const saltOf = (byte: number): { project: string; secret: Uint8Array } => ({ project: "tests", secret: new Uint8Array(32).fill(byte) });

/** One in how many has a date of birth that stands in for an unknown one, where nobody dropped it. */
const PLACEHOLDER_IN = 50;

/** Rows of a hashed file (buckets in full) of the first people of an invented population; a sex is missing here and there. */
function encoded(schema: LinkageSchema, count: number, salt: number, placeholders: boolean): { structure: EqualityStructure; halves: Uint32Array; width: number; atoms: ReturnType<ReturnType<typeof recordAtoms>>["atoms"][] } {
  const population = new Population(count, "audit tests", "all");
  const draw = random("missing");
  const read = recordAtoms(schema.fields, usedAtoms(schema), map, header, 2026);
  const encode = createEncoder(encodingPlan(schema, saltOf(salt)));
  const builder = new StructureBuilder(schema, count);
  const { width } = builder;
  const halves = new Uint32Array(count * width);
  const atoms = Array.from({ length: count }, (_, row) => {
    const { forename, surname, sex, year, month, day, address } = population.person(row);
    const own = read([forename, surname, placeholders && row % PLACEHOLDER_IN === 0 ? "1901-01-01" : `${year}-${month}-${day}`, draw() < 0.02 ? "" : sex, `${address.number} ${address.street}`, address.postcode]).atoms;
    own.forEach((atom, a) => {
      if (atom === undefined) halves[row * width + ID_HALVES]! |= 1 << a;
    });
    encode(own, halves, row * width + ID_HALVES + 2);
    return own;
  });
  builder.add(halves, count);
  return { structure: builder.finish(), halves, width, atoms };
}

/** A file of invented people under a schema, its rows shuffled, and a register of the same people. Buckets are not shortened: the attacker sees more than he would. */
export function attackedFile(schema: LinkageSchema, count: number, sample: number, { placeholders = false } = {}): AttackedFile {
  const file = encoded(schema, count, 1, placeholders);
  const register = encoded(schema, count, 2, placeholders).structure;
  const next = random("shuffle");
  const truth = Int32Array.from({ length: count }, (_, row) => row);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    [truth[last], truth[other]] = [truth[other]!, truth[last]!];
  }
  const seenRows = Int32Array.from({ length: sample }, (_, i) => i);
  const registerRows = truth.slice(0, sample);
  const rows = new Uint32Array(sample * file.width);
  registerRows.forEach((person, i) => rows.set(file.halves.subarray(person * file.width, (person + 1) * file.width), i * file.width));
  return {
    seen: restrict(file.structure, truth),
    register,
    truth,
    sample: { count: sample, filters: sampledFilters(schema, saltOf(2), [...registerRows].map((person) => file.atoms[person]!), rows, file.width), seenRows, registerRows },
  };
}
