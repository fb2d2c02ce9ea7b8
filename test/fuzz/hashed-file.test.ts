import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SaltlinkError } from "../../src/errors.ts";
import { openHashedFile } from "../../src/exchange/read-hashed-file.ts";
import { random } from "../../src/random.ts";
import { hashedFile } from "../hashed-file.ts";
import { temporaryDirectory } from "../temporary.ts";
import { inputs, patience } from "./inputs.ts";

type Damage = (file: Buffer, below: (limit: number) => number) => Buffer;

const changed = (file: Buffer, change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(file);
  change(copy);
  return copy;
};
/** The end of the file, where Parquet has its footer. */
const footer = (file: Buffer): { at: number; length: number } => ({ at: Math.max(0, file.length - 6000), length: Math.min(6000, file.length) });

const damages: Record<string, Damage> = {
  "a flipped bit": (file, below) => changed(file, (copy) => (copy[below(copy.length)]! ^= 1 << below(8))),
  "a cut": (file, below) => file.subarray(0, below(file.length)),
  "a splice of its own bytes": (file, below) => changed(file, (copy) => file.copy(copy, below(copy.length), below(file.length), below(file.length))),
  "bytes put in or left out": (file, below) => {
    const at = below(file.length);
    return Buffer.concat([file.subarray(0, at), Buffer.alloc(below(9), below(256)), file.subarray(Math.min(file.length, at + below(9)))]);
  },
  "an edit of its footer": (file, below) =>
    changed(file, (copy) => {
      const { at, length } = footer(copy);
      for (let i = below(8); i >= 0; i--) copy[at + below(length)] = below(256);
    }),
  "a hostile length": (file, below) => changed(file, (copy) => copy.writeUInt32LE(below(2) === 0 ? below(2 ** 32) : below(2 * copy.length), copy.length - 8)),
  "hostile numbers in its footer": (file, below) =>
    changed(file, (copy) => {
      const { at, length } = footer(copy);
      // a run of continuation bytes reads as a huge varint
      copy.fill(0xff, at + below(length), Math.min(at + length, at + below(length) + 1 + below(9)));
    }),
};

describe.each(["x.parquet", "x.csv"])("%s after damage", (name) => {
  it.each(Object.keys(damages))(
    "is refused with a reason and the right exit code: %s",
    async (kind) => {
      const { at } = temporaryDirectory();
      hashedFile(at(name), 40);
      const whole = readFileSync(at(name));
      const next = random(`damage ${name} ${kind}`);
      const heapBefore = process.memoryUsage().heapUsed;
      for (let i = inputs(100); i > 0; i--) {
        const damaged = damages[kind]!(whole, (limit) => Math.floor(next() * limit));
        if (damaged.equals(whole)) continue;
        writeFileSync(at(name), damaged);
        const error: unknown = await openHashedFile(at(name)).then(() => undefined, (reason: unknown) => reason);
        expect(error).toBeInstanceOf(SaltlinkError);
        expect([4, 9]).toContain((error as SaltlinkError).exitCode);
        expect((error as SaltlinkError).message).toMatch(/^[^\n]{1,400}$/);
      }
      expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(300e6);
    },
    patience,
  );
});
