import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SaltlinkError } from "../../src/errors.ts";
import type { Header } from "../../src/exchange/header.ts";
import { openHashedFile } from "../../src/exchange/read-hashed-file.ts";
import { headerPath } from "../../src/exchange/written-form.ts";
import { random } from "../../src/random.ts";
import { forge, hashedFile } from "../hashed-file.ts";
import { temporaryDirectory } from "../temporary.ts";
import { inputs, patience } from "./inputs.ts";

/** A random whole number below a limit. */
type Below = (limit: number) => number;

const changed = (file: Buffer, change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(file);
  change(copy);
  return copy;
};
/** The end of the file, where Parquet has its footer. */
const footer = (file: Buffer): { at: number; length: number } => ({ at: Math.max(0, file.length - 6000), length: Math.min(6000, file.length) });
const editFooter = (file: Buffer, below: Below): void => {
  const { at, length } = footer(file);
  for (let i = below(8); i >= 0; i--) file[at + below(length)] = below(256);
};
/** A run of continuation bytes reads as a huge varint. */
const hugeNumber = (file: Buffer, below: Below): void => {
  const { at, length } = footer(file);
  const from = at + below(length);
  file.fill(0xff, from, Math.min(file.length, from + 1 + below(9)));
};
const hostileLength = (file: Buffer, below: Below): void => {
  file.writeUInt32LE(below(2) === 0 ? below(2 ** 32) : below(2 * file.length), file.length - 8);
};

const damages: Record<string, (file: Buffer, below: Below) => Buffer> = {
  "a flipped bit": (file, below) => changed(file, (copy) => (copy[below(copy.length)]! ^= 1 << below(8))),
  "a cut": (file, below) => file.subarray(0, below(file.length)),
  "a splice of its own bytes": (file, below) => changed(file, (copy) => file.copy(copy, below(copy.length), below(file.length), below(file.length))),
  "bytes put in or left out": (file, below) => {
    const at = below(file.length);
    return Buffer.concat([file.subarray(0, at), Buffer.alloc(below(9), below(256)), file.subarray(Math.min(file.length, at + below(9)))]);
  },
  "an edit of its footer": (file, below) => changed(file, (copy) => editFooter(copy, below)),
  "a hostile length": (file, below) => changed(file, (copy) => hostileLength(copy, below)),
  "hostile numbers in its footer": (file, below) => changed(file, (copy) => hugeNumber(copy, below)),
};

/** Replaces something in the header's values by something odd that is about as long. */
function editHeader(value: unknown, below: Below): unknown {
  if (below(40) === 0) return [null, -1, 0, 9e9, 0.5, "", [], {}, true][below(9)];
  if (Array.isArray(value)) return below(30) === 0 ? value.slice(1) : value.map((inner) => editHeader(inner, below));
  if (value !== null && typeof value === "object") return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (below(80) === 0 ? [] : [[key, editHeader(inner, below)]])));
  return value;
}

const anywhere = (file: Buffer, below: Below): void => {
  for (let i = 0; i < 3; i++) file[below(file.length)] = below(256);
};
const letters = (file: Buffer, below: Below): void => {
  for (let i = 0; i < 3; i++) file[below(file.length)] = 32 + below(95);
};
const forgeries = {
  "x.parquet": { "pages and footer": anywhere, "the footer": editFooter, "hostile numbers": hugeNumber, header: undefined },
  "x.csv": { cells: letters, "bytes that are no text": anywhere, header: undefined },
};

/** Whatever comes is opened and read to the end, or refused in one line. */
async function failure(path: string): Promise<SaltlinkError | undefined> {
  try {
    const file = await openHashedFile(path);
    try {
      await file.readRecordIds();
      for (const column of file.layout.words) await file.readColumn(column, new BigInt64Array(file.header.rows));
      for (const [s] of file.header.strata.entries()) await file.readStratum(s);
    } finally {
      await file.close();
    }
    return undefined;
  } catch (error) {
    expect(error, String((error as Error).stack)).toBeInstanceOf(SaltlinkError);
    expect([4, 9]).toContain((error as SaltlinkError).exitCode);
    expect((error as SaltlinkError).message).toMatch(/^[^\n]{1,400}$/);
    return error as SaltlinkError;
  }
}

/** However many inputs were refused, no memory stays taken and no file open. */
function expectNoTrace(): () => void {
  const heap = process.memoryUsage().heapUsed;
  const open = (): number => (process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0);
  const opened = open();
  return () => {
    expect(process.memoryUsage().heapUsed - heap).toBeLessThan(300e6);
    expect(open() - opened).toBeLessThan(10);
  };
}

describe.each(["x.parquet", "x.csv"] as const)("%s", (name) => {
  it.each(Object.keys(damages))(
    "is refused with the right exit code after %s",
    async (kind) => {
      const { at } = temporaryDirectory();
      hashedFile(at(name), 40);
      const whole = readFileSync(at(name));
      const next = random(`damage ${name} ${kind}`);
      const expectNone = expectNoTrace();
      for (let i = inputs(150); i > 0; i--) {
        const damaged = damages[kind]!(whole, (limit) => Math.floor(next() * limit));
        if (damaged.equals(whole)) continue;
        writeFileSync(at(name), damaged);
        expect(await failure(at(name))).toBeDefined();
      }
      expectNone();
    },
    patience,
  );

  it.each(Object.entries<((file: Buffer, below: Below) => void) | undefined>(forgeries[name]))(
    "is refused or read when a forger changed %s and put the digest right",
    async (kind, edit) => {
      const { at } = temporaryDirectory();
      hashedFile(at(name), 7);
      const whole = readFileSync(at(name));
      const header = name === "x.csv" ? readFileSync(headerPath(at(name))) : undefined;
      const next = random(`forgery ${name} ${kind}`);
      const below = (limit: number): number => Math.floor(next() * limit);
      let refused = 0;
      const expectNone = expectNoTrace();
      for (let i = inputs(kind === "header" ? 75 : 150); i > 0; i--) {
        writeFileSync(at(name), whole);
        if (header !== undefined) writeFileSync(headerPath(at(name)), header);
        forge(
          at(name),
          (file) => edit?.(file, below),
          (written) => {
            if (edit === undefined) for (const key of Object.keys(written) as (keyof Header)[]) Object.assign(written, { [key]: editHeader(written[key], below) });
          },
        );
        if ((await failure(at(name))) !== undefined) refused++;
      }
      expect(refused).toBeGreaterThan(0);
      expectNone();
    },
    patience,
  );
});
