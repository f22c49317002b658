import { checkSessions } from "./admin/check-sessions.ts";
import { type ClearExpiredOptions, clearExpired } from "./admin/clear-expired.ts";
import { type ListedSession, listSessions } from "./admin/list-sessions.ts";
import { type RevokeOptions, revokeSessions } from "./admin/revoke-sessions.ts";
import type { ConfigSource } from "./options/config-source.ts";
import { resolveOptions } from "./options/resolve-options.ts";
import type { SessionsOptions } from "./options.ts";
import type { DbSession } from "./session/db-session.ts";
import type { ModelWhere } from "./store/prisma/model-types.ts";
import type { SessionDelegate } from "./store/prisma/session-delegate.ts";
import type { Columns } from "./store/session-store.ts";
import { sessionClass } from "./warnings/session-class.ts";

/** The sessions of one table. */
export interface Sessions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
> {
  /**
   * Returns the session of a key, without any I/O. For `null`, `undefined` or a text that cannot be
   * a key, it returns a new session.
   */
  readonly open: (sessionKey?: string | null) => DbSession<Data>;
  /** Calls `open()`, and then `load()` of the session. */
  readonly load: (sessionKey?: string | null) => Promise<DbSession<Data>>;
  /**
   * Deletes every row that had expired when the call began. It works in batches: each batch deletes
   * with a short statement of its own, and is followed by a pause. It is safe to run during
   * traffic, and concurrently with another `clearExpired()`.
   * @returns The number of deleted rows. If the answer of a DELETE was lost, the package sends that
   * DELETE again. The number may then be too small, but is never too large.
   * @throws the reason of the signal, after the running batch
   * @throws {@link ConfigError} for an invalid `batchSize`, or if expired rows are read again and
   *   again but cannot be deleted
   */
  readonly clearExpired: (options?: ClearExpiredOptions) => Promise<number>;
  /**
   * Lists the live sessions whose columns match a Prisma condition, for example for a page "Your
   * devices": `list({ userId: 7 })`. The sessions that expire last come first. The option `columns`
   * fills the columns. One statement.
   * @throws TypeError if a part of the condition is `undefined`, `NaN` or empty (`OR: []`), because
   * Prisma would match other sessions than you mean. `{}` alone matches all sessions.
   */
  readonly list: (where: ModelWhere<Model>) => Promise<ListedSession<Model>[]>;
  /**
   * Revokes the sessions whose columns match a Prisma condition: it deletes their rows. No save in
   * flight brings a deleted session back.
   * - Sign out everywhere else: `revoke({ userId: 7 }, { except: session })`.
   * - Sign out one device: `revoke({ userId: 7 }, { keyHash })`.
   *
   * `revoke()` does not see a session that gets its owner while `revoke()` runs. To disable an
   * account, first lock the account, and then revoke its sessions.
   * @returns The number of deleted rows, expired rows included. The number is 0 if the session of
   * `keyHash` got a new key in the meantime: then call `list()` again. If the answer of a DELETE
   * was lost, the package sends that DELETE again. The number then leaves out the rows of the first
   * DELETE, and their events may be missing.
   * @throws TypeError if a part of the condition is `undefined`, `NaN` or empty (`OR: []`), because
   * Prisma would match other sessions than you mean. `{}` alone matches all sessions.
   */
  readonly revoke: (where: ModelWhere<Model>, options?: RevokeOptions) => Promise<number>;
  /**
   * Checks the options, and reads the table once: one statement that names every column of the
   * model. Call it when the server starts, for example in `instrumentation.ts`. A wrong option or a
   * forgotten migration then does not wait for the first visitor.
   * @throws {@link ConfigError} if an option is missing or invalid, or if the table or a column is
   *   missing. A restart does not help: change the code or the database.
   * @throws the database's own error otherwise, for example if the database cannot be reached
   */
  readonly check: () => Promise<void>;
}

/**
 * Creates sessions outside of Next.js: in a worker, a script or a test. In a Next.js app use
 * `createNextSessions`.
 *
 * @example
 * ```ts
 * const sessions = createSessions<{ userId: number }>({
 *   model: prisma.session,
 *   secret: process.env.SESSION_SECRET,
 * });
 * const session = await sessions.load(sessionKey);
 * ```
 * @throws {@link ConfigError} for options that are missing or invalid
 */
export function createSessions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
>(options: SessionsOptions<Data, Model>): Sessions<Data, Model> {
  return sessionsOf(resolveOptions(options));
}

/** Like {@link createSessions}, for options that were checked already. */
export function sessionsOf<Data extends object, Model extends SessionDelegate>(
  config: ConfigSource,
): Sessions<Data, Model> {
  const Session = sessionClass();
  const open = (sessionKey?: string | null) => new Session<Data>(config(), sessionKey);
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
    check: async () => checkSessions(config()),
  };
}
