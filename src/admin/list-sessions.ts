import { matchingStore } from "./matching-store.ts";
import { checkCondition } from "./validate-where.ts";
import { shortKeyHash } from "../key/session-key.ts";
import type { SessionConfig } from "../record/session-config.ts";
import type { OwnColumns } from "../store/prisma/model-types.ts";
import type { SessionDelegate } from "../store/prisma/session-delegate.ts";
import type { Columns } from "../store/session-store.ts";

/** A session as `Sessions.list` shows it: the user's own columns, and neither key nor data. */
export type ListedSession<Model = SessionDelegate> = OwnColumns<Model> & {
  /** What `DbSession.keyHash` and events call the session. */
  readonly keyHash: string;
  /** When the session expires, unless it is saved or refreshed before. */
  readonly expireDate: Date;
};

/** The live sessions that meet a condition; see `Sessions.list`. */
export async function listSessions(
  { store, now }: Pick<SessionConfig, "store" | "now">,
  where: Columns,
): Promise<(Columns & { keyHash: string; expireDate: Date })[]> {
  checkCondition("list", where);
  const liveAt = now();
  const rows = await matchingStore(store, "list()").findMatching(where, { liveAt });
  return rows.map(({ key, expireDate, columns }) => ({ ...columns, keyHash: shortKeyHash(key), expireDate }));
}
