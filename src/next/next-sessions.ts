import { cookies } from "next/headers.js";
import { type CookieAttributes, cookieAttributes } from "../cookie.ts";
import { resolveOptions, type SessionsOptions } from "../options.ts";
import { DbSession } from "../session/db-session.ts";
import type { SessionConfig } from "../session/session-config.ts";
import { type Sessions, sessionsOf } from "../sessions.ts";
import type { SessionDelegate } from "../store/session-delegate.ts";
import { isWritable, nextCookie } from "./next-cookie.ts";

/** The sessions of a Next.js app. The functions can be taken out and exported one by one. */
export interface NextSessions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
> extends Sessions<Data, Model> {
  /**
   * The session of the request at hand, loaded: one statement the first time, none after that, and none at all for a visitor without a
   * session cookie. Works in route handlers, server actions, server components, layouts and `generateMetadata`; it can be written in the
   * first two. There, with the option `refreshAfter`, it also moves the expiry on when that is due: by one more statement.
   * @throws ConfigError at the first use, for options that are missing or impossible
   */
  readonly getSession: () => Promise<DbSession<Data>>;
}

/**
 * Sessions for the App Router of Next.js 15 and 16.
 *
 * The options are checked at the first use, not here: `next build` evaluates this too, on machines that have no secret.
 *
 * @example
 * ```ts
 * export const { getSession } = createNextSessions<{ userId: number }>({
 *   model: prisma.session,
 *   secret: process.env.SESSION_SECRET,
 * });
 * ```
 */
export function createNextSessions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
>(options: SessionsOptions<Data, Model>): NextSessions<Data, Model> {
  let checked: { config: SessionConfig; attributes: CookieAttributes; sessions: Sessions<Data, Model> } | undefined;
  const check = () => {
    if (!checked) {
      const config = resolveOptions(options);
      checked = { config, attributes: cookieAttributes(options.cookie), sessions: sessionsOf(config) };
    }
    return checked;
  };

  // `await cookies()` is one and the same object as long as a request is in one phase, which React's cache() is not good for: that does
  // nothing in handlers and actions. A page that is rendered after an action has cookies of its own, which hold what the action set.
  const remembered = new WeakMap<object, Promise<DbSession<Data>>>();

  return {
    async getSession() {
      const jar = await cookies();
      const { config, attributes } = check();
      let session = remembered.get(jar);
      if (!session) {
        session = loadSession(config, jar, attributes);
        remembered.set(jar, session);
        session.catch(() => remembered.delete(jar));
      }
      return session;
    },
    open: (sessionKey) => check().sessions.open(sessionKey),
    load: async (sessionKey) => check().sessions.load(sessionKey),
    clearExpired: async (options) => check().sessions.clearExpired(options),
    list: async (where) => check().sessions.list(where),
    revoke: async (where, options) => check().sessions.revoke(where, options),
  };

  async function loadSession(
    config: SessionConfig,
    jar: Awaited<ReturnType<typeof cookies>>,
    attributes: CookieAttributes,
  ) {
    const session = new DbSession<Data>(
      config,
      jar.get(attributes.name)?.value,
      nextCookie(jar, attributes, config.now),
    );
    await session.load();
    // Row and cookie move together or not at all.
    if (isWritable(jar)) await session.refresh();
    return session;
  }
}
