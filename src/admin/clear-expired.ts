import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { ConfigError } from "../errors.ts";
import type { SessionConfig } from "../record/session-config.ts";
import { deleteInRounds, type Round } from "./delete-in-rounds.ts";

/** Small, because other requests wait for a batch: every writer on SQLite, and readers of the same rows on MySQL. */
export const BATCH_SIZE = 100;
export const MAX_BATCH_SIZE = 10_000;
/** The pause after a batch that deleted nothing, because another process was faster. */
const OUT_OF_STEP_MS = 50;
/** A pause is as long as the batch before it took, but not shorter than this. */
const MIN_PAUSE_MS = 10;

/** For `Sessions.clearExpired`. */
export interface ClearExpiredOptions {
  /**
   * How many rows a batch deletes at most. Default: 100. At most 10 000. If a batch has more keys
   * than a statement may have parameters (998 on SQLite), Prisma sends several statements.
   */
  readonly batchSize?: number;
  /** Stops the work after the running batch. `clearExpired()` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after each batch, with the number of rows deleted so far. */
  readonly onProgress?: (progress: { readonly deleted: number }) => void;
}

/** Deletes every expired row in batches; see `Sessions.clearExpired`. */
export async function clearExpired(
  { store, now, emit }: Pick<SessionConfig, "store" | "now" | "emit">,
  { batchSize = BATCH_SIZE, signal, onProgress }: ClearExpiredOptions = {},
): Promise<number> {
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > MAX_BATCH_SIZE) {
    throw new ConfigError(`\`batchSize\` of clearExpired() must be a whole number from 1 to ${MAX_BATCH_SIZE}.`);
  }
  const at = now();
  // If one of these batches is read again, its rows were not deleted.
  let last: readonly string[] = [];
  let first: readonly string[] = [];
  // Where the last batch ended. Always to read from the beginning would get slower with each batch, while an old
  // snapshot keeps deleted rows in the index. The last reading starts at the beginning again: another process
  // may have stopped before it deleted what it had read.
  let from: Date | undefined;

  return deleteInRounds("Expired rows", async ({ deleted }): Promise<Round> => {
    signal?.throwIfAborted();
    const began = performance.now();
    const rows = await store.findExpired(at, batchSize, from && { from });
    const keys = rows.map(({ key }) => key);
    if (keys.length === 0 && from === undefined) return { deleted: 0, isLast: true, isMiss: false };
    const isMiss = isDeepStrictEqual(keys, last) || (!from && isDeepStrictEqual(keys, first));
    if (!from) first = keys;
    last = keys;
    from = keys.length === batchSize ? rows.at(-1)?.expireDate : undefined;
    if (keys.length === 0) return { deleted: 0, isLast: false, isMiss };
    const count = await store.deleteExpired(keys, at);
    if (count > 0) {
      emit({ type: "expiredDeleted", count });
      onProgress?.({ deleted: deleted + count });
    }
    // Half of the time belongs to other requests. A driver that works in this thread, such as that of SQLite, would
    // otherwise let no other request in.
    const pause = count > 0 ? Math.max(MIN_PAUSE_MS, performance.now() - began) : OUT_OF_STEP_MS;
    await wait(pause, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
    return { deleted: count, isLast: false, isMiss };
  });
}
