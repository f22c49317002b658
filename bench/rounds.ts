/** Two ways to do something, in microseconds a time. */
export interface Comparison {
  readonly ours: number;
  readonly theirs: number;
  /** The median of the rounds' own ratios: what slows the machine down for a while slows both. */
  readonly ratio: number;
}

export type Work = () => Promise<unknown>;

/** Rounds that only warm up. */
const WARM_UP = 5;

/** Does both by turns, `times` times in each round. */
export async function compare(ours: Work, theirs: Work, { rounds = 21, times = 200 } = {}): Promise<Comparison> {
  const pairs: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < WARM_UP + rounds; round++) {
    // Whoever is first in one round is second in the next.
    const first = round % 2 === 0 ? await microseconds(ours, times) : undefined;
    const second = await microseconds(theirs, times);
    pairs.push({ ours: first ?? (await microseconds(ours, times)), theirs: second });
  }
  const measured = pairs.slice(WARM_UP);
  return {
    ours: median(measured.map((pair) => pair.ours)),
    theirs: median(measured.map((pair) => pair.theirs)),
    ratio: median(measured.map((pair) => pair.ours / pair.theirs)),
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
