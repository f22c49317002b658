/** Numbers that look random, and are the same again for the same seed. */
export interface SeededRandom {
  /** Whether something of that probability happens. */
  chance(probability: number): boolean;
  /** From 0 up to `end`, which is never given. */
  below(end: number): number;
  /** One of the names, each as likely as its weight says. */
  pick<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
}

/** Mulberry32: good enough to choose faults by, and four lines long. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    chance: (probability) => next() < probability,
    below: (end) => Math.floor(next() * end),
    pick<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
      const entries = Object.entries<number>(weights) as [Name, number][];
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of entries) {
        left -= weight;
        if (left < 0) return name;
      }
      throw new Error("There is nothing to pick from.");
    },
  };
}

/** A seed that a failing run prints, and `SEED=... npm run prove` takes again: the same faults are drawn then, though other moments may meet them. */
export const SEED = Number(process.env.SEED) || Math.floor(Math.random() * 2 ** 31);
