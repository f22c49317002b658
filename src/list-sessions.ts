import { checkCondition } from "./condition.ts";
import { shortKeyHash } from "./key.ts";
import type { SessionConfig } from "./session/session-config.ts";
import { carryOut } from "./store/carry-out.ts";
import type { OwnColumns } from "./store/model-types.ts";
import type { SessionDelegate } from "./store/session-delegate.ts";
import type { Columns } from "./store/session-store.ts";

/** A session as `Sessions.list` shows it: the user's own columns, and neither key nor data. */
export type ListedSession<Model = SessionDelegate> = OwnColumns<Model> & {
  /** What `DbSession.keyHash` and events call the session. */
  readonly keyHash: string;
  readonly expireDate: Date;
};

/** The live sessions that meet a condition; see `Sessions.list`. */
export async function listSessions(
  { store, now }: Pick<SessionConfig, "store" | "now">,
  where: Columns,
): Promise<(Columns & { keyHash: string; expireDate: Date })[]> {
  checkCondition("list", where);
  const liveAt = now();
  const rows = await carryOut(store, () => ({ send: () => store.findMatching(where, { liveAt }), isRepeatable: true }));
  return rows.map(({ key, expireDate, columns }) => ({ ...columns, keyHash: shortKeyHash(key), expireDate }));
}
