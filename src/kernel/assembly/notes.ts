// What is told of records beside their filters and words: null masks, what fields lack, the hashes that are counted and the records of the sample.
//
// *Notes* lie behind the values that cells came to: u32 and u32 atoms that are missing, u32 a problem by number, u32 a hash of all the atoms, then u32 for each of these its hash (0 where it is missing).
// What is *told*: u32 fields, u32 for each how far its notes lie from its address, u32 whether the null mask shows atoms, u32 filters, u32 how many, u32 counted atoms, u32 how many, u32 tallies, f64 the hashes that are below it are sampled.
// A filter: its anchor's atoms, its texts' atoms and its own bit of the null mask, u64 each: it is missing with any of the first or all of the second.
// A counted atom: u32 its field (in bytes), u32 how far its hash lies from that field's address.
// Tallies of a field: u32 records without it, then u32 records with each of PROBLEMS.
const PROBLEMS: usize = 3;

/** Writes the null masks of records into their rows, counts what they lack, writes their hashes to `hashes`, each atom's `pitch` bytes behind the one before, and those of the sample (u32 record, u32 rank) to `sampled`; returns the end of the sample. `addresses`: of each record one for each field. */
export function noteRecords(told: usize, addresses: usize, from: i32, to: i32, places: usize, nulls: usize, width: usize, hashes: usize, pitch: usize, sampled: usize): usize {
  const fields = <usize>load<u32>(told) << 2;
  const offsets = <usize>load<u32>(told, 4);
  const showsAtoms = load<u32>(told, 8) != 0;
  const filters = <usize>load<u32>(told, 12);
  const filtersEnd = filters + <usize>load<u32>(told, 16) * 24;
  const counted = <usize>load<u32>(told, 20);
  const countedEnd = counted + (<usize>load<u32>(told, 24) << 3);
  const tallies = <usize>load<u32>(told, 28);
  const limit = load<f64>(told, 32);
  addresses += <usize>from * fields;
  for (let i = from; i < to; i++, addresses += fields) {
    let missing: u64 = 0;
    let content: u32 = 0x12345;
    let tally = tallies;
    for (let f: usize = 0; f < fields; f += 4, tally += (1 + PROBLEMS) << 2) {
      const notes = <usize>load<u32>(addresses + f) + <usize>load<u32>(offsets + f);
      const lacks = load<u64>(notes);
      const problem = load<u32>(notes, 8);
      missing |= lacks;
      content = mixed(content ^ load<u32>(notes, 12));
      // an impossible date has parts but is no date: the field counts as missing
      if (lacks == 0 && problem == 0) continue;
      store<u32>(tally, load<u32>(tally) + 1);
      const own = tally + 4 + (<usize>problem << 2);
      store<u32>(own, load<u32>(own) + 1);
    }
    let mask: u64 = showsAtoms ? missing : 0;
    for (let filter = filters; filter < filtersEnd; filter += 24) {
      if ((missing & load<u64>(filter)) != 0 || (~missing & load<u64>(filter, 8)) == 0) mask |= load<u64>(filter, 16);
    }
    store<u64>(nulls + <usize>load<u32>(places + (<usize>i << 2)) * width, mask);
    let hash = hashes + (<usize>i << 2);
    for (let atom = counted; atom < countedEnd; atom += 8, hash += pitch) store<u32>(hash, load<u32>(<usize>load<u32>(addresses + <usize>load<u32>(atom)) + <usize>load<u32>(atom, 4)));
    const rank = mixed(content + 0x7f4a7c15);
    if (<f64>rank >= limit) continue;
    store<u32>(sampled, i);
    store<u32>(sampled, rank, 4);
    sampled += 8;
  }
  return sampled;
}

/**
 * What records add to a sketch (see custodian/value-statistics.ts) by a compound of atoms, whose hashes lie at the `parts` addresses of `columns`: the lowest sixteen bits which counter, the highest its sign, and the one above the sixteen whether the
 * record has them all. Four at a time, and up to three more.
 */
export function signsOf(columns: usize, parts: i32, seed: i32, count: i32, signs: usize): void {
  for (let at: usize = 0; at < <usize>count << 2; at += 16) {
    let hash = i32x4.splat(seed);
    let lacks = i32x4.splat(0);
    for (let p: usize = 0; p < <usize>parts; p++) {
      const value = v128.load(<usize>load<u32>(columns + (p << 2)) + at);
      lacks = v128.or(lacks, i32x4.eq(value, i32x4.splat(0)));
      hash = mixed4(v128.xor(hash, value));
    }
    hash = mixed4(i32x4.add(hash, i32x4.splat(0x51ed270b)));
    v128.store(signs + at, v128.or(v128.and(hash, i32x4.splat(0x8000ffff)), v128.andnot(i32x4.splat(0x10000), lacks)));
  }
}

// @ts-ignore: decorator
@inline
function mixed4(x: v128): v128 {
  x = i32x4.mul(v128.xor(x, v128.shr<u32>(x, 16)), i32x4.splat(0x85ebca6b));
  x = i32x4.mul(v128.xor(x, v128.shr<u32>(x, 13)), i32x4.splat(0xc2b2ae35));
  return v128.xor(x, v128.shr<u32>(x, 16));
}

/** As custodian/text-hash.ts has it. */
// @ts-ignore: decorator
@inline
function mixed(x: u32): u32 {
  x = (x ^ (x >> 16)) * 0x85ebca6b;
  x = (x ^ (x >> 13)) * 0xc2b2ae35;
  return x ^ (x >> 16);
}
