import { errorClassOf } from "../store/error-class.ts";
import { sessionExpiryDate } from "./expiry.ts";
import { dictionaryOf, guardOf } from "./known-row.ts";
import { doubt, newRowState, type RowState, rebase } from "./row-state.ts";
import type { SessionConfig } from "./session-config.ts";
import { changesOf, prepareUpdate } from "./write.ts";

/**
 * Extends the expiry of a row if its last write was `refreshAfter` seconds ago or more. It looks at
 * the row alone, and not at changes that are not saved yet. Only a row of an older secret gets its
 * data written again.
 * @returns Whether the expiry was extended.
 */
export async function refreshRow(state: RowState, config: SessionConfig): Promise<boolean> {
  const { refreshAfter, now, store, storedKey } = config;
  const { sessionKey, row, clears } = state;
  if (refreshAfter === undefined || sessionKey === null || row?.metadata.startedAt === undefined) return false;
  const data = dictionaryOf(row, config);
  const expireDate = sessionExpiryDate(data, row.metadata.startedAt, now(), config);
  // The row's date was computed in the same way when it was written. So the difference is the time
  // since then.
  if (expireDate.getTime() - row.expireDate.getTime() < refreshAfter * 1000) return false;
  const withoutColumns = { ...config, columnsOf: undefined };
  const write = prepareUpdate({ ...newRowState(), sessionKey, row, clears }, { data, clears }, withoutColumns);
  const changes = changesOf(write, sessionKey, withoutColumns);
  try {
    const outcome = await store.update(storedKey(sessionKey), guardOf(row, withoutColumns), changes);
    if (outcome !== "updated") return false;
  } catch (error) {
    doubt(state, write, error, errorClassOf(store, error));
    throw error;
  }
  // Writes in doubt are guarded by the data. While these stay the same, the writes can still arrive.
  if (write.id === undefined) state.row = write.row;
  else rebase(state, write.row);
  return true;
}
