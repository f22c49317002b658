import type { SessionConfig } from "../record/session-config.ts";

/** No session expires as late as this, so no row of anyone is read. */
const NEVER = new Date("9999-01-01T00:00:00Z");
/** Too short for a session key. */
const NO_KEY = "check";

/** Reads the table once; see `Sessions.check`. */
export async function checkSessions({ store, storedKey }: SessionConfig): Promise<void> {
  // This one names every column. A store without it can at least say whether the table answers.
  if (store.findMatching) await store.findMatching({}, { liveAt: NEVER, limit: 1, withData: true });
  else await store.find(storedKey(NO_KEY));
}
