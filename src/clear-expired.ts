import { setTimeout as wait } from "node:timers/promises";
import { ConfigError } from "./errors.ts";
import type { SessionConfig } from "./session/session-config.ts";
import { carryOut } from "./store/carry-out.ts";

// Each row of a batch is a parameter of its statement, of which Prisma sends SQLite 999 at most. The smaller the part of a table that a
// batch is, the surer MySQL looks the rows up by their keys.
const BATCH_SIZE = 500;
const MAX_IN_VAIN = 10;
const WAIT_MS = 50;

/** For `Sessions.clearExpired`. */
export interface ClearExpiredOptions {
  /**
   * How many rows a batch deletes at most. Default: 500. Prisma splits a batch of more than a statement may have parameters (998 rows on
   * SQLite) into several statements of one transaction.
   */
  readonly batchSize?: number;
  /** Stops the work after the batch that is running. */
  readonly signal?: AbortSignal;
  /** Called after each batch, with the number of rows deleted so far. */
  readonly onProgress?: (progress: { readonly deleted: number }) => void;
}

/** Deletes every expired row in batches; see `Sessions.clearExpired`. */
export async function clearExpired(
  { store, now, emit }: Pick<SessionConfig, "store" | "now" | "emit">,
  { batchSize = BATCH_SIZE, signal, onProgress }: ClearExpiredOptions = {},
): Promise<number> {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ConfigError("The batchSize of clearExpired() is no number of rows. Give a whole number above 0.");
  }
  const at = now();
  let deleted = 0;
  let [first, inVain]: [string | undefined, number] = [undefined, 0];
  while (inVain < MAX_IN_VAIN) {
    signal?.throwIfAborted();
    const keys = await carryOut(store, () => ({ send: () => store.findExpired(at, batchSize) }));
    if (keys.length === 0) break;
    const count = await carryOut(store, () => ({ send: () => store.deleteExpired(keys, at) }));
    if (count > 0) {
      deleted += count;
      emit({ type: "cleared", count });
      onProgress?.({ deleted });
      continue;
    }
    // Another cleaner was faster, and may stop before it is done: so go on, unless the same rows are seen again and again and cannot be had.
    inVain = keys[0] === first ? inVain + 1 : 1;
    first = keys[0];
    await wait(WAIT_MS, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
  }
  return deleted;
}
