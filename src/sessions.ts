import { type ClearExpiredOptions, clearExpired } from "./clear-expired.ts";
import { resolveOptions, type SessionsOptions } from "./options.ts";
import { DbSession } from "./session/db-session.ts";
import type { SessionConfig } from "./session/session-config.ts";
import type { SessionDelegate } from "./store/session-delegate.ts";

/** The sessions of one table. */
export interface Sessions<Data extends object = Record<string, unknown>> {
  /** The session of a key, without any I/O; `null`, `undefined` or a text that cannot be a key: a new session. */
  readonly open: (sessionKey?: string | null) => DbSession<Data>;
  /** `open()` and `load()`. */
  readonly load: (sessionKey?: string | null) => Promise<DbSession<Data>>;
  /**
   * Deletes every expired row, batch by batch, each its own short statement, with a rest after each. Safe beside traffic and beside another
   * cleaner; goes on until no row is left that had expired when it began.
   * @returns how many rows were deleted
   * @throws the signal's reason, after the batch that was running
   * @throws ConfigError for a batchSize that is none, and for expired rows that are read again and again but cannot be deleted
   */
  readonly clearExpired: (options?: ClearExpiredOptions) => Promise<number>;
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
>(options: SessionsOptions<Model>): Sessions<Data> {
  return sessionsOf(resolveOptions(options));
}

/** The same for options that were checked already. */
export function sessionsOf<Data extends object>(config: SessionConfig): Sessions<Data> {
  const open = (sessionKey?: string | null) => new DbSession<Data>(config, sessionKey);
  return {
    open,
    async load(sessionKey) {
      const session = open(sessionKey);
      await session.load();
      return session;
    },
    clearExpired: (options) => clearExpired(config, options),
  };
}
