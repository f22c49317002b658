import { expect, it, vi } from "vitest";
import { countFrom, nonce } from "../../src/codec/nonce.ts";

it("counts up through both halves, and round", () => {
  const next = countFrom(0x00000a, 0xfffffe);
  expect([next(), next(), next()]).toEqual(["00000affffff", "00000b000000", "00000b000001"]);
  const last = countFrom(0xffffff, 0xfffffe);
  expect([last(), last()]).toEqual(["ffffffffffff", "000000000000"]);
});

it("begins elsewhere in each copy of the module, as two processes have them", async () => {
  const starts = [nonce()];
  for (let i = 0; i < 3; i++) {
    vi.resetModules();
    const copy = await import("../../src/codec/nonce.ts");
    starts.push(copy.nonce());
  }
  expect(new Set(starts.map((start) => start.slice(0, 6))).size).toBeGreaterThan(2);
  expect(new Set(starts.map((start) => start.slice(6))).size).toBeGreaterThan(2);
});
