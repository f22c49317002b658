import { ConfigError } from "../errors.ts";
import type { SessionStore } from "../store/session-store.ts";

/** A store that can find and delete rows by a condition. */
export type MatchingStore = SessionStore & Required<Pick<SessionStore, "findMatching" | "deleteMatching">>;

/** @throws ConfigError if the store has no matching verbs */
export function matchingStore(store: SessionStore, feature: string): MatchingStore {
  if (store.findMatching && store.deleteMatching) return store as MatchingStore;
  throw new ConfigError(
    `${feature} needs a store with \`findMatching\` and \`deleteMatching\`. Add both verbs to your store, or use \`model\`.`,
  );
}
