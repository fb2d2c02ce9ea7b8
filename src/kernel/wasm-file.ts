/**
 * Where the build put a WebAssembly kernel: `dist/kernel/`, whether this module runs from `dist/src/kernel` (users) or from
 * `src/kernel` (tests).
 */
export function wasmFile(name: "encode" | "link"): URL {
  const built = import.meta.url.endsWith(".js");
  return new URL(`${built ? "../../kernel" : "../../dist/kernel"}/${name}.wasm`, import.meta.url);
}
