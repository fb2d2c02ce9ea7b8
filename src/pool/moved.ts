import { move, transferableSymbol, valueSymbol } from "piscina";

/** A worker's reply whose buffers move to the main thread instead of being copied; the worker must not touch them afterwards. */
export function moved<T>(reply: T, buffers: readonly ArrayBufferLike[]): T {
  return move({ [transferableSymbol]: buffers, [valueSymbol]: reply } as never) as T;
}
