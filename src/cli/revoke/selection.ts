import { shortKeyHash } from "../../key/session-key.ts";
import type { Columns } from "../../store/session-store.ts";
import { progressBar } from "../clear-expired/progress-bar.ts";
import { CommandError, EXIT } from "../command-error.ts";
import type { Host } from "../host.ts";
import type { SessionModel } from "../session-model.ts";
import { blamingWhere } from "../where.ts";
import { matchesEveryone } from "./matches-everyone.ts";

/** Why a key hash from `list` may match no row. */
export const KEY_IS_GONE =
  "The session has ended, or a sign-in has given it a new key. Run `prisma-db-session list` again.";

/** The sessions that the command line selects. */
export interface Choice {
  /** `{}` means every session. */
  readonly where: Columns;
  /** Selects one session of these. */
  readonly keyHash: string | undefined;
}

/** The selected sessions, with their numbers at the time of the count. */
export interface Selection {
  /** A condition that matches exactly these sessions. */
  readonly where: Columns;
  /** The number of live sessions that match. */
  readonly live: number;
  /** The number of expired rows that match. */
  readonly expired: number;
  /** The number of all live sessions. */
  readonly liveInAll: number;
  /** Whether a condition was given that matches every live session. */
  readonly isEveryone: boolean;
}

/** @throws CommandError if Prisma refuses the condition, or if no session has the key hash */
export async function select(
  model: SessionModel,
  { where, keyHash }: Choice,
  now: Date,
  { stderr }: Host,
): Promise<Selection> {
  const count = (...conditions: Columns[]) => blamingWhere(where, () => model.count({ AND: conditions }));
  const isLive = { expireDate: { gt: now } };
  const chosen = keyHash === undefined ? where : { key: await findKey(model, where, keyHash) };
  const live = await count(chosen, isLive);
  const expired = await count(chosen, { expireDate: { lte: now } });
  const liveInAll = await count(isLive);
  const bar = stderr.isTTY ? progressBar(stderr, liveInAll) : undefined;
  try {
    const isEveryone = keyHash === undefined && (await matchesEveryone(model, where, now, (done) => bar?.draw(done)));
    return { where: chosen, live, expired, liveInAll, isEveryone };
  } finally {
    bar?.clear();
  }
}

/** Key hashes are not stored in a column, so this reads every matching row. */
async function findKey(model: SessionModel, where: Columns, keyHash: string): Promise<string> {
  const pages = model.pages(where, { key: true });
  while (true) {
    const page = await blamingWhere(where, () => pages.next());
    if (page.done) break;
    const row = page.value.find(({ key }) => shortKeyHash(key) === keyHash);
    if (row) return row.key;
  }
  throw new CommandError(
    `No session with the key hash ${keyHash} matches. Nothing was deleted. ${KEY_IS_GONE}`,
    EXIT.failed,
  );
}
