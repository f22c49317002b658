export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Null for no times. */
export function quantiles(times: readonly number[]): Quantiles | null {
  if (times.length === 0) return null;
  const sorted = times.toSorted((a, b) => a - b);
  // A share of 0 to 1, without 0, is always within the array.
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] as number;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
