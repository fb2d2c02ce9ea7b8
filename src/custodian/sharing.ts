export interface AtomColumns {
  /** Number of records. */
  readonly count: number;
  /** For every atom, by name: the value's number in each record, -1 where missing. */
  readonly values: ReadonlyMap<string, Int32Array>;
}

interface Sharing {
  /** Share of records whose value another record has. */
  records: number;
  /** Other records with the same value, per record. */
  others: number;
}

/** Measures the sharing of a compound in a sample. Gives up, with infinite sharing, once there are more than `enough` others per record. */
export function measureSharing(sample: AtomColumns, parts: readonly string[], enough = Infinity): Sharing {
  const { count, values } = sample;
  const columns = parts.map((part) => values.get(part)!);
  const slots = 1 << Math.ceil(Math.log2(count * 2 + 2));
  const last = new Int32Array(slots).fill(-1); // last row of each value
  const before = new Int32Array(count); // the row before it with the same value
  const shares = new Uint8Array(count);
  const most = (enough * count) / 2;
  let pairs = 0;
  let records = 0;
  rows: for (let row = 0; row < count; row++) {
    let hash = 0;
    for (const column of columns) {
      if (column[row]! < 0) continue rows;
      hash = Math.imul(hash ^ column[row]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    let slot = hash & (slots - 1);
    probe: while (last[slot]! >= 0) {
      const other = last[slot]!;
      for (const column of columns) {
        if (column[other] === column[row]) continue;
        slot = (slot + 1) & (slots - 1);
        continue probe;
      }
      break;
    }
    before[row] = last[slot]!;
    last[slot] = row;
    for (let other = before[row]!; other >= 0; other = before[other]!) {
      if (++pairs > most) return { records: Infinity, others: Infinity };
      for (const sharer of [row, other]) {
        if (shares[sharer] === 1) continue;
        shares[sharer] = 1;
        records++;
      }
    }
  }
  return { records: records / count, others: (2 * pairs) / count };
}
