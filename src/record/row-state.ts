import type { ErrorClass } from "../store/session-store.ts";
import type { KnownRow } from "./known-row.ts";
import type { SessionConfig } from "./session-config.ts";
import type { Write } from "./write.ts";

/** What one request knows about the row of its session. */
export interface RowState {
  /** `null` until the session has a row. */
  sessionKey: string | null;
  /** The row as it was last read or written. The next update is guarded by it. */
  row: KnownRow | undefined;
  /** The key that a rotation has not yet given the row. All its retries, and every later write, use this key. */
  nextKey: string | null;
  /** Writes of unknown outcome. All of them are based on `row`. */
  pending: readonly Write[];
  /** The error of the last of them. */
  pendingError: unknown;
  /** How many of the session's `clear()` calls the row includes. */
  clears: number;
}

/** A write is in the row, so no other one is pending. `row`: the row as it is now, if it was read again. */
export function settle(state: RowState, { row: written, clears }: Write, row: KnownRow = written): void {
  state.row = row;
  state.clears = Math.max(state.clears, clears);
  state.pending = [];
  state.pendingError = undefined;
}

export const classOf = (error: unknown, { store }: SessionConfig): ErrorClass =>
  store.classifyError?.(error) ?? "unknown";
