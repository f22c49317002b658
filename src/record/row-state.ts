import type { Columns, ErrorClass } from "../store/session-store.ts";
import type { KnownRow } from "./known-row.ts";

/** One INSERT or UPDATE, as it was prepared. */
export interface Write {
  /** The id in the row's log. `undefined` if only the expiry is written. */
  readonly id: string | undefined;
  /** The session key of the row afterwards. */
  readonly sessionKey: string;
  /** The row afterwards. */
  readonly row: KnownRow;
  readonly columns: Columns | undefined;
  /** How many of the session's `clear()` calls it includes. */
  readonly clears: number;
}

/** What one request knows about the row of its session. */
export interface RowState {
  /** `null` until the session has a row. */
  sessionKey: string | null;
  /** The row as it was last read or written. The next update is guarded by it. */
  row: KnownRow | undefined;
  /**
   * The key that a rotation has not yet given the row. All its retries, and every later write, use
   * this key.
   */
  nextKey: string | null;
  /** Writes of data whose outcome is unknown. All of them are based on `row`. */
  inDoubt: readonly Write[];
  /** What the last of them threw. */
  doubt: unknown;
  /** How many of the session's `clear()` calls the row includes. */
  clears: number;
}

/** The state of a session that has a row. */
export type LiveRowState = RowState & { sessionKey: string; row: KnownRow };

export const newRowState = (sessionKey: string | null = null): RowState => ({
  sessionKey,
  row: undefined,
  nextKey: null,
  inDoubt: [],
  doubt: undefined,
  clears: 0,
});

/**
 * The row has another text from now on. So the guard of the writes in doubt can no longer match.
 */
export function rebase(state: RowState, row: KnownRow, clears = state.clears): void {
  Object.assign(state, { row, clears: Math.max(state.clears, clears), inDoubt: [], doubt: undefined });
}

/** Remembers a write that threw, unless the database is known to have refused it. */
export function doubt(state: RowState, write: Write, error: unknown, errorClass: ErrorClass): void {
  // Twice the same expiry is the same as once, so only a write of data is in doubt.
  if (write.id === undefined || isRefused(errorClass)) return;
  state.inDoubt = [...state.inDoubt.filter(({ id }) => id !== write.id), write];
  state.doubt = error;
}

/** Whether the statement that threw was certainly not applied. */
export const isRefused = (errorClass: ErrorClass): boolean => errorClass === "rejected" || errorClass === "retryable";
