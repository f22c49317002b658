import { errorClassOf } from "./error-class.ts";
import { jitter } from "./jitter.ts";
import type { SessionStore } from "./session-store.ts";

const MAX_TRIES = 20;

/**
 * A decorator that retries the statements of a store where that is safe.
 *
 * - `retryable` errors: a retry after a random wait, with at most 20 tries in all. The retry of an
 *   update checks again whether the row is live. A session that expired during the wait stays
 *   expired.
 * - `unknown` errors: an idempotent statement is resent once. An update is idempotent if it changes
 *   neither data nor key. After an insert or another update, only the row can tell whether the
 *   statement was applied: the caller, src/record, reads it.
 *
 * Every other error, and the error of the last try, is thrown unchanged. The result of a resent
 * delete counts only the rows that the resend deleted.
 */
export function withRetries(store: SessionStore, now: () => Date): SessionStore {
  /** @param execute Sends the statement. It gets the number of tries before this one. */
  async function retry<Outcome>(
    isIdempotent: boolean,
    execute: (retries: number) => Promise<Outcome>,
  ): Promise<Outcome> {
    let resends = isIdempotent ? 1 : 0;
    for (let tries = 1; ; tries++) {
      try {
        return await execute(tries - 1);
      } catch (error) {
        const errorClass = errorClassOf(store, error);
        const isSafe = errorClass === "retryable" || (errorClass === "unknown" && resends-- > 0);
        if (!isSafe || tries === MAX_TRIES) throw error;
      }
      await jitter(tries);
    }
  }

  const { findMatching, deleteMatching, classifyError } = store;
  return {
    find: (key) => retry(true, () => store.find(key)),
    insert: (row) => retry(false, () => store.insert(row)),
    update(key, guard, changes) {
      const isIdempotent = changes.data === undefined && changes.key === undefined;
      return retry(isIdempotent, (retries) =>
        store.update(key, retries === 0 ? guard : { ...guard, liveAt: now() }, changes),
      );
    },
    delete: (key) => retry(true, () => store.delete(key)),
    findExpired: (...args) => retry(true, () => store.findExpired(...args)),
    deleteExpired: (...args) => retry(true, () => store.deleteExpired(...args)),
    ...(findMatching && { findMatching: (...args) => retry(true, () => findMatching.apply(store, args)) }),
    ...(deleteMatching && { deleteMatching: (...args) => retry(true, () => deleteMatching.apply(store, args)) }),
    ...(classifyError && { classifyError: (error) => classifyError.call(store, error) }),
  };
}
