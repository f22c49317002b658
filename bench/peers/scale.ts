/** How much a run measures. */
export interface Scale {
  /** Rounds that do not count. The compiler of Node.js makes code faster that has run for a while. */
  readonly warmUp: number;
  readonly rounds: number;
  /** Operations of each of the concurrent visitors in a round, by the number of visitors. */
  readonly operations: Readonly<Record<number, number>>;
  /** Requests to Next.js in a round, by the number of concurrent visitors. */
  readonly requests: Readonly<Record<number, number>>;
  readonly bytes: readonly number[];
  readonly rows: readonly number[];
  readonly writers: readonly number[];
  /** Requests in a round of the benchmarks of growth. */
  readonly growth: number;
}

const KB = 1024;

export const FULL: Scale = {
  warmUp: 6,
  rounds: 15,
  operations: { 1: 150, 32: 20 },
  requests: { 1: 80, 32: 480 },
  bytes: [1, 4, 16, 64, 256, 1024].map((kilobytes) => kilobytes * KB),
  rows: [1e3, 1e4, 1e5, 1e6],
  writers: [1, 2, 4, 8, 16, 32, 64],
  growth: 20,
};

export const MANY_ROWS: Scale = { ...FULL, rows: [...FULL.rows, 1e7] };

export const QUICK: Scale = {
  warmUp: 1,
  rounds: 3,
  operations: { 1: 15, 32: 2 },
  requests: { 1: 8, 32: 64 },
  bytes: [1 * KB, 64 * KB, 1024 * KB],
  rows: [1e3, 1e4],
  writers: [1, 8, 64],
  growth: 4,
};
