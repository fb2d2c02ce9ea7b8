// Sums over a lattice (linkage/lattice.ts): probabilities of observations forward, expected counts of states backward. All numbers are f64.
//
// A lattice is u32 words: layers, last nodes, observations, address of u32 observation of each last node, place of the observations in a pass; then for each layer LAYER words, below. *Places* are bytes from the start of a *pass*, which has room
// for one number per class of every layer, per node, and per observation. State probabilities lie one layer after the other.

const HEAD: usize = 5 * 4;
const LAYER: usize = 10 * 4;

// words of a layer, as bytes
const STATES: usize = 0;
/** Address of u32 class of each state. */
const CLASS_OF: usize = 4;
const CLASSES: usize = 8;
const CLASSES_AT: usize = 12;
const EDGES: usize = 16;
/** Address of three u32 for each edge: places of its source and of its target node within theirs, and of its class, in bytes. */
const EDGES_AT: usize = 20;
const SOURCES: usize = 24;
const SOURCES_AT: usize = 28;
const TARGETS: usize = 32;
const TARGETS_AT: usize = 36;

// @ts-ignore: decorator
@inline
function word(at: usize): usize {
  return <usize>load<u32>(at);
}

// @ts-ignore: decorator
@inline
function add(at: usize, value: f64): void {
  store<f64>(at, load<f64>(at) + value);
}

/** Fills a pass with the probability of every class, node and observation. */
export function latticeForward(lattice: usize, states: usize, pass: usize): void {
  let layer = lattice + HEAD;
  const end = layer + word(lattice) * LAYER;
  store<f64>(pass + word(layer + SOURCES_AT), 1);
  for (; layer < end; layer += LAYER) {
    const classes = pass + word(layer + CLASSES_AT);
    memory.fill(classes, 0, word(layer + CLASSES) << 3);
    const classOf = word(layer + CLASS_OF);
    const count = word(layer + STATES);
    for (let s: usize = 0; s < count; s++) add(classes + (word(classOf + (s << 2)) << 3), load<f64>(states + (s << 3)));
    states += count << 3;
    const sources = pass + word(layer + SOURCES_AT);
    const targets = pass + word(layer + TARGETS_AT);
    memory.fill(targets, 0, word(layer + TARGETS) << 3);
    const first = word(layer + EDGES_AT);
    const last = first + word(layer + EDGES) * 12;
    for (let edge = first; edge < last; edge += 12) add(targets + word(edge + 4), load<f64>(sources + word(edge)) * load<f64>(classes + word(edge + 8)));
  }
  const seen = pass + word(lattice + 16);
  memory.fill(seen, 0, word(lattice + 8) << 3);
  const nodes = pass + word(layer - LAYER + TARGETS_AT);
  const observationOf = word(lattice + 12);
  for (let node: usize = 0; node < word(lattice + 4); node++) add(seen + (word(observationOf + (node << 2)) << 3), load<f64>(nodes + (node << 3)));
}

/** Adds to `counts` the expected pairs in every state, for `weights` of every observation; `pass` as a call of `latticeForward` with the same states left it, `back` another, scratch. */
export function latticeBackward(lattice: usize, states: usize, pass: usize, back: usize, weights: usize, counts: usize): void {
  const begin = lattice + HEAD;
  let layer = begin + word(lattice) * LAYER;
  const seen = pass + word(lattice + 16);
  const nodes = back + word(layer - LAYER + TARGETS_AT);
  const observationOf = word(lattice + 12);
  for (let node: usize = 0; node < word(lattice + 4); node++) {
    const observation = word(observationOf + (node << 2)) << 3;
    const probability = load<f64>(seen + observation);
    store<f64>(nodes + (node << 3), probability > 0 ? load<f64>(weights + observation) / probability : 0);
  }
  let before: usize = 0; // states of the layers up to this one
  for (let l = begin; l < layer; l += LAYER) before += word(l + STATES) << 3;
  while (layer > begin) {
    layer -= LAYER;
    const classes = pass + word(layer + CLASSES_AT);
    const expected = back + word(layer + CLASSES_AT);
    memory.fill(expected, 0, word(layer + CLASSES) << 3);
    const forward = pass + word(layer + SOURCES_AT);
    const sources = back + word(layer + SOURCES_AT);
    const targets = back + word(layer + TARGETS_AT);
    memory.fill(sources, 0, word(layer + SOURCES) << 3);
    const first = word(layer + EDGES_AT);
    const last = first + word(layer + EDGES) * 12;
    for (let edge = first; edge < last; edge += 12) {
      const source = word(edge);
      const through = word(edge + 8);
      const flow = load<f64>(classes + through) * load<f64>(targets + word(edge + 4));
      add(sources + source, flow);
      add(expected + through, load<f64>(forward + source) * flow);
    }
    const classOf = word(layer + CLASS_OF);
    const count = word(layer + STATES);
    before -= count << 3;
    for (let s: usize = 0; s < count; s++) {
      const at = word(classOf + (s << 2)) << 3;
      const probability = load<f64>(classes + at);
      if (probability > 0) add(counts + before + (s << 3), (load<f64>(expected + at) * load<f64>(states + before + (s << 3))) / probability);
    }
  }
}
