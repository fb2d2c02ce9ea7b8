import { popcount } from "../filter-bits.ts";

/** Filters of some records and the n-grams that are really in them. */
export interface MinedFilter {
  readonly bits: number;
  /** Positions that one n-gram sets: a public parameter. */
  readonly hashes: number;
  /** One row of `bits / 32` halves per record. */
  readonly rows: Uint32Array;
  /** The n-grams of each record. */
  readonly grams: readonly (readonly string[])[];
}

const CLAIMS = 10;
/** Frequent n-grams set frequent positions: sets are grown from these many of the most frequent. */
const STARTS = 64;
const LEAST_SUPPORT = 0.01;
/** A pattern stands for an n-gram when the records that have the one and those that have the other are the same but for this part. */
const OVERLAP = 0.8;

/**
 * Pattern mining (Christen, Vidanage, Ranbaduge & Schnell 2018): an n-gram that many records have sets the same positions in all their filters, so sets of positions that occur together more often than chance are
 * n-grams, and the most frequent set is the most frequent n-gram. From each of the most frequent positions a set of `hashes` positions is grown, each step by the position that keeps the most records (a beam of one instead of the full Apriori search).
 * The ten most frequent sets are taken for the ten most frequent n-grams; returns how many of these claims are right.
 */
export function minePatterns({ bits, hashes, rows, grams }: MinedFilter): { right: number; claimed: number } {
  const halves = bits / 32;
  const records = rows.length / halves;
  const width = Math.ceil(records / 32);
  const columns = Array.from({ length: bits }, () => new Uint32Array(width));
  for (let record = 0; record < records; record++) {
    for (let h = 0; h < halves; h++) {
      for (let word = rows[record * halves + h]!; word !== 0; word &= word - 1) columns[h * 32 + 31 - Math.clz32(word & -word)]![record >> 5]! |= 1 << (record & 31);
    }
  }
  const least = LEAST_SUPPORT * records;
  const patterns: { support: number; records: Uint32Array }[] = [];
  const starts = columns.map((having, bit) => ({ bit, support: weight(having) })).sort((a, b) => b.support - a.support || a.bit - b.bit).slice(0, STARTS);
  for (const start of starts) {
    let having = columns[start.bit]!;
    const members = new Set([start.bit]);
    let { support } = start;
    while (members.size < hashes && support >= least) {
      let next = -1;
      let kept = -1;
      for (let bit = 0; bit < bits; bit++) {
        if (members.has(bit)) continue;
        const both = weightOfBoth(having, columns[bit]!, kept);
        if (both > kept) [next, kept] = [bit, both];
      }
      members.add(next);
      having = having.map((word, w) => word & columns[next]![w]!);
      support = kept;
    }
    if (support >= least && !patterns.some((pattern) => alike(pattern.records, having))) patterns.push({ support, records: having });
  }
  patterns.sort((a, b) => b.support - a.support);
  const frequent = frequentGrams(grams, width);
  const claims = patterns.slice(0, CLAIMS);
  return { right: claims.filter((pattern, rank) => frequent[rank] !== undefined && alike(pattern.records, frequent[rank])).length, claimed: claims.length };
}

/** Records that have each n-gram, the most frequent n-gram first. */
function frequentGrams(grams: MinedFilter["grams"], width: number): Uint32Array[] {
  const having = new Map<string, Uint32Array>();
  grams.forEach((own, record) => {
    for (const gram of own) {
      let records = having.get(gram);
      if (records === undefined) having.set(gram, (records = new Uint32Array(width)));
      records[record >> 5]! |= 1 << (record & 31);
    }
  });
  return [...having.values()].map((records) => ({ records, support: weight(records) })).sort((a, b) => b.support - a.support).slice(0, CLAIMS).map(({ records }) => records);
}

function alike(a: Uint32Array, b: Uint32Array): boolean {
  const both = weightOfBoth(a, b, -1);
  return both >= OVERLAP * (weight(a) + weight(b) - both);
}

function weight(bits: Uint32Array): number {
  return bits.reduce((sum, word) => sum + popcount(word), 0);
}

/** Records in both; may stop early when they cannot be more than `atLeast`. */
function weightOfBoth(a: Uint32Array, b: Uint32Array, atLeast: number): number {
  let sum = 0;
  let room = a.length * 32;
  for (let w = 0; w < a.length; w++) {
    sum += popcount(a[w]! & b[w]!);
    room -= 32;
    if (sum + room <= atLeast) return sum;
  }
  return sum;
}
