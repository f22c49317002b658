import { setImmediate as nextTurn } from "node:timers/promises";

export type Work = () => Promise<unknown>;

/** The number of rounds that only warm up. */
const WARM_UP = 5;

/** The times of several kinds of work, by name. */
export interface Comparison<Name extends string> {
  /** Microseconds per call: the median of all rounds. */
  readonly us: Readonly<Record<Name, number>>;
  /**
   * The median of the ratios of each round. A machine that is slow for a while slows down both
   * sides of a ratio.
   */
  ratio(of: Name, to: Name): number;
}

/** Runs each kind of work `times` times in each round. */
export async function compare<Name extends string>(
  candidates: Readonly<Record<Name, Work>>,
  { rounds = 21, times = 200 } = {},
): Promise<Comparison<Name>> {
  const names = Object.keys(candidates) as Name[];
  const measured = await interleave(names, { warmUp: WARM_UP, rounds }, (name) =>
    microseconds(candidates[name], times),
  );
  const us = Object.fromEntries(names.map((name) => [name, median(measured[name])]));
  return {
    us: us as Record<Name, number>,
    ratio: (of, to) => medianRatio(measured[of], measured[to]),
  };
}

/**
 * Runs each visitor's work one by one, and all visitors concurrently. Resolves to the microseconds of
 * one work.
 *
 * Each work begins in a turn of the event loop of its own, as requests arrive at a server. Prisma
 * sends the reads that begin in one turn as one statement. Without the turns, visitors would get
 * their answers together, and begin their next reads together.
 */
export async function concurrently(visitors: readonly (readonly Work[])[]): Promise<number> {
  const began = performance.now();
  await Promise.all(
    visitors.map(async (works) => {
      for (const work of works) {
        await nextTurn();
        await work();
      }
    }),
  );
  return ((performance.now() - began) * 1000) / visitors.flat().length;
}

/**
 * Measures each candidate once in each round, and returns the measurements by name. Each round has
 * an order of its own, which is the same in every run.
 *
 * @param options.warmUp the number of rounds before the first measurement that counts
 */
export async function interleave<Name extends string, Measurement>(
  names: readonly Name[],
  { warmUp, rounds }: { readonly warmUp: number; readonly rounds: number },
  measure: (name: Name) => Promise<Measurement>,
): Promise<Record<Name, Measurement[]>> {
  const measured = Object.fromEntries(names.map((name) => [name, [] as Measurement[]])) as Record<Name, Measurement[]>;
  const random = seeded(1);
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const name of shuffled(names, random)) {
      const measurement = await measure(name);
      if (round >= warmUp) measured[name].push(measurement);
    }
  }
  return measured;
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** Random numbers from 0 to 1, the same for each seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The median of the ratios of each round. */
const medianRatio = (of: readonly number[], to: readonly number[]): number =>
  median(of.map((number, round) => number / (to[round] ?? Number.NaN)));

async function microseconds(work: Work, times: number): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < times; i++) await work();
  return ((performance.now() - began) * 1000) / times;
}
