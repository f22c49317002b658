import { captureCallSite, withCallSite } from "../call-site.ts";
import { cookieAttributes } from "../cookie.ts";
import { cookieValue } from "../cookie-header.ts";
import type { ResponseHeaders } from "../keep-out-of-caches.ts";
import { resolveOptions, type SessionsOptions } from "../options.ts";
import type { WithHeaders } from "../request-headers.ts";
import { DbSession } from "../session/db-session.ts";
import { type Sessions, sessionsOf } from "../sessions.ts";
import type { SessionDelegate } from "../store/prisma/session-delegate.ts";
import { WebCookie } from "./web-cookie.ts";

/** Sessions of requests and responses as the web knows them. */
export interface WebSessions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
> extends Sessions<Data, Model> {
  /**
   * The session of a request's cookie, loaded. That is one statement, or none for a visitor without a cookie.
   * If `refreshAfter` is due, it also extends the expiry. So give every session to `commitSession()`.
   */
  readonly getSession: (request: WithHeaders) => Promise<DbSession<Data>>;
  /**
   * Saves a session of `getSession()` if anything changed, and sets its cookie in the headers of the response if the
   * key or the expiry changed. It removes the cookie only after `flush()`. Headers that set the cookie also get
   * `Vary: Cookie` and `Cache-Control: no-store`. Otherwise the headers stay as they are.
   *
   * You may call it again: the last state counts. If the session cannot be saved, the headers stay as they are.
   * @throws UpdateError if the row is gone. The cookie stays: let the user sign in again.
   * @throws ConflictError, SerializationError like `save()`
   * @throws TypeError for a session that does not come from `getSession()`, and for headers that cannot be changed
   */
  readonly commitSession: (session: DbSession<Data>, headers: ResponseHeaders) => Promise<void>;
}

/**
 * Sessions for code that works on `Request` and `Response`: Hono, a worker, a test.
 *
 * @example
 * ```ts
 * const { getSession, commitSession } = createWebSessions<{ visits: number }>({
 *   model: prisma.session,
 *   secret: process.env.SESSION_SECRET,
 * });
 *
 * export async function fetch(request: Request): Promise<Response> {
 *   const session = await getSession(request);
 *   session.set("visits", session.get("visits", 0) + 1);
 *   const response = Response.json({ visits: session.get("visits") });
 *   await commitSession(session, response.headers);
 *   return response;
 * }
 * ```
 * @throws ConfigError for options that are missing or impossible
 */
export function createWebSessions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
>(options: SessionsOptions<Data, Model>): WebSessions<Data, Model> {
  const config = resolveOptions(options);
  const attributes = cookieAttributes(options.cookie);
  const cookies = new WeakMap<DbSession<Data>, WebCookie>();

  return {
    ...sessionsOf<Data, Model>(config),
    async getSession({ headers }) {
      const value = cookieValue(headers.get("cookie"), attributes.name);
      const sessionConfig = config();
      const cookie = new WebCookie(attributes, value !== undefined, sessionConfig.now);
      const session = new DbSession<Data>(sessionConfig, value, cookie);
      cookies.set(session, cookie);
      await session.load();
      await session.refresh();
      return session;
    },
    async commitSession(session, headers) {
      const site = captureCallSite();
      const cookie = cookies.get(session);
      if (!cookie) {
        throw new TypeError(
          "Cannot commit this session, because it has no cookie. Commit a session that `await getSession(request)` of the " +
            "same createWebSessions() returned. Save a session of `open()` or `load()` with `save()`.",
        );
      }
      try {
        const needsSave = session.needsSave();
        if (needsSave || cookie.isChanged) checkChangeable(headers);
        if (needsSave) await session.save();
      } catch (error) {
        throw withCallSite(error, site);
      }
      cookie.writeTo(headers);
    },
  };
}

/** The headers of `Response.redirect()` and of a `fetch()` cannot be changed. This is found before the session is saved. */
function checkChangeable(headers: ResponseHeaders): void {
  try {
    headers.delete("prisma-db-session");
  } catch (cause) {
    throw new TypeError(
      "The headers of this response cannot be changed, so the session was not committed. Copy the response, " +
        "`new Response(response.body, response)`, and commit the session to the headers of the copy.",
      { cause },
    );
  }
}
