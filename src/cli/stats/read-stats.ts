import type { SessionModel } from "../session-model.ts";

/**
 * The maximum of measured sessions. Reading a whole large table would take long and slow down the
 * app.
 */
export const SAMPLE_SIZE = 1000;

/** The output of `--json`. */
export interface Stats {
  readonly live: number;
  readonly expired: number;
  /** The earliest expiry in the table. If it is past, no job has cleared the table since then. */
  readonly earliestExpiry: Date | null;
  /** The latest expiry in the table. */
  readonly latestExpiry: Date | null;
  /** The size of the data column, as UTF-8. `null` without a live session. */
  readonly bytes: Sizes | null;
}

interface Sizes {
  /** The number of measured sessions. */
  readonly sessions: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/**
 * Reads the numbers one after another. Rows that change in between may be counted in each state.
 */
export async function readStats(model: SessionModel, now: Date): Promise<Stats> {
  const { store } = model;
  const expired = await model.countExpired(now);
  const live = await model.count({ expireDate: { gt: now } });
  const [last] = await store.findMatching({}, { limit: 1 });
  const [first] = await store.findExpired(last?.expireDate ?? now, 1);
  return {
    live,
    expired,
    earliestExpiry: first?.expireDate ?? null,
    latestExpiry: last?.expireDate ?? null,
    bytes: await measure(model, now),
  };
}

async function measure(model: SessionModel, now: Date): Promise<Sizes | null> {
  const sizes: number[] = [];
  for await (const rows of model.pages({ expireDate: { gt: now } }, { key: true, data: true })) {
    sizes.push(...rows.map(({ data = "" }) => Buffer.byteLength(data)));
    if (sizes.length >= SAMPLE_SIZE) break;
  }
  if (sizes.length === 0) return null;
  sizes.sort((a, b) => a - b);
  const atMost = (part: number) => sizes[Math.ceil(sizes.length * part) - 1] ?? 0;
  return { sessions: sizes.length, median: atMost(0.5), p95: atMost(0.95), max: atMost(1) };
}
