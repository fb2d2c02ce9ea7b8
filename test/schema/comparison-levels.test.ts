import { describe, expect, it } from "vitest";
import { random } from "../../src/random.ts";
import { distanceBase, distanceLimits } from "../../src/schema/comparison-levels.ts";

describe("what a filter's distance is relative to", () => {
  const filter = { name: "forename", fields: ["forename"], anchor: ["date_of_birth"], bits: 512 as const, hashes: 10, diffusion: 10 };
  const draw = random("light filters");
  const drawn = (share: number): Uint8Array => Uint8Array.from({ length: filter.bits }, () => (draw() < share ? 1 : 0));
  const weight = (bits: Uint8Array): number => bits.reduce((sum, bit) => sum + bit, 0);
  const apart = (a: Uint8Array, b: Uint8Array): number => a.reduce((sum, bit, i) => sum + (bit ^ b[i]!), 0);
  const near = (share: number, base: (a: number, b: number) => number): number => {
    const pairs = Array.from({ length: 2000 }, () => [drawn(share), drawn(share)] as const);
    return pairs.filter(([a, b]) => apart(a, b) <= distanceLimits(filter)[0]! * base(weight(a), weight(b))).length / pairs.length;
  };

  it("keeps initials apart, which fill few bits and are near each other by chance", () => {
    expect(near(0.28, () => filter.bits)).toBeGreaterThan(0.3);
    expect(near(0.28, (a, b) => distanceBase(filter, a, b))).toBeLessThan(0.005);
    expect(near(0.5, (a, b) => distanceBase(filter, a, b))).toBeLessThan(0.005);
  });

  it("is the filter's bits where they are half full, and never more", () => {
    expect(distanceBase(filter, 256, 256)).toBe(512);
    expect(distanceBase(filter, 256, 100)).toBe(512);
    expect(distanceBase(filter, 100, 400)).toBe(512);
    expect(distanceBase({ ...filter, diffusion: 0 }, 100, 60)).toBe(160);
  });
});
