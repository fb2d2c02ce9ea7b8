import { join } from "node:path";
import { csvCell } from "../output/csv-cell.ts";
import { PartialFile } from "../output/partial-file.ts";
import { type Random, randomAt, seedOf } from "../random.ts";
import { type ErrorRate, type Recorded, errorRates, misrecord } from "./misrecord.ts";
import { type Ages, type Person, Population } from "./population.ts";

export interface SynthOptions {
  /** Records of each department. */
  readonly records: number;
  /** Share of a department's people that every other department has too. */
  readonly overlap: number;
  readonly errors: ErrorRate;
  readonly seed: string;
  readonly departments: number;
  readonly ages: Ages;
  /** All departments with the same columns, for tools that expect it. */
  readonly uniform: boolean;
  /** Share of the people of a group (`care_experienced`) whose records are damaged more, and how many times as often; above 0, every department has that column and a `region`. */
  readonly damaged: number;
  readonly damage: number;
  readonly out: string;
  readonly force: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A department's way of writing: its columns, and the cells of a record. */
interface Department {
  readonly name: string;
  readonly idPrefix: string;
  readonly columns: readonly string[];
  readonly cells: (record: Recorded) => string[];
}

const iso = ({ year, month, day }: Recorded): string => (year === "" ? "" : `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`);
const british = ({ year, month, day }: Recorded): string => (year === "" ? "" : `${day.padStart(2, "0")}/${month.padStart(2, "0")}/${year}`);
const address = ({ number, street }: Recorded): string => `${number} ${street}`.trim();

const census: Department = {
  name: "census",
  idPrefix: "CEN",
  columns: ["record_id", "forename", "surname", "sex", "dob_day", "dob_mon", "dob_year", "house_number", "street", "address", "postcode"],
  cells: (record) => [record.forename.toUpperCase(), record.surname.toUpperCase(), record.sex, record.day, record.month, record.year, record.number, record.street, address(record).toUpperCase(), record.postcode.replace(" ", "")],
};
const tax: Department = {
  name: "tax",
  idPrefix: "TX",
  columns: ["person_id", "given_name", "family_name", "gender", "date_of_birth", "address_line_1", "town", "postcode"],
  cells: (record) => [record.forename, record.surname, record.sex === "" ? "" : record.sex === "M" ? "1" : "2", iso(record), address(record), record.town, record.postcode],
};
const schools: Department = {
  name: "schools",
  idPrefix: "SCH",
  columns: ["pupil_ref", "full_name", "sex", "dob", "address", "postcode"],
  cells: (record) => [record.forename === "" ? record.surname : `${record.surname}, ${record.forename}`, record.sex === "" ? "" : record.sex === "M" ? "Male" : "Female", british(record), address(record), record.postcode],
};
const STYLES = [census, tax, schools];

const GROUP_COLUMNS = ["region", "care_experienced"];
const REGIONS = ["North East", "North West", "Yorkshire", "Midlands", "East", "London", "South East", "South West"];

/** The region of a person's home and whether they are of the damaged group, as every department knows them; either is not known here and there. */
function groupCells({ address }: Person, damaged: boolean, next: Random): string[] {
  return [next() < 0.01 ? "" : REGIONS[seedOf(address.postcode.split(" ")[0]!) % REGIONS.length]!, next() < 0.02 ? "" : damaged ? "yes" : "no"];
}

const uniformColumns = ["record_id", "forename", "surname", "sex", "date_of_birth", "address", "postcode"];
const uniformCells = (record: Recorded): string[] => [record.forename, record.surname, record.sex, iso(record), address(record), record.postcode];

function departmentOf(index: number, uniform: boolean): Department {
  const style = STYLES[index % STYLES.length]!;
  const name = index < STYLES.length ? style.name : `${style.name}-${Math.floor(index / STYLES.length) + 1}`;
  const idPrefix = index < STYLES.length ? style.idPrefix : `${style.idPrefix}${Math.floor(index / STYLES.length) + 1}-`;
  return uniform ? { name, idPrefix, columns: uniformColumns, cells: uniformCells } : { ...style, name, idPrefix };
}

/**
 * Writes departments over one invented population, and which of their records are the same people: `NAME.csv` each, `truth.csv` for the first two and `truth-X-Y.csv` for the others. Streams: memory is one number per person.
 */
export function synthesize(options: SynthOptions): string[] {
  const { records, overlap, departments, seed, out, force } = options;
  const shared = Math.round(records * overlap);
  const population = new Population(shared + departments * (records - shared), seed, options.ages);
  const order = shuffled(population.size, seedOf(`order ${seed}`));
  const seeds = seedOf(`errors ${seed}`);
  const groups = seedOf(`groups ${seed}`);
  const written: string[] = [];
  const digits = String(records).length;

  const all = Array.from({ length: departments }, (_, d) => {
    const department = departmentOf(d, options.uniform);
    // people 0..shared-1 of the order are in every department, the rest in one; each department keeps its rows in an order of its own
    const rows = shuffled(records, seedOf(`rows ${seed} ${d}`));
    const idOf = (row: number): string => department.idPrefix + String(row + 1).padStart(digits, "0");
    const rowOf = new Uint32Array(shared);
    rows.forEach((person, row) => {
      if (person < shared) rowOf[person] = row;
    });
    return { department, rows, idOf, rowOf, personOf: (member: number) => order[member < shared ? member : shared + d * (records - shared) + (member - shared)]! };
  });

  let done = 0;
  all.forEach(({ department, rows, idOf, personOf }, d) => {
    const path = join(out, `${department.name}.csv`);
    const file = new PartialFile(path, { force, mode: 0o644 });
    file.write(`${[...department.columns, ...(options.damaged > 0 ? GROUP_COLUMNS : [])].join(",")}\n`);
    let lines: string[] = [];
    rows.forEach((member, row) => {
      const index = personOf(member);
      const person = population.person(index);
      const damaged = options.damaged > 0 && randomAt(groups, index)() < options.damaged;
      const record = misrecord(person, population, errorRates[options.errors] * (damaged ? options.damage : 1), randomAt(seeds + d * 0x9e3779b9, index));
      const cells = [...department.cells(record), ...(options.damaged > 0 ? groupCells(person, damaged, randomAt(groups ^ (d + 1), index)) : [])];
      lines.push(`${idOf(row)},${cells.map(csvCell).join(",")}\n`);
      done++;
      if (lines.length < 5000) return;
      file.write(lines.join(""));
      lines = [];
      options.onProgress?.(done, records * departments);
    });
    file.write(lines.join(""));
    file.commit();
    written.push(path);
  });

  for (let x = 0; x < departments; x++) {
    for (let y = x + 1; y < departments; y++) {
      const [a, b] = [all[x]!, all[y]!];
      const path = join(out, x === 0 && y === 1 ? "truth.csv" : `truth-${a.department.name}-${b.department.name}.csv`);
      const file = new PartialFile(path, { force, mode: 0o644 });
      file.write("id_a,id_b\n");
      let lines: string[] = [];
      for (let person = 0; person < shared; person++) {
        lines.push(`${a.idOf(a.rowOf[person]!)},${b.idOf(b.rowOf[person]!)}\n`);
        if (lines.length < 20_000) continue;
        file.write(lines.join(""));
        lines = [];
      }
      file.write(lines.join(""));
      file.commit();
      written.push(path);
    }
  }
  return written;
}

/** 0..size-1 in random order (Fisher-Yates). */
function shuffled(size: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, i) => i);
  const next = randomAt(seed, 1);
  for (let last = size - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    const held = order[last]!;
    order[last] = order[other]!;
    order[other] = held;
  }
  return order;
}
