import { shortKeyHash } from "../key.ts";
import { carryOut } from "../store/carry-out.ts";
import type { Columns, MatchingRows } from "../store/session-store.ts";
import type { SessionConfig } from "./session-config.ts";

/**
 * Deletes rows that meet a condition, and says so; returns how many those were.
 *
 * @param keys those that were read: of these the event speaks
 * @param among which are to go, if not those that were read
 */
export async function deleteRevoked(
  keys: readonly string[],
  where: Columns,
  by: "revoke" | "maxPerOwner",
  { store, emit }: Pick<SessionConfig, "store" | "emit">,
  among: MatchingRows = { keys },
): Promise<number> {
  const count = await carryOut(store, () => ({ send: () => store.deleteMatching(where, among), isRepeatable: true }));
  if (count === 0) return 0;
  for (const key of keys) {
    // Fewer than were read: others had been given away, another key, or had ended. Nobody must be told that one ended which lives on.
    if (count < keys.length && (await carryOut(store, () => ({ send: () => store.find(key), isRepeatable: true }))))
      continue;
    emit({ type: "revoked", keyHash: shortKeyHash(key), by });
  }
  return count;
}
