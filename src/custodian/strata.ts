import { LONGEST_STRATUM_VALUE, MOST_STRATA, MOST_STRATUM_VALUES, type Strata, isStratumValue, stratumName } from "../exchange/strata.ts";
import { SaltlinkError } from "../errors.ts";

/** A column of a department's file that is sent as a stratum. */
export interface StratumColumn {
  readonly name: string;
  /** Its place among the columns. */
  readonly at: number;
}

/** Finds the columns that are to be sent as strata. @throws SaltlinkError (usage) for one that is not there, has no name to go by or comes twice. */
export function stratumColumns(columns: readonly string[], header: readonly string[], csv: string): StratumColumn[] {
  if (columns.length > MOST_STRATA) throw new SaltlinkError("usage", `${columns.length} strata are too many: a file carries at most ${MOST_STRATA}, for together they tell people apart`);
  const found = columns.map((column) => {
    const at = header.indexOf(column);
    if (at < 0) throw new SaltlinkError("usage", `${csv} has no column for --stratum ${JSON.stringify(column)}; give a column's name as its first row has it`);
    const name = stratumName(column);
    if (name === undefined) throw new SaltlinkError("usage", `${csv} column ${at + 1}: its name has no letters or figures by which a stratum could go, or is longer than 40; rename it`);
    return { name, at };
  });
  const twice = found.find(({ name }, i) => found.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) throw new SaltlinkError("usage", `two strata would be called ${twice.name}; give each once, or rename a column`);
  return found;
}

/** A cell as the value of a stratum: blanks closed up; undefined where there is something that a hashed file must not hold. */
export function stratumValue(cell: string): string | undefined {
  const value = cell.normalize("NFC").replace(/\s+/gu, " ").trim();
  return value === "" || isStratumValue(value) ? value : undefined;
}

/** What a slice found in its strata. */
export interface SliceStrata {
  /** Values of each stratum, in the order in which they came. */
  readonly values: readonly (readonly string[])[];
  /** Of each record the code of each stratum: 0 where it is missing, else one more than the value's place. */
  readonly codes: readonly number[];
  readonly unusable: readonly number[];
}

/** Numbers the values of strata within a slice. */
export class SliceValues implements SliceStrata {
  readonly values: string[][];
  readonly codes: number[] = [];
  readonly unusable: number[];
  readonly #columns: readonly StratumColumn[];
  readonly #codes: Map<string, number>[];

  constructor(columns: readonly StratumColumn[]) {
    this.#columns = columns;
    this.values = columns.map(() => []);
    this.unusable = columns.map(() => 0);
    this.#codes = columns.map(() => new Map<string, number>());
  }

  /** Writes the codes of a record's strata. */
  write(cells: readonly string[], halves: Uint32Array, at: number): void {
    for (let s = 0; s < this.#columns.length; s++) {
      const cell = cells[this.#columns[s]!.at]!;
      let code = this.#codes[s]!.get(cell);
      if (code === undefined) {
        const value = stratumValue(cell);
        if (value === undefined) this.unusable[s]!++;
        const known = value === undefined || value === "" ? -1 : this.values[s]!.indexOf(value);
        code = value === undefined || value === "" ? 0 : known >= 0 ? known + 1 : this.values[s]!.push(value);
        if (value !== undefined) this.#codes[s]!.set(cell, code);
      }
      halves[at + s] = code;
      this.codes.push(code);
    }
  }

  /** Of this record none are sent. */
  leaveOut(halves: Uint32Array, at: number): void {
    for (let s = 0; s < this.#columns.length; s++) {
      halves[at + s] = 0;
      this.codes.push(0);
    }
  }
}

/** Turns the codes of a slice, with which its rows end, into those of the file. */
export function recode(halves: Uint32Array, width: number, codes: readonly (readonly number[])[]): void {
  for (let end = width; end <= halves.length; end += width) {
    for (let s = 0, at = end - codes.length; s < codes.length; s++, at++) halves[at] = codes[s]![halves[at]!]!;
  }
}

/** The strata of a whole file, from those of its slices. */
export class FileStrata {
  readonly values: string[][];
  readonly unusable: number[];
  readonly #columns: readonly StratumColumn[];
  readonly #header: readonly string[];
  readonly #csv: string;
  readonly #records: number[][];
  /** Records with each combination of codes. */
  readonly #combinations = new Map<number, number>();

  constructor(columns: readonly StratumColumn[], header: readonly string[], csv: string) {
    this.#columns = columns;
    this.#header = header;
    this.#csv = csv;
    this.values = columns.map(() => []);
    this.unusable = columns.map(() => 0);
    this.#records = columns.map(() => []);
  }

  /** Takes a slice in; returns the file's code for each of its codes, of each stratum. @throws SaltlinkError (input) where a column has too many values. */
  add(strata: SliceStrata): number[][] {
    const codes = strata.values.map((values, s) => [0, ...values.map((value) => this.#codeOf(s, value))]);
    strata.unusable.forEach((count, s) => (this.unusable[s]! += count));
    for (let at = 0; at < strata.codes.length; ) {
      let combination = 0;
      for (let s = 0; s < codes.length; s++) {
        const code = codes[s]![strata.codes[at++]!]!;
        if (code > 0) this.#records[s]![code - 1]!++;
        combination = combination * (MOST_STRATUM_VALUES + 1) + code;
      }
      this.#combinations.set(combination, (this.#combinations.get(combination) ?? 0) + 1);
    }
    return codes;
  }

  #codeOf(s: number, value: string): number {
    const known = this.values[s]!.indexOf(value);
    if (known >= 0) return known + 1;
    if (this.values[s]!.length === MOST_STRATUM_VALUES) {
      throw new SaltlinkError("input", `${this.#csv} column ${this.#header[this.#columns[s]!.at]!}: more than ${MOST_STRATUM_VALUES} different values; a stratum is sent in clear and must not tell people apart: put its values into fewer groups, or leave it at home`);
    }
    this.#records[s]!.push(0);
    return this.values[s]!.push(value);
  }

  /** As the header tells them. */
  summary(): Strata {
    return this.#columns.map(({ name }, s) => ({
      name,
      values: this.values[s]!.map((value, i) => ({ value, records: this.#records[s]![i]! })).sort((a, b) => (a.value < b.value ? -1 : 1)),
    }));
  }

  /** Records that nobody else has the strata of. */
  unique(): number {
    let unique = 0;
    for (const records of this.#combinations.values()) if (records === 1) unique++;
    return unique;
  }
}

export const stratumRules = `at most ${LONGEST_STRATUM_VALUE} characters, no control characters, none of = + - @ in front`;
