import { type ClearExpiredOptions, clearExpired } from "./clear-expired.ts";
import { type ListedSession, listSessions } from "./list-sessions.ts";
import { type ConfigSource, resolveOptions, type SessionsOptions } from "./options.ts";
import { type RevokeOptions, revokeSessions } from "./revoke-sessions.ts";
import { DbSession } from "./session/db-session.ts";
import type { ModelWhere } from "./store/prisma/model-types.ts";
import type { SessionDelegate } from "./store/prisma/session-delegate.ts";
import type { Columns } from "./store/session-store.ts";

/** The sessions of one table. */
export interface Sessions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
> {
  /** The session of a key, without any I/O; `null`, `undefined` or a text that cannot be a key: a new session. */
  readonly open: (sessionKey?: string | null) => DbSession<Data>;
  /** `open()` and `load()`. */
  readonly load: (sessionKey?: string | null) => Promise<DbSession<Data>>;
  /**
   * Deletes every expired row, batch by batch, each its own short statement, with a rest after each. Safe beside traffic and beside another
   * cleaner; goes on until no row is left that had expired when it began.
   * @returns how many rows were deleted; fewer, never more, than were if the answer of a DELETE was lost, which is then sent once more
   * @throws the signal's reason, after the batch that was running
   * @throws ConfigError for a batchSize that is none, and for expired rows that are read again and again but cannot be deleted
   */
  readonly clearExpired: (options?: ClearExpiredOptions) => Promise<number>;
  /**
   * The live sessions whose columns meet a condition, as for a page "your devices": `list({ userId: 7 })`, in Prisma's own terms. Those that
   * expire last come first. The option `columns` fills the columns; one statement.
   * @throws TypeError for a condition with a part that says nothing (`undefined`, `NaN`, an empty `OR`), which Prisma would take for others than
   * are meant; `{}` alone means everybody
   */
  readonly list: (where: ModelWhere<Model>) => Promise<ListedSession<Model>[]>;
  /**
   * Ends the sessions whose columns meet a condition, by deleting their rows: no save that is in flight brings one back. For "sign out
   * everywhere else": `revoke({ userId: 7 }, { except: session })`; for one of the devices: `revoke({ userId: 7 }, { keyHash })`. A session
   * that gets an owner while this runs is not met by it: lock a disabled account before, and then revoke.
   * @returns how many rows were deleted, expired ones included; 0 for a `keyHash` that got another key meanwhile: list anew then. If the
   * answer of a DELETE was lost, that is sent once more: what the first had deleted is not counted, and there may be no event of it
   * @throws TypeError for a condition with a part that says nothing (`undefined`, `NaN`, an empty `OR`), which Prisma would take for others than
   * are meant; `{}` alone means everybody
   */
  readonly revoke: (where: ModelWhere<Model>, options?: RevokeOptions) => Promise<number>;
}

/**
 * Sessions outside of Next.js: in a worker, a script or a test. In a Next.js app use `createNextSessions`.
 *
 * @example
 * ```ts
 * const sessions = createSessions<{ userId: number }>({ model: prisma.session, secret: process.env.SESSION_SECRET });
 * const session = await sessions.load(sessionKey);
 * ```
 * @throws ConfigError for options that are missing or impossible
 */
export function createSessions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
>(options: SessionsOptions<Data, Model>): Sessions<Data, Model> {
  return sessionsOf(resolveOptions(options));
}

/** The same for options that were checked already. */
export function sessionsOf<Data extends object, Model extends SessionDelegate>(
  config: ConfigSource,
): Sessions<Data, Model> {
  const open = (sessionKey?: string | null) => new DbSession<Data>(config(), sessionKey);
  return {
    open,
    async load(sessionKey) {
      const session = open(sessionKey);
      await session.load();
      return session;
    },
    clearExpired: async (options) => clearExpired(config(), options),
    list: async (where) => (await listSessions(config(), where as Columns)) as ListedSession<Model>[],
    revoke: async (where, options) => revokeSessions(config(), where as Columns, options),
  };
}
