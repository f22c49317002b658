import { randomText } from "../key/session-key.ts";

export const WRITE_ID_LENGTH = 10;
/** How many write ids a row keeps. */
export const WRITES_KEPT = 8;

/** The writes that a row contains. */
export interface WriteLog {
  /** How many writes of data the row has had. */
  readonly writes: number;
  /** The ids of the last writes, oldest first. */
  readonly ids: readonly string[];
}

/** A row as it was when a write was prepared, or as it is now. */
export interface LoggedRow {
  /** The text in the data column. */
  readonly data: string;
  readonly metadata: WriteLog;
}

/**
 * What became of writes whose outcome was unknown.
 *
 * - `applied`: one of them is in the row. Later writes of other requests may be in the row too.
 * - `unchanged`: none has been applied. One may still arrive, and the guard lets only one win.
 * - `superseded`: none has been applied, and none ever will be. Another request has changed the
 *   row.
 * - `gone`: the row does not exist any more, or has expired.
 * - `unknown`: the row does not tell.
 */
export type WriteFate = "applied" | "unchanged" | "superseded" | "gone" | "unknown";

export const newWriteId = (): string => randomText(WRITE_ID_LENGTH);

export const withWrite = ({ writes, ids }: WriteLog, id: string): WriteLog => ({
  writes: writes + 1,
  ids: [...ids, id].slice(-WRITES_KEPT),
});

export const isInLog = (id: string | undefined, { ids }: WriteLog): boolean => id !== undefined && ids.includes(id);

/**
 * Decides what became of writes, from one reading of the row. No other code judges this question.
 *
 * @param ids The ids of the writes whose outcome is unknown. Empty if the database has refused
 *   all of them.
 * @param base The row that the writes were based on, and guarded by.
 * @param now The row as it is now, if it exists.
 */
export function fateOfWrites(
  ids: readonly string[],
  base: LoggedRow,
  now: (LoggedRow & { readonly isLive: boolean }) | undefined,
): WriteFate {
  if (!now) return "gone";
  if (ids.some((id) => isInLog(id, now.metadata))) return "applied";
  if (!now.isLive) return "gone";
  if (now.data === base.data) return "unchanged";
  if (ids.length === 0) return "superseded";
  // Only if the log reaches back to the base, an id that is missing was never applied. The base's
  // text never returns.
  const writesSince = now.metadata.writes - base.metadata.writes;
  return writesSince > 0 && writesSince <= now.metadata.ids.length ? "superseded" : "unknown";
}
