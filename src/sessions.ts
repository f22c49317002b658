import { ConfigError } from "./errors.ts";
import { resolveOptions, type SessionsOptions } from "./options.ts";
import { DbSession } from "./session/db-session.ts";
import type { SessionConfig } from "./session/session-config.ts";
import type { SessionDelegate } from "./store/session-delegate.ts";

const BATCH_SIZE = 1000;

/** For {@link Sessions.clearExpired}. */
export interface ClearExpiredOptions {
  /** How many rows one statement deletes at most. Default: 1000. */
  readonly batchSize?: number;
  /** Stops the work after the batch that is running. */
  readonly signal?: AbortSignal;
  /** Called after each batch, with the number of rows deleted so far. */
  readonly onProgress?: (progress: { readonly deleted: number }) => void;
}

/** The sessions of one table. */
export interface Sessions<Data extends object = Record<string, unknown>> {
  /** The session of a key, without any I/O; `null`, `undefined` or a text that cannot be a key: a new session. */
  readonly open: (sessionKey?: string | null) => DbSession<Data>;
  /** `open()` and `load()`. */
  readonly load: (sessionKey?: string | null) => Promise<DbSession<Data>>;
  /**
   * Deletes every expired row, batch by batch, each its own short statement. Safe beside traffic and beside another cleaner.
   * @returns how many rows were deleted
   * @throws the signal's reason, after the batch that was running
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

async function clearExpired(
  { store, now, emit }: SessionConfig,
  { batchSize = BATCH_SIZE, signal, onProgress }: ClearExpiredOptions = {},
): Promise<number> {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ConfigError("The batchSize of clearExpired() is no number of rows. Give a whole number above 0.");
  }
  const at = now();
  let deleted = 0;
  let count: number;
  do {
    signal?.throwIfAborted();
    count = await store.deleteExpired(at, batchSize);
    deleted += count;
    if (count > 0) {
      emit({ type: "cleared", count });
      onProgress?.({ deleted });
    }
    // A batch that is not full is not the end yet: another cleaner may have had its hands on the rest, and have stopped since.
  } while (count === batchSize || (await store.hasExpired(at)));
  return deleted;
}
