import type { ComparisonGroup } from "../schema/comparison-space.ts";
import type { Fact } from "./evidence.ts";
import { LatticeSums, type Layer } from "./lattice-sums.ts";

/**
 * Exact probabilities of observations under a model in which the comparison groups are independent.
 *
 * An observation says of every fact whether it holds; a fact is a conjunction over groups. The probability of an observation is a sum over all full comparisons that show it, far too many to list. So the groups are
 * taken one after the other, and a node of the lattice is a pair of (what has been decided so far, which facts can still hold): comparisons that agree in both are one node from there on. Only nodes on the
 * way to some observation are kept. Sums run forward, expectations forward and backward, as in a hidden Markov model (Rabiner 1989, section III).
 */
export type Lattice = LatticeSums;

/**
 * Loops over numbers and no closures: a run builds a hundred lattices before any of this is compiled.
 *
 * @param facts those that can be known (nothing they need is missing)
 * @param observations per observation and fact whether it holds
 */
export function buildLattice(groups: readonly ComparisonGroup[], facts: readonly Fact[], observations: readonly Uint8Array[]): Lattice {
  // a fact is decided with the last group it needs; one that a single group decides never has to be carried
  const lastGroup = facts.map((fact) => Math.max(...fact.holds.keys()));
  const carried = facts.flatMap((fact, i) => (fact.holds.size > 1 ? [i] : []));
  if (carried.length > 53) throw new Error("more facts over several groups than a number has bits");
  const carriedBits = facts.map(() => NONE);
  carried.forEach((fact, bit) => (carriedBits[fact] = bitAt(bit)));

  const layers: Unpruned[] = [];
  // observations that say the same of what has been decided so far are on one branch
  let branchOf = new Int32Array(observations.length);
  let nodes: Nodes = { branch: [0], low: [carried.reduce((bits, fact) => bits | carriedBits[fact]!.low, 0)], high: [carried.reduce((bits, fact) => bits | carriedBits[fact]!.high, 0)] };

  groups.forEach((group, g) => {
    const involved = facts.flatMap((fact, i) => (fact.holds.has(g) ? [i] : []));
    const { classOf, members } = classify(group.size, involved.map((fact) => facts[fact]!.holds.get(g)!));
    // of the facts decided here, what observations and classes say: of those that the group alone decides, and of those carried this far
    const own: number[] = [];
    const ending: number[] = [];
    for (let i = 0; i < facts.length; i++) if (lastGroup[i] === g) (facts[i]!.holds.size === 1 ? own : ending).push(i);
    if (own.length > 53) throw new Error("more facts that one group decides than a number has bits");
    const owns = new Numbers();
    const ends = new Numbers();
    const ownOf = new Int32Array(observations.length);
    const endOf = new Int32Array(observations.length);
    for (let o = 0; o < ownOf.length; o++) {
      const row = observations[o]!;
      let alone = 0;
      for (let i = 0; i < own.length; i++) alone = 2 * alone + row[own[i]!]!;
      ownOf[o] = owns.of(alone);
      let low = 0;
      let high = 0;
      for (let i = 0; i < ending.length; i++) {
        if (row[ending[i]!] === 0) continue;
        low |= carriedBits[ending[i]!]!.low;
        high |= carriedBits[ending[i]!]!.high;
      }
      endOf[o] = ends.of(joined(low, high));
    }
    const branches = new Numbers();
    const nextBranch = new Int32Array(observations.length);
    for (let o = 0; o < nextBranch.length; o++) nextBranch[o] = branches.of((branchOf[o]! * owns.count + ownOf[o]!) * ends.count + endOf[o]!);
    branchOf = nextBranch;

    const end = united(ending, carriedBits);
    const classOwn = new Int32Array(members.length);
    const lostLow = new Int32Array(members.length);
    const lostHigh = new Int32Array(members.length);
    for (let c = 0; c < members.length; c++) {
      let alone = 0;
      for (let i = 0; i < own.length; i++) alone = 2 * alone + facts[own[i]!]!.holds.get(g)![members[c]!]!;
      classOwn[c] = owns.known(alone);
      for (let i = 0; i < involved.length; i++) {
        const fact = involved[i]!;
        if (facts[fact]!.holds.get(g)![members[c]!] === 1) continue;
        lostLow[c]! |= carriedBits[fact]!.low;
        lostHigh[c]! |= carriedBits[fact]!.high;
      }
    }
    const edges: number[] = [];
    const targets = new Numbers();
    const alives = new Numbers();
    const next: Nodes = { branch: [], low: [], high: [] };
    for (let node = 0; node < nodes.branch.length; node++) {
      for (let c = 0; c < members.length; c++) {
        if (classOwn[c]! < 0) continue;
        const low = nodes.low[node]! & ~lostLow[c]!;
        const high = nodes.high[node]! & ~lostHigh[c]!;
        const ended = ends.known(joined(low & end.low, high & end.high));
        if (ended < 0) continue;
        const branch = branches.known((nodes.branch[node]! * owns.count + classOwn[c]!) * ends.count + ended);
        if (branch < 0) continue;
        const aliveLow = low & ~end.low;
        const aliveHigh = high & ~end.high;
        const target = targets.of(alives.of(joined(aliveLow, aliveHigh)) * branches.count + branch);
        if (target === next.branch.length) {
          next.branch.push(branch);
          next.low.push(aliveLow);
          next.high.push(aliveHigh);
        }
        edges.push(node, target, c);
      }
    }
    layers.push({ classOf, classes: members.length, edges, nodes: next.branch.length });
    nodes = next;
  });

  const firstOf = new Int32Array(observations.length).fill(-1);
  for (let o = branchOf.length - 1; o >= 0; o--) firstOf[branchOf[o]!] = o;
  const finals = new Int32Array(nodes.branch.length);
  for (let node = 0; node < finals.length; node++) finals[node] = firstOf[nodes.branch[node]!]!;
  return new LatticeSums(pruned(layers), finals, observations.length);
}

/** Nodes after a group: the branch of each, and which of the carried facts can still hold, a bit each. */
interface Nodes {
  readonly branch: number[];
  readonly low: number[];
  readonly high: number[];
}

interface Unpruned {
  readonly classOf: Int32Array;
  readonly classes: number;
  readonly edges: readonly number[];
  readonly nodes: number;
}

/** Numbers in place of names, from 0 on in the order in which they come. */
class Numbers {
  readonly #numbers = new Map<number, number>();

  get count(): number {
    return this.#numbers.size;
  }

  of(name: number): number {
    let number = this.#numbers.get(name);
    if (number === undefined) this.#numbers.set(name, (number = this.#numbers.size));
    return number;
  }

  /** -1 where the name has not come. */
  known(name: number): number {
    return this.#numbers.get(name) ?? -1;
  }
}

/** Bits of up to 53 facts, in two halves. */
interface Bits {
  readonly low: number;
  readonly high: number;
}

const NONE: Bits = { low: 0, high: 0 };

function bitAt(bit: number): Bits {
  return bit < 32 ? { low: 1 << bit, high: 0 } : { low: 0, high: 1 << (bit - 32) };
}

function united(which: readonly number[], bits: readonly Bits[]): Bits {
  return { low: which.reduce((all, fact) => all | bits[fact]!.low, 0), high: which.reduce((all, fact) => all | bits[fact]!.high, 0) };
}

function joined(low: number, high: number): number {
  return high * 4294967296 + (low >>> 0);
}

/** Groups the states that make the same facts hold, in the order of their first states; `members`: these. */
function classify(size: number, holds: readonly Uint8Array[]): { classOf: Int32Array; members: number[] } {
  const classOf = new Int32Array(size);
  let count = 1;
  for (let i = 0; i < holds.length; i++) {
    const split = new Int32Array(2 * count).fill(-1);
    count = 0;
    for (let state = 0; state < size; state++) {
      const part = 2 * classOf[state]! + holds[i]![state]!;
      if (split[part]! < 0) split[part] = count++;
      classOf[state] = split[part]!;
    }
  }
  const members: number[] = [];
  for (let state = 0; state < size; state++) if (classOf[state] === members.length) members.push(state);
  return { classOf, members };
}

/** Drops edges into nodes from which no observation is reached: those that no edge of the next layer leaves. */
function pruned(layers: readonly Unpruned[]): Layer[] {
  const result: Layer[] = [];
  let useful: Uint8Array | undefined;
  for (let l = layers.length - 1; l >= 0; l--) {
    const { classOf, classes, edges, nodes } = layers[l]!;
    const kept = new Int32Array(edges.length);
    const leaving = new Uint8Array(l === 0 ? 1 : layers[l - 1]!.nodes);
    let count = 0;
    for (let e = 0; e < edges.length; e += 3) {
      if (useful !== undefined && useful[edges[e + 1]!] === 0) continue;
      leaving[edges[e]!] = 1;
      kept[count++] = edges[e]!;
      kept[count++] = edges[e + 1]!;
      kept[count++] = edges[e + 2]!;
    }
    result.unshift({ classOf, classes, edges: kept.subarray(0, count), nodes });
    useful = leaving;
  }
  return result;
}
