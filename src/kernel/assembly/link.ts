// The linkage kernel: sort, join, compare, merge, count, solve. Twin of ../reference/link.ts.
//
// All threads share one memory, so nothing here is static: every function works on what its caller points to, and two calls
// that run at once must be given disjoint outputs. Records are rows 0..n-1; a *tuple* is (row of A, row of B, what one rule saw of the pair).

export { addDigests, mixColumn, placeColumn, placeFilter, placeRows, placeWeights } from "./place-rows";
export { sortByKey } from "./sort";
export { countPairs, emitPairs, findBlocks } from "./join";
export { comparePairs } from "./compare";
export { scanBlocks, scanScratch } from "./scan";
export { absorbMatches, countMasks, countObservations, dealTuples, mergeTuples, uniteMarks } from "./merge";
export { diceAbove, diceScratch, groupBytes, layGroups, sortByWeight } from "./dice";
export { groupPairs, takePairs, wordsAt } from "./solve";
export { linkBytes, packIds, writeLinks } from "./link-rows";
export { dealKeys, hashJoinScratch, joinPiles } from "./hash-join";
export { latticeBackward, latticeForward } from "./lattice";
export { placesOf, smallestDigests, smallestScratch } from "./sample";
