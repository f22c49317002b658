export type Work = () => Promise<unknown>;

/** Rounds that only warm up. */
const WARM_UP = 5;

/** The times of several ways to do something, in microseconds a time, by their names. */
export interface Comparison<Name extends string> {
  /** The median of all rounds. */
  readonly us: Readonly<Record<Name, number>>;
  /** The median of the rounds' own ratios. What slows the machine down for a while slows both ways. */
  ratio(of: Name, to: Name): number;
}

/** Does all of them by turns, each `times` times in each round. The first way of one round is the last one of the next. */
export async function compare<Name extends string>(
  ways: Readonly<Record<Name, Work>>,
  { rounds = 21, times = 200 } = {},
): Promise<Comparison<Name>> {
  const names = Object.keys(ways) as Name[];
  const measured: Record<Name, number>[] = [];
  for (let round = 0; round < WARM_UP + rounds; round++) {
    const result = {} as Record<Name, number>;
    const turn = round % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      result[name] = await microseconds(ways[name], times);
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
