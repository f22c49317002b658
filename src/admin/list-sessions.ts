import { shortKeyHash } from "../key/session-key.ts";
import type { SessionConfig } from "../record/session-config.ts";
import type { OwnColumns } from "../store/prisma/model-types.ts";
import type { SessionDelegate } from "../store/prisma/session-delegate.ts";
import type { Columns } from "../store/session-store.ts";
import { matchingStore } from "./matching-store.ts";
import { validateWhere } from "./validate-where.ts";

/** A session that `Sessions.list` found: your own columns, without the key and the data. */
export type ListedSession<Model = SessionDelegate> = OwnColumns<Model> & {
  /** The name of the session in `DbSession.keyHash` and in events. */
  readonly keyHash: string;
  /** When the session expires. A save or a refresh moves this date. */
  readonly expireDate: Date;
};

/** The live sessions that match a condition; see `Sessions.list`. */
export async function listSessions(
  { store, now }: Pick<SessionConfig, "store" | "now">,
  where: Columns,
): Promise<(Columns & { keyHash: string; expireDate: Date })[]> {
  validateWhere("list", where);
  const liveAt = now();
  const rows = await matchingStore(store, "list()").findMatching(where, { liveAt });
  return rows.map(({ key, expireDate, columns }) => ({ ...columns, keyHash: shortKeyHash(key), expireDate }));
}
