import type { Observation } from "./candidates.ts";
import type { EstimateOptions, Model } from "./estimate.ts";
import { NAME_ORDER } from "../schema/name-order.ts";
import { agreesEitherWay, readObservations } from "./readings.ts";

const STEPS = 256; // even, for Simpson's rule
const TINY = 1e-300;
/** Next to nothing, but so much that the line between the models is smooth. */
const HARDLY = 1e-9;

/**
 * What each comparison group contributes to log2 of P(observation | match) / P(observation | random pair), in bits.
 *
 * An observation leaves open which full comparison it was, so the groups' shares are expectations, E[log2 m / u], along the straight line between the two models, p(t) = m^t u^(1-t): averaged over t they add up to the whole exactly,
 * whatever the order of the groups (Aumann & Shapley 1974; for a group that was seen in full this is its own log2 m / u).
 *
 * Errors that come together, as those of a careless record do, are likelier than the groups by themselves tell: that is what `together` adds.
 *
 * @returns one number per comparison group; all 0 for an observation that the model cannot show
 */
export function groupEvidence({ evidence }: EstimateOptions, { m, u: ofStrangers, byCare }: Model, observation: Observation): { bits: Float64Array; together: number } {
  const readings = readObservations(evidence, [observation]);
  const [slice] = readings.slices;
  // as populations.ts has it: what tells nothing of the order of names is told once
  const u = agreesEitherWay(evidence.facts, readings.facts[0]!) ? ofStrangers : ofStrangers.map((states, g) => (evidence.groups[g]!.name === NAME_ORDER ? Float64Array.of(HARDLY, 1) : states));
  const { lattice, lacking } = slice!;
  const atM = lattice.likelihood(m)[0]!;
  const atU = lattice.likelihood(u)[0]!;
  const bits = new Float64Array(m.length);
  if (!(atM > 0 && atU > 0)) return { bits, together: 0 };
  const logM = m.map((states) => states.map((p) => Math.log2(Math.max(p, TINY))));
  const logU = u.map((states) => states.map((p) => Math.log2(Math.max(p, TINY))));
  for (let step = 0; step <= STEPS; step++) {
    const t = step / STEPS;
    const between = logM.map((states, g) => states.map((log, s) => 2 ** (t * log + (1 - t) * logU[g]![s]!)));
    const counts = between.map(({ length }) => new Float64Array(length));
    lattice.likelihood(between);
    lattice.expect(between, Float64Array.of(1), counts);
    const simpson = (step === 0 || step === STEPS ? 1 : step % 2 === 1 ? 4 : 2) / (3 * STEPS);
    counts.forEach((states, g) => states.forEach((share, s) => (bits[g]! += simpson * share * (logM[g]![s]! - logU[g]![s]!))));
  }
  // what the rule of Simpson leaves goes to the group that says most
  const largest = bits.reduce((top, value, g) => (Math.abs(value) > Math.abs(bits[top]!) ? g : top), 0);
  bits[largest]! += Math.log2(atM) - Math.log2(atU) - bits.reduce((sum, value) => sum + value, 0);
  const careful = byCare.reduce((sum, { share, shareLacking, m: states }) => sum + (lacking ? shareLacking : share) * lattice.likelihood(states)[0]!, 0);
  return { bits, together: Math.log2(careful) - Math.log2(atM) };
}
