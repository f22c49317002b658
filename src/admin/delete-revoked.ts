import { shortKeyHash } from "../key/session-key.ts";
import type { SessionConfig } from "../record/session-config.ts";
import type { Columns, MatchingRows } from "../store/session-store.ts";
import type { MatchingStore } from "./matching-store.ts";

/**
 * Deletes rows that meet a condition, and emits an event for each. Returns their number.
 *
 * @param keys The rows that were read. The events name these.
 * @param among Which rows to delete. Default: the rows that were read.
 */
export async function deleteRevoked(
  store: MatchingStore,
  keys: readonly string[],
  where: Columns,
  by: "revoke" | "maxPerOwner",
  { emit }: Pick<SessionConfig, "emit">,
  among: MatchingRows = { keys },
): Promise<number> {
  const count = await store.deleteMatching(where, among);
  if (count === 0) return 0;
  for (const key of keys) {
    // If fewer rows were deleted than read, some had got another key. No event may say that a live
    // session was revoked.
    if (count < keys.length && (await store.find(key))) continue;
    emit({ type: "revoked", keyHash: shortKeyHash(key), by });
  }
  return count;
}
