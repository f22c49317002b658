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
 * Measures each candidate once in each round, and returns the measurements by name. The candidate
 * that is first in one round is last in the next.
 *
 * @param options.warmUp the number of rounds before the first measurement that counts
 */
export async function interleave<Name extends string, Measurement>(
  names: readonly Name[],
  { warmUp, rounds }: { readonly warmUp: number; readonly rounds: number },
  measure: (name: Name) => Promise<Measurement>,
): Promise<Record<Name, Measurement[]>> {
  const measured = Object.fromEntries(names.map((name) => [name, [] as Measurement[]])) as Record<Name, Measurement[]>;
  for (let round = 0; round < warmUp + rounds; round++) {
    const turn = round % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      const measurement = await measure(name);
      if (round >= warmUp) measured[name].push(measurement);
    }
  }
  return measured;
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The median of the ratios of each round. */
export const medianRatio = (of: readonly number[], to: readonly number[]): number =>
  median(of.map((number, round) => number / (to[round] ?? Number.NaN)));

async function microseconds(work: Work, times: number): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < times; i++) await work();
  return ((performance.now() - began) * 1000) / times;
}
