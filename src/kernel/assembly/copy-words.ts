/** Copies a multiple of eight bytes, for rows of some hundred: memory.copy is a call out of WebAssembly, which takes as long as such a row. */
// @ts-ignore: decorator
@inline
export function copyWords(to: usize, from: usize, bytes: usize): void {
  const end = from + bytes;
  for (; from + 16 <= end; from += 16, to += 16) v128.store(to, v128.load(from));
  if (from < end) store<u64>(to, load<u64>(from));
}
