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
 * @param facts those that can be known (nothing they need is missing)
 * @param observations per observation and fact whether it holds
 */
export function buildLattice(groups: readonly ComparisonGroup[], facts: readonly Fact[], observations: readonly Uint8Array[]): Lattice {
  const layers: Layer[] = [];
  // a fact is decided with the last group it needs; one that a single group decides never has to be carried
  const lastGroup = facts.map((fact) => Math.max(...fact.holds.keys()));
  const carried = facts.flatMap((fact, i) => (fact.holds.size > 1 ? [i] : []));
  if (carried.length > 53) throw new Error("more facts over several groups than a number has bits");
  const carriedBit = new Map(carried.map((fact, i) => [fact, i]));

  let tries: TrieNode[] = [{ children: new Map(), observations: observations.map((_, i) => i), targets: new Map() }];
  let nodes: { trie: TrieNode; low: number; high: number }[] = [{ trie: tries[0]!, ...allOnes(carried.length) }];

  groups.forEach((group, g) => {
    const deciding = facts.flatMap((_, i) => (lastGroup[i] === g ? [i] : []));
    if (deciding.length > 53) throw new Error("more facts that one group decides than a number has bits");
    // what each observation says of the facts decided here
    for (const trie of tries) {
      for (const observation of trie.observations) {
        const signature = signatureOf(deciding, (fact) => observations[observation]![fact] === 1);
        const child = trie.children.get(signature);
        if (child === undefined) trie.children.set(signature, { children: new Map(), observations: [observation], targets: new Map() });
        else child.observations.push(observation);
      }
    }
    tries = tries.flatMap((trie) => [...trie.children.values()]);

    const involved = facts.flatMap((fact, i) => (fact.holds.has(g) ? [i] : []));
    const { classOf, members } = classify(group.size, involved, facts, g);
    const from: number[] = [];
    const to: number[] = [];
    const through: number[] = [];
    const next: typeof nodes = [];
    const classMasks = members.map((state) => maskOf(involved, carriedBit, (fact) => facts[fact]!.holds.get(g)![state] === 1, carried.length));
    // a signature is a sum: what the group alone decides, and what has been carried this far
    const classSignatures = members.map((state) => signatureOf(deciding, (fact) => !carriedBit.has(fact) && facts[fact]!.holds.get(g)![state] === 1));
    const decided = deciding.flatMap((fact, i) => (carriedBit.has(fact) ? [{ bit: carriedBit.get(fact)!, value: 2 ** i }] : []));
    const keep = complement(decided.map(({ bit }) => bit), carried.length);
    nodes.forEach((node, index) => {
      for (let c = 0; c < members.length; c++) {
        const low = node.low & classMasks[c]!.low;
        const high = node.high & classMasks[c]!.high;
        let signature = classSignatures[c]!;
        for (const { bit, value } of decided) if (((bit < 32 ? low >>> bit : high >>> (bit - 32)) & 1) === 1) signature += value;
        const trie = node.trie.children.get(signature);
        if (trie === undefined) continue;
        const aliveLow = low & keep.low;
        const aliveHigh = high & keep.high;
        const key = (aliveHigh >>> 0) * 4294967296 + (aliveLow >>> 0);
        let target = trie.targets.get(key);
        if (target === undefined) {
          trie.targets.set(key, (target = next.length));
          next.push({ trie, low: aliveLow, high: aliveHigh });
        }
        from.push(index);
        to.push(target);
        through.push(c);
      }
    });
    layers.push({ classOf, classes: members.length, from: Int32Array.from(from), to: Int32Array.from(to), through: Int32Array.from(through), nodes: next.length });
    nodes = next;
  });

  const finals = Int32Array.from(nodes, (node) => node.trie.observations[0]!);
  return new LatticeSums(pruned(layers), finals, observations.length);
}

/** Observations that say the same of the facts decided so far. */
interface TrieNode {
  readonly children: Map<number, TrieNode>;
  readonly observations: number[];
  /** Nodes of the lattice that lead to these observations, by the facts that can still hold. */
  readonly targets: Map<number, number>;
}

/** Which of some facts hold, a bit each. */
function signatureOf(facts: readonly number[], holds: (fact: number) => boolean): number {
  let signature = 0;
  for (let i = 0; i < facts.length; i++) if (holds(facts[i]!)) signature += 2 ** i;
  return signature;
}

/** Groups the states that make the same facts hold; `members`: one state of each class. */
function classify(size: number, involved: readonly number[], facts: readonly Fact[], g: number): { classOf: Int32Array; members: number[] } {
  const classOf = new Int32Array(size);
  const members: number[] = [];
  const known = new Map<string, number>();
  for (let state = 0; state < size; state++) {
    const signature = involved.map((fact) => facts[fact]!.holds.get(g)![state]!).join("");
    let index = known.get(signature);
    if (index === undefined) {
      known.set(signature, (index = members.length));
      members.push(state);
    }
    classOf[state] = index;
  }
  return { classOf, members };
}

function allOnes(bits: number): { low: number; high: number } {
  return { low: bits >= 32 ? -1 : (1 << bits) - 1, high: bits > 32 ? (1 << (bits - 32)) - 1 : 0 };
}

/** All bits but those of involved carried facts that fail. */
function maskOf(involved: readonly number[], carriedBit: ReadonlyMap<number, number>, holds: (fact: number) => boolean, bits: number): { low: number; high: number } {
  return complement(involved.flatMap((fact) => (carriedBit.has(fact) && !holds(fact) ? [carriedBit.get(fact)!] : [])), bits);
}

function complement(cleared: readonly number[], bits: number): { low: number; high: number } {
  let { low, high } = allOnes(bits);
  for (const bit of cleared) {
    if (bit < 32) low &= ~(1 << bit);
    else high &= ~(1 << (bit - 32));
  }
  return { low, high };
}

/** Drops edges into nodes from which no observation is reached: those that no edge of the next layer leaves. */
function pruned(layers: readonly Layer[]): Layer[] {
  const result: Layer[] = [];
  let useful: Uint8Array | undefined;
  for (let l = layers.length - 1; l >= 0; l--) {
    const layer = layers[l]!;
    let count = 0;
    const edges = new Int32Array(layer.to.length);
    for (let e = 0; e < edges.length; e++) if (useful === undefined || useful[layer.to[e]!] === 1) edges[count++] = e;
    const kept = edges.subarray(0, count);
    const pick = (values: Int32Array): Int32Array => kept.map((e) => values[e]!);
    const { classOf, classes, nodes } = layer;
    // spread, layers would be objects of two shapes, and loops over them compiled again and again
    result.unshift({ classOf, classes, from: pick(layer.from), to: pick(layer.to), through: pick(layer.through), nodes });
    useful = new Uint8Array(l === 0 ? 1 : layers[l - 1]!.nodes);
    for (const e of kept) useful[layer.from[e]!] = 1;
  }
  return result;
}
