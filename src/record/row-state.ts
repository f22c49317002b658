import type { Columns, ErrorClass } from "../store/session-store.ts";
import type { KnownRow } from "./known-row.ts";
import type { SessionConfig } from "./session-config.ts";

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
  /** The key that a rotation has not yet given the row. All its retries, and every later write, use this key. */
  nextKey: string | null;
  /** Writes of unknown outcome. All of them are based on `row`. */
  pending: readonly Write[];
  /** What the last of them threw. */
  pendingError: unknown;
  /** How many of the session's `clear()` calls the row includes. */
  clears: number;
}

/** The state of a session that has a row. */
export type LiveRowState = RowState & { sessionKey: string; row: KnownRow };

export const newRowState = (sessionKey: string | null = null): RowState => ({
  sessionKey,
  row: undefined,
  nextKey: null,
  pending: [],
  pendingError: undefined,
  clears: 0,
});

/** After this reading or write of the row, no write is pending: its text differs from the one that guards them. */
export function rebase(state: RowState, row: KnownRow, { clears }: Pick<RowState, "clears"> = state): void {
  Object.assign(state, { row, clears: Math.max(state.clears, clears), pending: [], pendingError: undefined });
}

export function addPending(state: RowState, write: Write, error: unknown): void {
  state.pending = [...new Set([...state.pending, write])];
  state.pendingError = error;
}

export const classOf = (error: unknown, { store }: SessionConfig): ErrorClass =>
  store.classifyError?.(error) ?? "unknown";

/** Whether the statement that threw may have been applied. */
export const isInDoubt = (error: unknown, config: SessionConfig): boolean =>
  ["unknown", "fatal"].includes(classOf(error, config));
