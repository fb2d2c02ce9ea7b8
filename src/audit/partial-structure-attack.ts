import { type EqualityStructure, classesOf, mix } from "./equality-structure.ts";
import { type Neighbours, classLimit, neighboursOf, tellingBuckets } from "./neighbours.ts";
import type { Claims } from "./structure-attack.ts";

/**
 * The structure attack made to tolerate missing people, after Narayanan & Shmatikov, "De-anonymizing social networks" (2009): class sizes change when people are missing, but what two records that are both
 * present have in common does not. Each record is described by its neighbours (which columns a pair agrees on, what each of the two lacks) and by its neighbours' neighbours; a record's
 * description must be part of its person's. Persons are scored by how rare what they have in common with the record is, less what the record should not have (or should have and has not), and the best is named if there is one best.
 */
export function partialStructureAttack(seen: EqualityStructure, register: EqualityStructure): Claims {
  const limit = classLimit(register);
  const telling = tellingBuckets(seen);
  const people = describe(register, neighboursOf(register, limit, telling));
  const records = describe(seen, neighboursOf(seen, limit, telling));

  // one numbering of features for both sides, and the persons who have each
  const low = new Uint32Array(people.low.length + records.low.length);
  const high = new Uint32Array(low.length);
  low.set(people.low);
  low.set(records.low, people.low.length);
  high.set(people.high);
  high.set(records.high, people.low.length);
  const { classes, sizes } = classesOf({ low, high });
  const starts = new Int32Array(sizes.length + 1);
  for (let i = 0; i < people.low.length; i++) starts[classes[i]! + 1]!++;
  for (let feature = 0; feature < sizes.length; feature++) starts[feature + 1]! += starts[feature]!;
  const having = new Int32Array(people.low.length);
  const next = starts.slice();
  for (let row = 0; row < register.count; row++) for (let i = people.starts[row]!; i < people.starts[row + 1]!; i++) having[next[classes[i]!]!++] = row;

  const lost = Math.log(1 / Math.max(0.01, 1 - seen.count / register.count)); // price of a feature that the person has and the record has not
  const score = new Float64Array(register.count);
  const common = new Int32Array(register.count);
  const claims = new Int32Array(seen.count).fill(-1);
  for (let row = 0; row < seen.count; row++) {
    const from = records.starts[row]!;
    const to = records.starts[row + 1]!;
    if (from === to) continue;
    const touched: number[] = [];
    for (let i = from; i < to; i++) {
      const feature = classes[people.low.length + i]!;
      const owners = starts[feature + 1]! - starts[feature]!;
      if (owners === 0 || owners > MOST_OWNERS) continue;
      const rarity = Math.log(register.count / owners);
      for (let at = starts[feature]!; at < starts[feature + 1]!; at++) {
        const person = having[at]!;
        if (common[person]!++ === 0) touched.push(person);
        score[person]! += rarity;
      }
    }
    let best = -Infinity;
    let second = -Infinity;
    let named = -1;
    for (const person of touched) {
      const total = score[person]! - STRANGE * (to - from - common[person]!) - lost * (people.starts[person + 1]! - people.starts[person]! - common[person]!);
      if (total > best) {
        second = best;
        best = total;
        named = person;
      } else if (total > second) second = total;
      score[person] = 0;
      common[person] = 0;
    }
    if (best > second + MARGIN) claims[row] = named;
  }
  return claims;
}

/** Features that more persons have than this decide nothing. */
const MOST_OWNERS = 400;
/** Price of a feature that the record has and the person has not: only chance agreement in a bucket explains it. */
const STRANGE = 6;
const MARGIN = 1e-6;
/** Most features of a record, and of all records together: they decide the memory that the attack takes. */
const MOST_FEATURES = 48;
const MOST_FEATURES_IN_ALL = 24_000_000;

interface Description {
  /** Features of record r: from starts[r] to starts[r + 1]. The n-th of the same is another feature than the first. */
  readonly starts: Int32Array;
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

function describe({ count, masks }: EqualityStructure, { pairs, a, b, labels }: Neighbours): Description {
  const first = new Int32Array(count + 1);
  for (let pair = 0; pair < pairs; pair++) {
    first[a[pair]! + 1]!++;
    first[b[pair]! + 1]!++;
  }
  for (let row = 0; row < count; row++) first[row + 1]! += first[row]!;
  const other = new Int32Array(pairs * 2);
  const label = new Uint32Array(pairs * 2);
  const next = first.slice();
  for (let pair = 0; pair < pairs; pair++) {
    for (const [x, y] of [[a[pair]!, b[pair]!], [b[pair]!, a[pair]!]] as const) {
      other[next[x]!] = y;
      label[next[x]!++] = labels[pair]!;
    }
  }
  const most = Math.min(MOST_FEATURES, Math.ceil(MOST_FEATURES_IN_ALL / count));
  const starts = new Int32Array(count + 1);
  let features = new Float64Array(Math.max(1024, pairs * 2));
  let total = 0;
  for (let row = 0; row < count; row++) {
    const own = new Map<number, number>();
    const add = (feature: number): void => {
      const nth = own.get(feature) ?? 0;
      own.set(feature, nth + 1);
      if (total === features.length) {
        const larger = new Float64Array(total * 2);
        larger.set(features);
        features = larger;
      }
      features[total++] = (mix(feature + nth) >>> 0) * 2 ** 21 + (mix(feature ^ (nth * 0x9e3779b9)) >>> 11);
    };
    for (let i = first[row]!; i < first[row + 1]! && total - starts[row]! < most; i++) {
      const edge = mix(masks[row]! + mix(label[i]! ^ mix(masks[other[i]!]! + 7)));
      add(edge);
      const through = other[i]!;
      for (let j = first[through]!; j < first[through + 1]! && total - starts[row]! < most; j++) {
        if (other[j] !== row) add(mix(edge ^ mix(label[j]! + mix(masks[other[j]!]!))));
      }
    }
    starts[row + 1] = total;
  }
  return {
    starts,
    low: Uint32Array.from(features.subarray(0, total), (feature) => feature % 4294967296),
    high: Uint32Array.from(features.subarray(0, total), (feature) => Math.floor(feature / 4294967296) + 1),
  };
}
