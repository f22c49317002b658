import { setTimeout as wait } from "node:timers/promises";
import { ConfigError } from "./errors.ts";
import type { SessionConfig } from "./session/session-config.ts";

const BATCH_SIZE = 1000;
const MAX_IN_VAIN = 10;
const WAIT_MS = 50;

/** For `Sessions.clearExpired`. */
export interface ClearExpiredOptions {
  /** How many rows one statement deletes at most. Default: 1000. */
  readonly batchSize?: number;
  /** Stops the work after the batch that is running. */
  readonly signal?: AbortSignal;
  /** Called after each batch, with the number of rows deleted so far. */
  readonly onProgress?: (progress: { readonly deleted: number }) => void;
}

/** Deletes every expired row in batches; see `Sessions.clearExpired`. */
export async function clearExpired(
  { store, now, emit }: SessionConfig,
  { batchSize = BATCH_SIZE, signal, onProgress }: ClearExpiredOptions = {},
): Promise<number> {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ConfigError("The batchSize of clearExpired() is no number of rows. Give a whole number above 0.");
  }
  const at = now();
  let deleted = 0;
  let inVain = 0;
  while (inVain < MAX_IN_VAIN) {
    signal?.throwIfAborted();
    const count = await store.deleteExpired(at, batchSize);
    deleted += count;
    if (count > 0) {
      emit({ type: "cleared", count });
      onProgress?.({ deleted });
    }
    // A batch that is not full is not the end yet: another cleaner may have had its hands on the rest, and have stopped since.
    if (count < batchSize && !(await store.hasExpired(at))) break;
    inVain = count > 0 ? 0 : inVain + 1;
    // What is seen but cannot be deleted is in somebody's hands: wait a moment, and in the end leave it to them.
    if (inVain > 0) await wait(WAIT_MS, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
  }
  return deleted;
}
