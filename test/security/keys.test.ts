import { randomBytes } from "node:crypto";
import { memoryStore } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { randomSessionKey } from "../../src/key/session-key.ts";
import { PROOF_TIMEOUT_MS, scale } from "../guarantees/scale.ts";
import { memorySessions } from "../support.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH = 32;
const SIZE = ALPHABET.length;

// What a right generator exceeds once in 10^13 runs; this file asks less than a hundred times.
const CRITICAL_ONE = 140; // 35 degrees of freedom: one character
const CRITICAL_TWO = 1720; // 1295 degrees of freedom: two characters

/** Characters that follow each other, and those at the same place of both halves. */
const DISTANCES = [1, LENGTH / 2];

/** How far from uniform the characters are: at each position, at all of them together, and in pairs. */
function chiSquares(keys: Iterable<string>) {
  const positions = Array.from({ length: LENGTH }, () => new Float64Array(SIZE));
  const pairs = DISTANCES.map((distance) => ({ distance, counts: new Float64Array(SIZE * SIZE) }));
  for (const key of keys) {
    for (const [i, counts] of positions.entries()) count(counts, placeOf(key, i));
    for (const { distance, counts } of pairs) {
      for (let i = 0; i < LENGTH; i++) {
        // Each character is in one pair, so that no pair depends on another.
        if (i % (2 * distance) < distance) count(counts, placeOf(key, i) * SIZE + placeOf(key, i + distance));
      }
    }
  }
  const everywhere = new Float64Array(SIZE).map((_, i) => positions.reduce((sum, counts) => sum + (counts[i] ?? 0), 0));
  return {
    worstPosition: Math.max(...positions.map(chiSquare)),
    everywhere: chiSquare(everywhere),
    worstPairs: Math.max(...pairs.map(({ counts }) => chiSquare(counts))),
  };
}

const placeOf = (key: string, i: number) => {
  const code = key.charCodeAt(i);
  return code >= 97 ? code - 97 : code - 48 + 26;
};

function count(counts: Float64Array, i: number): void {
  counts[i] = (counts[i] ?? 0) + 1;
}

function chiSquare(counts: Float64Array): number {
  const expected = counts.reduce((sum, each) => sum + each, 0) / counts.length;
  return counts.reduce((sum, each) => sum + (each - expected) ** 2 / expected, 0);
}

function expectUniform(keys: Iterable<string>): void {
  const { worstPosition, everywhere, worstPairs } = chiSquares(keys);
  expect(worstPosition).toBeLessThan(CRITICAL_ONE);
  expect(everywhere).toBeLessThan(CRITICAL_ONE);
  expect(worstPairs).toBeLessThan(CRITICAL_TWO);
}

const KEYS = scale({ test: 200_000, prove: 1_000_000 });

describe("session keys", () => {
  it(
    "have 32 characters of a-z and 0-9, uniform and independent, and no two are alike",
    () => {
      const keys = new Set<string>();
      let malformed = 0;
      for (let i = 0; i < KEYS; i++) {
        const key = randomSessionKey();
        if (key.length !== LENGTH || /[^a-z0-9]/.test(key)) malformed++;
        keys.add(key);
      }
      expect(malformed).toBe(0);
      expect(keys.size).toBe(KEYS);
      expectUniform(keys);
    },
    PROOF_TIMEOUT_MS,
  );

  it(
    "are such in the sessions that get them, by create() and by cycleKey()",
    async () => {
      // A table that keeps nothing, or this would be a test of the machine's memory.
      const store = { ...memoryStore(), insert: async () => true, update: async () => "updated" as const };
      const { sessions } = memorySessions({ store, onEvent: () => {} });
      const keys: string[] = [];
      while (keys.length < KEYS / 10) {
        const session = sessions.open();
        await session.create();
        keys.push(session.sessionKey as string);
        await session.cycleKey();
        keys.push(session.sessionKey as string);
      }
      expect(keys.filter((key) => key.length !== LENGTH || /[^a-z0-9]/.test(key))).toEqual([]);
      expect(new Set(keys).size).toBe(keys.length);
      expectUniform(keys);
    },
    PROOF_TIMEOUT_MS,
  );
});

describe("the statistics by which keys are judged", () => {
  const keysOf = (number: number, draw: () => string) => Array.from({ length: number }, draw);

  it("refuse a byte modulo 36, which gives four of the characters 8 chances and the others 7", () => {
    const biased = keysOf(100_000, () => Array.from(randomBytes(LENGTH), (byte) => ALPHABET[byte % SIZE]).join(""));
    const { worstPosition, everywhere } = chiSquares(biased);
    expect(worstPosition).toBeGreaterThan(CRITICAL_ONE);
    expect(everywhere).toBeGreaterThan(CRITICAL_ONE);
  });

  it("refuse a position that is always the same, and a half that is the other one again", () => {
    const fixed = keysOf(10_000, () => `${randomSessionKey().slice(1)}a`);
    expect(chiSquares(fixed).worstPosition).toBeGreaterThan(CRITICAL_ONE);
    const doubled = keysOf(10_000, () =>
      randomSessionKey()
        .slice(LENGTH / 2)
        .repeat(2),
    );
    expect(chiSquares(doubled).worstPairs).toBeGreaterThan(CRITICAL_TWO);
  });
});
