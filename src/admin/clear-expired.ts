import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { cannotBeDeleted, MAX_IN_VAIN } from "./delete-in-rounds.ts";
import { ConfigError } from "../errors.ts";
import type { SessionConfig } from "../record/session-config.ts";

/** Small, since others wait for a batch: on SQLite every writer, on MySQL whoever wants a row that it reads on its way. */
export const BATCH_SIZE = 100;
export const MAX_BATCH_SIZE = 10_000;
const WAIT_MS = 50;
/** A pause is as long as the batch before it took, and not shorter than this. */
const MIN_PAUSE_MS = 10;

/** For `Sessions.clearExpired`. */
export interface ClearExpiredOptions {
  /**
   * How many rows a batch deletes at most. Default: 100. Prisma splits a batch of more than a statement may have parameters (998 rows on
   * SQLite) into several statements of one transaction.
   */
  readonly batchSize?: number;
  /** Stops the work after the batch that is running: it rejects with the signal's reason then. */
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
    throw new ConfigError(
      `The batchSize of clearExpired() is no number of rows. Give a whole number from 1 to ${MAX_BATCH_SIZE}.`,
    );
  }
  const at = now();
  let deleted = 0;
  let inVain = 0;
  // What must not come again: the last batch, and the first one since the beginning.
  let last: readonly string[] = [];
  let first: readonly string[] = [];
  // From where the last batch ended, and at the end once more from the beginning: another cleaner may have left what it had its hands on.
  // (Always from the beginning, batches would get slower while somebody's old snapshot keeps what was deleted in the index.)
  let from: Date | undefined;
  while (true) {
    signal?.throwIfAborted();
    const began = performance.now();
    const rows = await store.findExpired(at, batchSize, from && { from });
    const keys = rows.map(({ key }) => key);
    if (keys.length === 0 && from === undefined) return deleted;
    const isAgain = isDeepStrictEqual(keys, last) || (!from && isDeepStrictEqual(keys, first));
    inVain = isAgain ? inVain + 1 : 0;
    if (inVain === MAX_IN_VAIN) throw cannotBeDeleted("Expired rows");
    if (!from) first = keys;
    last = keys;
    from = keys.length === batchSize ? rows.at(-1)?.expireDate : undefined;
    if (keys.length === 0) continue;
    const count = await store.deleteExpired(keys, at);
    deleted += count;
    if (count > 0) {
      emit({ type: "expiredDeleted", count });
      onProgress?.({ deleted });
    }
    // Half of the time belongs to the others. A driver that works in this very thread, as that of SQLite, would let nobody else in at all.
    // After nothing another cleaner was faster: it may stop before it is done, so this one goes on, but out of step with it.
    const pause = count > 0 ? Math.max(MIN_PAUSE_MS, performance.now() - began) : WAIT_MS;
    await wait(pause, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
  }
}
