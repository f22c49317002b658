import { setTimeout as wait } from "node:timers/promises";
import { ConfigError } from "../errors.ts";
import type { SessionConfig } from "../record/session-config.ts";
import { deleteInRounds } from "./delete-in-rounds.ts";
import { ExpiredBatches } from "./expired-batches.ts";

/**
 * Small, because other requests wait for a batch: every writer on SQLite, and readers of the same
 * rows on MySQL.
 */
const BATCH_SIZE = 100;
/** Bounds the size of one statement, and how long a batch can take if the database gets slow. */
const LARGEST_BATCH = 5000;
export const MAX_BATCH_SIZE = 10_000;
/** The next batch is twice as large after a batch that took less time than this. */
const SHORT_MS = 15;
/** The next batch is half as large after a batch that took more time than this. */
const LONG_MS = 40;
/** The pause after a batch that deleted nothing, because another process was faster. */
const OUT_OF_STEP_MS = 50;
/** A pause is as long as the batch before it took, but not shorter than this. */
const MIN_PAUSE_MS = 10;

/** For `Sessions.clearExpired`. */
export interface ClearExpiredOptions {
  /**
   * How many rows a batch deletes at most. At most 10 000. By default, the first batch deletes 100
   * rows. The batches then grow to at most 5000 rows, as long as they take a few milliseconds. If a
   * batch has more keys than a statement may have parameters (998 on SQLite), Prisma sends several
   * statements.
   */
  readonly batchSize?: number;
  /**
   * Stops the work after the running batch. `clearExpired()` then rejects with the signal's reason.
   */
  readonly signal?: AbortSignal;
  /** Called after each batch, with the number of rows deleted so far. */
  readonly onProgress?: (progress: { readonly deleted: number }) => void;
}

/** Deletes every expired row in batches; see `Sessions.clearExpired`. */
export async function clearExpired(
  { store, now, emit }: Pick<SessionConfig, "store" | "now" | "emit">,
  { batchSize, signal, onProgress }: ClearExpiredOptions = {},
): Promise<number> {
  if (batchSize !== undefined && (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > MAX_BATCH_SIZE)) {
    throw new ConfigError(`\`batchSize\` of clearExpired() must be a whole number from 1 to ${MAX_BATCH_SIZE}.`);
  }
  const batches = new ExpiredBatches(store, now());
  let size = batchSize ?? BATCH_SIZE;

  return deleteInRounds("Expired rows", async ({ deleted }) => {
    signal?.throwIfAborted();
    const began = performance.now();
    const round = await batches.deleteNext(size);
    const took = performance.now() - began;
    const count = round.deleted;
    if (count > 0) {
      emit({ type: "expiredDeleted", count });
      onProgress?.({ deleted: deleted + count });
    }
    if (round.isLast) return round;
    if (batchSize === undefined && !round.isMiss) size = nextSize(size, took);
    // Half of the time belongs to other requests. A driver that works in this thread, such as that of SQLite, would
    // otherwise let no other request in.
    const pause = count > 0 ? Math.max(MIN_PAUSE_MS, took) : OUT_OF_STEP_MS;
    await wait(pause, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
    return round;
  });
}

/** Another request may have to wait for a batch, so the time of a batch decides its size. */
function nextSize(size: number, took: number): number {
  if (took < SHORT_MS) return Math.min(size * 2, LARGEST_BATCH);
  if (took > LONG_MS) return Math.max(Math.floor(size / 2), BATCH_SIZE);
  return size;
}
