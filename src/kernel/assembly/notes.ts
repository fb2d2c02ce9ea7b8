// What is told of records beside their filters and words: null masks, what fields lack, the hashes that are counted and the records of the sample.
//
// *Notes* lie behind the values that cells came to: u32 and u32 atoms that are missing, u32 a problem by number, u32 a hash of all the atoms, then u32 for each of these its hash (0 where it is missing).
// What is *told*: u32 fields, u32 for each how far its notes lie from its address, u32 whether the null mask shows atoms, u32 filters, u32 how many, u32 counted atoms, u32 how many, u32 tallies, f64 the hashes that are below it are sampled.
// A filter: its anchor's atoms, its texts' atoms and its own bit of the null mask, u64 each: it is missing with any of the first or all of the second.
// A counted atom: u32 its field (in bytes), u32 how far its hash lies from that field's address.
// Tallies of a field: u32 records without it, then u32 records with each of PROBLEMS.
const PROBLEMS: usize = 3;

/** Writes the null masks of records into their rows, counts what they lack, and appends their hashes to `hashes` and those of the sample (u32 record, u32 rank) to `sampled`; returns the end of the sample. `addresses`: of each record one for each field. */
export function noteRecords(told: usize, addresses: usize, from: i32, to: i32, places: usize, nulls: usize, width: usize, hashes: usize, sampled: usize): usize {
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
    for (let atom = counted; atom < countedEnd; atom += 8, hashes += 4) store<u32>(hashes, load<u32>(<usize>load<u32>(addresses + <usize>load<u32>(atom)) + <usize>load<u32>(atom, 4)));
    const rank = mixed(content + 0x7f4a7c15);
    if (<f64>rank >= limit) continue;
    store<u32>(sampled, i);
    store<u32>(sampled, rank, 4);
    sampled += 8;
  }
  return sampled;
}

/** As custodian/text-hash.ts has it. */
// @ts-ignore: decorator
@inline
function mixed(x: u32): u32 {
  x = (x ^ (x >> 16)) * 0x85ebca6b;
  x = (x ^ (x >> 13)) * 0xc2b2ae35;
  return x ^ (x >> 16);
}
