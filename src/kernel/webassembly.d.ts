/** The part of the WebAssembly API that the kernels use; TypeScript has it only in its browser libraries. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    static customSections(module: Module, name: string): ArrayBuffer[];
  }
  class Memory {
    constructor(limits: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer | SharedArrayBuffer;
    grow(pages: number): number;
  }
  class Instance {
    constructor(module: Module, imports: { env: { memory: Memory; encrypt?: (at: number, bytes: number) => void } });
    readonly exports: Record<string, unknown>;
  }
}
