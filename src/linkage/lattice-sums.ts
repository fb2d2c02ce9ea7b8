import { type LinkKernel, linkKernel } from "../kernel/link-kernel.ts";
import type { Layer } from "../kernel/reference/lattice.ts";
import { SharedMemory } from "./shared-memory.ts";

export type { Layer } from "../kernel/reference/lattice.ts";

/** As many as there are nodes of care (match-class.ts). */
const PASSES = 3;
const NUMBER = 8;
const WORD = 4;
const FULL = 32 << 20;

/** Memory for lattices until it is full: each has so little that one of its own would take longer than its sums. It goes when the last of them does. */
class Room {
  readonly memory = new SharedMemory();
  readonly kernel: LinkKernel = linkKernel(this.memory.memory);
  /** What a call needs while it runs. */
  #scratch = { at: 0, bytes: 0 };

  scratch(bytes: number): number {
    if (bytes > this.#scratch.bytes) this.#scratch = { at: this.memory.reserve(bytes), bytes };
    return this.#scratch.at;
  }
}

let room: Room | undefined;

/** The sums over a lattice, in the kernel (kernel/assembly/lattice.ts): an estimation makes tens of thousands of calls, each over a few thousand edges at most, in half the time that compiled JavaScript takes and without the wait for it. */
export class LatticeSums {
  /** Number of observations. */
  readonly size: number;
  readonly #kernel: LinkKernel;
  readonly #lattice: number;
  readonly #passes: readonly { readonly at: number; readonly seen: Float64Array }[];
  readonly #back: number;
  readonly #states: Float64Array;
  readonly #counts: Float64Array;
  readonly #weights: Float64Array;

  /** `finals`: observation of each node at the end of the last layer. */
  constructor(layers: readonly Layer[], finals: Int32Array, size: number) {
    if (room === undefined || room.memory.mark() > FULL) room = new Room();
    const { memory, kernel } = room;
    this.size = size;
    this.#kernel = kernel;
    let passBytes = 0;
    const placeOf = (numbers: number): number => {
      const at = passBytes;
      passBytes += numbers * NUMBER;
      return at;
    };
    const write = (values: ArrayLike<number>): number => {
      const at = memory.reserve(values.length * WORD);
      memory.u32(at, values.length).set(values);
      return at;
    };
    let sources = { nodes: 1, at: placeOf(1) };
    const words = layers.flatMap(({ classOf, classes, edges, nodes }) => {
      const places = new Uint32Array(edges.length);
      for (let i = 0; i < places.length; i++) places[i] = edges[i]! * NUMBER;
      const targets = { nodes, at: placeOf(nodes) };
      const layer = [classOf.length, write(classOf), classes, placeOf(classes), edges.length / 3, write(places), sources.nodes, sources.at, targets.nodes, targets.at];
      sources = targets;
      return layer;
    });
    const seenAt = placeOf(size);
    this.#lattice = write([layers.length, finals.length, size, write(finals), seenAt, ...words]);
    this.#passes = Array.from({ length: PASSES }, () => {
      const at = memory.reserve(passBytes);
      return { at, seen: memory.f64(at + seenAt, size) };
    });
    const states = layers.reduce((sum, { classOf }) => sum + classOf.length, 0);
    const scratch = room.scratch((2 * states + size) * NUMBER + passBytes);
    this.#states = memory.f64(scratch, states);
    this.#counts = memory.f64(scratch + states * NUMBER, states);
    this.#weights = memory.f64(scratch + 2 * states * NUMBER, size);
    this.#back = scratch + (2 * states + size) * NUMBER;
  }

  /** P(observation) for every observation, given the state probabilities of every group. The answer, and what `expect` needs besides, is kept until the next call with the same `pass`, a whole number below PASSES. */
  likelihood(probabilities: readonly Float64Array[], pass = 0): Float64Array {
    const { at, seen } = this.#passes[pass]!;
    layOut(probabilities, this.#states);
    this.#kernel.latticeForward(this.#lattice, this.#states.byteOffset, at);
    return seen;
  }

  /** Adds to `counts` the expected number of pairs in every state of every group, for `weights[o]` pairs seen with observation o. Follows a call of `likelihood` with the same probabilities and pass. */
  expect(probabilities: readonly Float64Array[], weights: Float64Array, counts: readonly Float64Array[], pass = 0): void {
    layOut(probabilities, this.#states);
    layOut(counts, this.#counts);
    this.#weights.set(weights);
    this.#kernel.latticeBackward(this.#lattice, this.#states.byteOffset, this.#passes[pass]!.at, this.#back, this.#weights.byteOffset, this.#counts.byteOffset);
    let at = 0;
    for (const of of counts) for (let s = 0; s < of.length; s++) of[s] = this.#counts[at++]!;
  }
}

/** Lists one after the other. By hand: they are so short that `set` takes longer. */
function layOut(lists: readonly Float64Array[], into: Float64Array): void {
  let at = 0;
  for (const list of lists) for (let i = 0; i < list.length; i++) into[at++] = list[i]!;
}
