// What becomes of encoded rows, in plain TypeScript: what the WebAssembly twin (assembly/rows.ts) is tested against.

/** Brings numbers into random order (Fisher & Yates), from the last one on, by 32-bit draws that give uniform numbers (Lemire 2019); says which number is the next where the draws do not suffice, and how many were rejected. */
export function shuffle(order: number[], draws: readonly number[]): { last: number; rejected: number } {
  let last = order.length - 1;
  let rejected = 0;
  for (const draw of draws) {
    if (last === 0) break;
    const bound = BigInt(last + 1);
    const product = BigInt(draw) * bound;
    if (product % 2n ** 32n < 2n ** 32n % bound) rejected++;
    else {
      const other = Number(product >> 32n);
      [order[last], order[other]] = [order[other]!, order[last]!];
      last--;
    }
  }
  return { last, rejected };
}

/** Rows by columns: they are `width` halves each, four of them the record id, then words. */
export function layRows(halves: Uint32Array, width: number, order: Uint32Array, ids: Uint32Array, pages: Uint32Array): void {
  const words = pages.length / 2 / order.length;
  const digits = Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength);
  order.forEach((from, row) => {
    const bytes = Buffer.from(halves.buffer, halves.byteOffset + from * width * 4, width * 4);
    ids[row * 9] = 32;
    digits.write(bytes.toString("hex", 0, 16), row * 36 + 4, "latin1");
    for (let half = 0; half < words * 2; half++) pages[((half >> 1) * order.length + row) * 2 + (half & 1)] = halves[from * width + 4 + half]!;
  });
}
