import { shortKeyHash } from "../key.ts";
import { carryOut } from "../store/carry-out.ts";
import type { Columns } from "../store/session-store.ts";
import type { SessionConfig } from "./session-config.ts";

/** Deletes those of these rows that still meet the condition, and says so; returns how many those were. */
export async function deleteRevoked(
  keys: readonly string[],
  where: Columns,
  by: "revoke" | "maxPerOwner",
  { store, emit }: Pick<SessionConfig, "store" | "emit">,
): Promise<number> {
  const count = await carryOut(store, () => ({ send: () => store.deleteMatching(keys, where), isRepeatable: true }));
  // Of a row that is not under its key any more, since its session ended or was given another, this is true as well.
  for (const key of keys) emit({ type: "revoked", keyHash: shortKeyHash(key), by });
  return count;
}
