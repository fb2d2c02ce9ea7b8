/** Sums over a lattice in plain TypeScript: what the WebAssembly twin (assembly/lattice.ts) is tested against, bit for bit. */
export interface Layer {
  /** Class of each state; states of one class do the same to every fact. */
  readonly classOf: Int32Array;
  readonly classes: number;
  /** Three numbers to an edge: the node it comes from, the node it goes to, and the class of states that takes it. */
  readonly edges: Int32Array;
  /** Nodes at the end of the layer. */
  readonly nodes: number;
}

/** What a pass forward leaves: per layer the sums at its first nodes, and the probabilities of its classes; per observation P(observation). */
interface Forward {
  readonly nodes: readonly Float64Array[];
  readonly classes: readonly Float64Array[];
  readonly seen: Float64Array;
}

/** `finals`: observation of each node at the end of the last layer; `size`: number of observations. */
export function forward(layers: readonly Layer[], finals: Int32Array, size: number, probabilities: readonly Float64Array[]): Forward {
  const nodes = [Float64Array.of(1)];
  const classes = layers.map((layer, l) => {
    const sums = new Float64Array(layer.classes);
    probabilities[l]!.forEach((p, state) => (sums[layer.classOf[state]!]! += p));
    const target = new Float64Array(layer.nodes);
    for (const [from, to, through] of edgesOf(layer)) target[to]! += nodes[l]![from]! * sums[through]!;
    nodes.push(target);
    return sums;
  });
  const seen = new Float64Array(size);
  finals.forEach((observation, node) => (seen[observation]! += nodes[layers.length]![node]!));
  return { nodes, classes, seen };
}

/** Per layer, the expected pairs in each of its states, for `weights[o]` pairs seen with observation o. */
export function expected(layers: readonly Layer[], finals: Int32Array, probabilities: readonly Float64Array[], weights: Float64Array, { nodes, classes, seen }: Forward): Float64Array[] {
  const counts = probabilities.map(({ length }) => new Float64Array(length));
  let after = Float64Array.from(finals, (observation) => (seen[observation]! > 0 ? weights[observation]! / seen[observation]! : 0));
  for (let l = layers.length - 1; l >= 0; l--) {
    const { classOf } = layers[l]!;
    const before = new Float64Array(nodes[l]!.length);
    const ofClasses = new Float64Array(classes[l]!.length);
    for (const [from, to, through] of edgesOf(layers[l]!)) {
      const flow = classes[l]![through]! * after[to]!;
      before[from]! += flow;
      ofClasses[through]! += nodes[l]![from]! * flow;
    }
    classOf.forEach((c, state) => {
      if (classes[l]![c]! > 0) counts[l]![state]! += (ofClasses[c]! * probabilities[l]![state]!) / classes[l]![c]!;
    });
    after = before;
  }
  return counts;
}

function* edgesOf({ edges }: Layer): Generator<[from: number, to: number, through: number]> {
  for (let e = 0; e < edges.length; e += 3) yield [edges[e]!, edges[e + 1]!, edges[e + 2]!];
}
