import { shortKeyHash } from "../../key/session-key.ts";
import type { Columns } from "../../store/session-store.ts";
import { progressBar } from "../clear-expired/progress-bar.ts";
import { CommandError, EXIT } from "../command-error.ts";
import type { Host } from "../host.ts";
import type { SessionModel } from "../session-model.ts";
import { blamingWhere } from "../where.ts";
import { matchesEveryone } from "./matches-everyone.ts";

/** Why a key hash that was listed may match no row. */
export const KEY_IS_GONE =
  "The session has ended, or a sign-in has given it a new key. Run `prisma-db-session list` again.";

/** Which sessions the command line names. */
export interface Choice {
  /** `{}` means every session. */
  readonly where: Columns;
  /** One of these sessions. */
  readonly keyHash: string | undefined;
}

/** The sessions that a choice means, as the table was when they were counted. */
export interface Selection {
  /** A condition for exactly these. */
  readonly where: Columns;
  /** How many live sessions match. */
  readonly live: number;
  /** How many expired rows match. */
  readonly expired: number;
  /** How many live sessions there are in all. */
  readonly liveInAll: number;
  /** Whether it is a condition that matches every live session. */
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

/** A hash of the key is no column, so every row that matches is read. */
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
