import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { recordAtoms } from "../../src/custodian/record-atoms.ts";
import { comparisonPlan, encodingPlan } from "../../src/custodian/encoding.ts";
import { partitionFinisher } from "../../src/custodian/finish-rows.ts";
import { OwnIds, hashOwnId, ownIdSeed } from "../../src/custodian/own-ids.ts";
import { ShuffledRows, readPartition } from "../../src/custodian/shuffled-rows.ts";
import { SampledWords, ValueSample, createSampleLimits } from "../../src/custodian/value-sample.ts";
import { createSketches, forenamesByYear, randomPairs, RecordCounter } from "../../src/custodian/value-statistics.ts";
import { layoutOf } from "../../src/exchange/layout.ts";
import { sampleRank, signOf } from "../../src/kernel/reference/notes.ts";
import { RowKernel } from "../../src/kernel/row-kernel.ts";
import { halvesPerRow, pageBytes } from "../../src/exchange/row-group.ts";
import { writeBytes } from "../../src/output/bytes-at.ts";
import { discardPartials } from "../../src/output/partial-file.ts";
import { random } from "../../src/random.ts";
import { comparisonGroups, usedAtoms } from "../../src/schema/comparison-space.ts";
import { Population } from "../../src/synth/population.ts";
import { standardSchema } from "../example-schema.ts";
import { temporaryDirectory } from "../temporary.ts";

describe("a sample of values", () => {
  const count = (values: readonly number[]): { distinct: number; sharing: number } => {
    const limits = createSampleLimits(2);
    const sample = new ValueSample(limits, 1);
    const words = new SampledWords(limits);
    for (let start = 0; start < values.length; start += 10_000) {
      words.begin(10_000);
      for (const value of values.slice(start, start + 10_000)) words.add(Uint32Array.of(7, 7, value === 0 ? 0 : Math.imul(value, 0x9e3779b1), value === 0 ? 0 : Math.imul(value, 0x85ebca6b) ^ 0x1234567), 0);
      const { values: kept, counts, present } = words.take();
      sample.add(kept.subarray(counts[0]), present[1]!);
    }
    expect(sample.present).toBe(values.filter((value) => value !== 0).length);
    return sample.summary();
  };

  it("is exact on small files, and missing is no value", () => {
    expect(count([1, 2, 2, 3, 3, 3, 0, 0])).toEqual({ distinct: 3, sharing: 5 });
  });

  it("estimates on large ones within a few per cent", () => {
    const values = Array.from({ length: 700_000 }, (_, i) => (i < 100_000 ? Math.floor(i / 2) + 1 : i));
    const { distinct, sharing } = count(values);
    expect(distinct / 650_000).toBeGreaterThan(0.98);
    expect(distinct / 650_000).toBeLessThan(1.02);
    expect(sharing / 100_000).toBeGreaterThan(0.95);
    expect(sharing / 100_000).toBeLessThan(1.05);
  });

  it("counts values, not records: one value of very many records leaves room for the others, in any order", () => {
    const common = Array.from({ length: 300_000 }, () => 1);
    const single = Array.from({ length: 100_000 }, (_, i) => i + 2);
    const found = count([...common, ...single]);
    expect(found.distinct / 100_001).toBeGreaterThan(0.98);
    expect(found.distinct / 100_001).toBeLessThan(1.02);
    expect(count([...single, ...common])).toEqual(found);
    expect(count([...common, ...single.slice(0, 60_000)])).toEqual({ distinct: 60_001, sharing: 300_000 });
  });
});

describe("own ids", () => {
  it("finds the row that had an id before", () => {
    const ids = new OwnIds();
    const seed = ownIdSeed();
    const add = (names: readonly string[], firstRow: number): unknown => {
      const hashes = new Int32Array(names.length * 2);
      names.forEach((name, i) => hashOwnId(Buffer.from(name), 0, Buffer.byteLength(name), seed, hashes, i * 2));
      return ids.add(hashes, Uint32Array.from(names, (_, i) => firstRow + i), names.length);
    };
    const names = Array.from({ length: 200_000 }, (_, i) => `ID${i}`);
    expect(add(names, 2)).toBeUndefined();
    expect(ids.shared()).toBeUndefined();
    expect(add(["id4711"], 999_998)).toBeUndefined();
    expect(ids.shared()).toBeUndefined();
    add(["ID4711"], 999_999);
    expect(ids.shared()).toEqual({ before: 4713, row: 999_999 });
    expect(add(names.map((name) => `${name}a`), 1_000_000)).toEqual({ before: 4713, row: 999_999 }); // found on the way
  });

  it("says which of several came first", () => {
    const ids = new OwnIds();
    const hashes = Int32Array.of(1 << 30, 1, 2, 2, 3, 3, 2, 2, 1 << 30, 1);
    ids.add(hashes, Uint32Array.of(2, 3, 4, 5, 6), 5);
    expect(ids.shared()).toEqual({ before: 3, row: 5 });
  });
});

describe("shuffled rows", () => {
  const rowsIn = (waiting: ShuffledRows, halves: Uint32Array, partitions: readonly number[]): void => {
    const rows = halves.length / 3;
    const at = waiting.reserve(rows + 1); // a record was set aside
    writeBytes(waiting.descriptor, new Uint8Array(halves.buffer), at);
    waiting.add({ at, rows, partitions: Uint32Array.from(partitions), strata: [] });
  };

  it.each([1, 20])("loses none (%i partitions)", (partitions) => {
    const { path, at } = temporaryDirectory();
    const waiting = new ShuffledRows(3, 2, at("rows"));
    for (let block = 0; block < 10; block++) rowsIn(waiting, Uint32Array.from({ length: 300 }, (_, i) => block * 300 + i), Array.from({ length: partitions }, () => 100 / partitions));
    const seen = [...waiting.partitions()].map((partition) => {
      const read = new Uint32Array(partition.rows * 3);
      readPartition(partition, 3, read);
      return Array.from({ length: partition.rows }, (_, r) => read[r * 3]! / 3);
    });
    waiting.discard();
    expect(seen.length).toBe(partitions);
    const each = 100 / partitions; // of a block
    seen.forEach((rows, p) => expect(rows).toEqual(Array.from({ length: 10 * each }, (_, i) => Math.floor(i / each) * 100 + p * each + (i % each))));
    expect(readdirSync(path)).toEqual([]);
  });

  it("keep no order", () => {
    const { at } = temporaryDirectory();
    const layout = layoutOf(standardSchema);
    const width = halvesPerRow(layout);
    const waiting = new ShuffledRows(width, 0, at("rows"));
    const halves = Uint32Array.from({ length: 1000 * width }, (_, i) => Math.floor(i / width));
    writeBytes(waiting.descriptor, new Uint8Array(halves.buffer), waiting.reserve(1000));
    waiting.add({ at: 0, rows: 1000, partitions: Uint32Array.of(1000), strata: [] });
    const kernel = new RowKernel({ width, words: layout.words.length, firstKey: 0, keys: layout.keys.length });
    const { group } = partitionFinisher(standardSchema, [], () => kernel)({ partition: [...waiting.partitions()][0]!, bits: [32], strataValues: [], form: "parquet", memory: new SharedArrayBuffer(pageBytes(layout, 1000)) });
    waiting.discard();
    const seen = new Uint32Array(group.pages[1]!.buffer, group.pages[1]!.byteOffset, 2000).filter((_, i) => i % 2 === 0);
    expect(seen.toSorted()).toEqual(Uint32Array.from({ length: 1000 }, (_, i) => i));
    expect(seen.filter((row, i) => row === i).length).toBeLessThan(20);
  });

  it("wait on disk and leave nothing there: on a signal, after a killed run", () => {
    const { path, at } = temporaryDirectory();
    rowsIn(new ShuffledRows(3, 0, at("out.rows")), new Uint32Array(90), [30]);
    expect(readdirSync(path)).toEqual([`out.rows.${process.pid}.partial`]);
    discardPartials(); // what signal handlers call
    expect(readdirSync(path)).toEqual([]);

    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(at(`out.rows.${pid}.partial`), "rows");
    new ShuffledRows(3, 0, at("out.rows")).discard();
    expect(readdirSync(path)).toEqual([]);
  });
});

describe("random pairs of a file", () => {
  const population = new Population(4000, "statistics", "all");
  const header = ["forename", "surname", "dob", "sex", "address", "postcode"];
  const map = { version: 1 as const, id: null, delimiter: "," as const, fields: { forename: { columns: ["forename"] }, surname: { columns: ["surname"] }, date_of_birth: { columns: ["dob"], order: "ymd" as const }, sex: { columns: ["sex"] }, address: { columns: ["address"] }, postcode: { columns: ["postcode"] } } };
  const read = recordAtoms(standardSchema.fields, usedAtoms(standardSchema), map, header, 2026);
  const records = Array.from({ length: 4000 }, (_, i) => {
    const { forename, surname, sex, day, month, year, address } = population.person(i);
    const record = read([forename, surname, `${year}-${month}-${day}`, sex, `${address.number} ${address.street}`, address.postcode]);
    return { ...record, hashes: record.hashes.slice() };
  });
  const salt = { project: "p", secret: new Uint8Array(32).fill(9) };
  const counted = (rows: typeof records): { sketches: ReturnType<typeof createSketches>; sampled: { rank: number; atoms: (typeof records)[number]["atoms"] }[] } => {
    const sketches = createSketches(standardSchema, rows.length);
    const counter = new RecordCounter(standardSchema, sketches);
    const sampled = rows.flatMap(({ atoms, hashes }) => {
      const rank = sampleRank([...hashes]);
      return rank < sketches.sampleBelow ? [{ rank, atoms }] : [];
    });
    counter.add((compound, seed) => Int32Array.from(rows, ({ hashes }) => signOf(compound.map((part) => hashes[counter.atoms[part]!]!), seed)));
    return { sketches, sampled };
  };
  const statisticsOf = (rows: typeof records): Record<string, number[]> => {
    const { sketches, sampled } = counted(rows);
    return randomPairs(standardSchema, comparisonPlan(standardSchema, salt, encodingPlan(standardSchema, salt)), sketches, sampled);
  };
  const found = statisticsOf(records);
  const groups = comparisonGroups(standardSchema);
  const collisions = (values: readonly (string | undefined)[]): number => {
    const counts = new Map<string, number>();
    for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
    const n = [...counts.values()].reduce((sum, c) => sum + c, 0);
    return [...counts.values()].reduce((sum, c) => sum + c * (c - 1), 0) / (n * (n - 1));
  };
  const atom = (name: string): (string | undefined)[] => records.map(({ atoms }) => atoms[usedAtoms(standardSchema).indexOf(name)]);

  it("sum to one in every group", () => {
    for (const { name } of groups) expect(found[name]!.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 2);
  });

  it("know what fashion does to forenames, whoever is there twice", () => {
    const pairs = (...names: string[]): number => {
      const columns = names.map(atom);
      return collisions(records.map((_, i) => (columns.every((column) => column[i] !== undefined) ? columns.map((column) => column[i]).join() : undefined)));
    };
    const year = "date_of_birth.year";
    const fashion = (pairs("forename", year) - pairs("forename", year, "surname")) / (pairs("forename") * pairs(year));
    expect(fashion).toBeGreaterThan(1.5);
    const known = forenamesByYear(standardSchema, counted(records).sketches)!;
    expect(known / fashion).toBeCloseTo(1, 0.7);
    // a fifth of the people are in the file twice: five in six pairs of one forename and year are then one person's
    expect(forenamesByYear(standardSchema, counted([...records, ...records.slice(0, 800)]).sketches)! / known).toBeLessThan(1.3);
    expect(forenamesByYear({ ...standardSchema, fields: standardSchema.fields.filter(({ kind }) => kind !== "forename") }, counted(records).sketches)).toBeUndefined();
  });

  it.each(["forename", "surname"])("know how often two %ss are equal", (name) => {
    expect(found[name]!.at(-1)! / collisions(atom(name))).toBeCloseTo(1, 1);
  });

  it("know how often the parts of a date agree", () => {
    const { states } = groups.find(({ name }) => name === "date_of_birth")!.fields[0]!;
    const day = states.reduce((sum, { agrees }, i) => (agrees & 1 ? sum + found["date_of_birth"]![i]! : sum), 0);
    expect(day / collisions(atom("date_of_birth.day"))).toBeCloseTo(1, 1);
  });

  it("know households: address and postcode are equal together far more often than apart", () => {
    const both = found["place"]!.at(-1)!;
    const [addresses, postcodes] = [atom("address"), atom("postcode")];
    const pairs = collisions(addresses.map((address, i) => (address === undefined ? undefined : `${address} ${postcodes[i]}`)));
    expect(both / pairs).toBeGreaterThan(0.7);
    expect(both / pairs).toBeLessThan(1.4);
    expect(both).toBeGreaterThan(20 * collisions(atom("address")) * collisions(atom("postcode")));
  });

  it("know combinations that are too rare for the sketches: one forename, two sexes", () => {
    const group = groups.find(({ name }) => name === "forename")!;
    expect(group.fields.map(({ field }) => field)).toEqual(["forename", "sex"]);
    const equalAndFar = found["forename"]![group.size - 2]!;
    const [forenames, sexes] = [atom("forename"), atom("sex")];
    const both = forenames.map((forename, i) => (forename === undefined || sexes[i] === undefined ? undefined : `${forename} ${sexes[i]}`));
    const apart = collisions(forenames) - collisions(both);
    expect(apart).toBeGreaterThan(0);
    expect(equalAndFar).toBeGreaterThan(apart / 10);
    expect(equalAndFar).toBeLessThan(10 * apart + 2e-6);
  });

  it("do not depend on the order of the rows", () => {
    const next = random("order");
    const shuffled = records.map((row) => ({ row, at: next() })).sort((a, b) => a.at - b.at).map(({ row }) => row);
    expect(statisticsOf(shuffled)).toEqual(found);
  });
});
