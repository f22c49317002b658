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

/**
 * Runs each kind of work `times` times in each round. The work that runs first in one round runs
 * last in the next.
 */
export async function compare<Name extends string>(
  candidates: Readonly<Record<Name, Work>>,
  { rounds = 21, times = 200 } = {},
): Promise<Comparison<Name>> {
  const names = Object.keys(candidates) as Name[];
  const measured: Record<Name, number>[] = [];
  for (let round = 0; round < WARM_UP + rounds; round++) {
    const result = {} as Record<Name, number>;
    const turn = round % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      result[name] = await microseconds(candidates[name], times);
    }
    if (round >= WARM_UP) measured.push(result);
  }
  const us = Object.fromEntries(names.map((name) => [name, median(measured.map((round) => round[name]))]));
  return {
    us: us as Record<Name, number>,
    ratio: (of, to) => median(measured.map((round) => round[of] / round[to])),
  };
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function microseconds(work: Work, times: number): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < times; i++) await work();
  return ((performance.now() - began) * 1000) / times;
}
