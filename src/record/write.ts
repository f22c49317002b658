import type { RowChanges } from "../store/session-store.ts";
import { changedKeys } from "./changes.ts";
import type { Dictionary } from "./dictionary.ts";
import { sessionExpiryDate } from "./expiry.ts";
import { dictionaryOf, encodeRow, hasOlderSecret, serialize, valuesOf } from "./known-row.ts";
import type { LiveRowState, Write } from "./row-state.ts";
import type { SessionConfig } from "./session-config.ts";
import { newWriteId, withWrite } from "./write-log.ts";

/** What a session asks to have saved. */
export interface SaveRequest {
  readonly data: Dictionary;
  /**
   * How often the session was cleared. A save after a `clear()` replaces all that the row holds.
   */
  readonly clears: number;
  /** A sign-in: restarts the absolute lifetime, and adds its entries if the write succeeds. */
  readonly signIn?: SignIn | undefined;
}

export interface SignIn {
  /** In milliseconds since 1970. */
  readonly at: number;
  /**
   * The dictionary gets these entries only once they are in the row. So a sign-in that fails leaves
   * no trace.
   */
  readonly entries: ReadonlyMap<string, unknown>;
}

/** The INSERT of a new row. */
export function prepareInsert(request: SaveRequest, config: SessionConfig): Write {
  const { clears, signIn } = request;
  const data = contentOf(request);
  const now = config.now();
  const id = newWriteId();
  const sessionKey = config.newKey();
  const metadata = { startedAt: signIn?.at ?? now.getTime(), ...withWrite({ writes: 0, ids: [] }, id) };
  const expireDate = sessionExpiryDate(data, metadata.startedAt, now, config);
  const values = serialize(data, config);
  const row = encodeRow(data, values, { storedKey: config.storedKey(sessionKey), metadata, expireDate }, config);
  return { id, sessionKey, row, columns: config.columnsOf?.(data), clears };
}

/** The UPDATE of a row that was read. It writes the data only if something needs that. */
export function prepareUpdate(
  { sessionKey, row, nextKey, inDoubt, clears: savedClears }: LiveRowState,
  request: SaveRequest,
  config: SessionConfig,
): Write {
  const { clears, signIn } = request;
  const data = contentOf(request);
  const now = config.now();
  const values = serialize(data, config);
  const before = row.metadata.startedAt;
  const start = Math.max(before ?? now.getTime(), signIn?.at ?? 0);
  const expireDate = sessionExpiryDate(data, start, now, config);
  const writesData =
    nextKey !== null ||
    // Only another text keeps a write in flight from being applied after this one.
    inDoubt.length > 0 ||
    clears > savedClears ||
    start !== before ||
    changedKeys(valuesOf(row, config), values).length > 0 ||
    hasOlderSecret(row, config.storedKey(sessionKey), config);
  const columns = config.columnsOf?.(data, () => dictionaryOf(row, config));
  if (!writesData) return { id: undefined, sessionKey, row: { ...row, expireDate, values }, columns, clears };
  const newKey = nextKey ?? sessionKey;
  const last = inDoubt.at(-1);
  const isSame =
    last?.sessionKey === newKey &&
    last.clears === clears &&
    last.row.metadata.startedAt === start &&
    changedKeys(valuesOf(last.row, config), values).length === 0;
  // The same write again keeps its id, so that repeating a save against a dead database remembers
  // one write.
  if (isSame) return { ...last, row: { ...last.row, expireDate }, columns };
  const id = newWriteId();
  const metadata = { startedAt: start, ...withWrite(row.metadata, id) };
  const written = encodeRow(data, values, { storedKey: config.storedKey(newKey), metadata, expireDate }, config);
  return { id, sessionKey: newKey, row: written, columns, clears };
}

/** What the row is to hold. */
export const contentOf = ({ data, signIn }: SaveRequest): Dictionary =>
  signIn ? new Map([...data, ...signIn.entries]) : data;

/** What the UPDATE of the row under a session key writes. */
export const changesOf = (write: Write, sessionKey: string, { storedKey }: SessionConfig): RowChanges => ({
  ...(write.sessionKey !== sessionKey && { key: storedKey(write.sessionKey) }),
  ...(write.id !== undefined && { data: write.row.data }),
  expireDate: write.row.expireDate,
  ...(write.columns && { columns: write.columns }),
});
