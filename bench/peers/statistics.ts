/** The value below which this part of the numbers is, from 0 to 1. */
export function quantile(numbers: readonly number[], part: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * part;
  const [below = Number.NaN, above = below] = sorted.slice(Math.floor(position), Math.floor(position) + 2);
  return below + (above - below) * (position - Math.floor(position));
}

/** The median of the rounds, and the spread: half of the rounds are between `low` and `high`. */
export interface Summary {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export const summarize = (rounds: readonly number[]): Summary => ({
  median: quantile(rounds, 0.5),
  low: quantile(rounds, 0.25),
  high: quantile(rounds, 0.75),
});
