import { cookieAttributes } from "../cookie/cookie-attributes.ts";
import type { ResponseHeaders } from "../cookie/no-store.ts";
import { cookieValue } from "../cookie/read-cookie.ts";
import type { WithHeaders } from "../cookie/request-headers.ts";
import { resolveOptions } from "../options/resolve-options.ts";
import type { SessionsOptions } from "../options.ts";
import { atCallSite, captureCallSite } from "../session/call-site.ts";
import type { DbSession } from "../session/db-session.ts";
import { type Sessions, sessionsOf } from "../sessions.ts";
import type { SessionDelegate } from "../store/prisma/session-delegate.ts";
import { type CookieRequest, warnOfPlainHttp } from "../warnings/plain-http.ts";
import { sessionClass, warnAtEnd } from "../warnings/session-class.ts";
import { WebCookie } from "./web-cookie.ts";

/** Sessions for the `Request` and `Response` of the web platform. */
export interface WebSessions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
> extends Sessions<Data, Model> {
  /**
   * Returns the loaded session of the request's cookie. It costs one statement, or no statement for
   * a visitor without a cookie. If `refreshAfter` is due, `getSession()` also extends the expiry of
   * the row. The cookie may then need a new expiry, so pass every session to `commitSession()`.
   */
  readonly getSession: (request: WithHeaders) => Promise<DbSession<Data>>;
  /**
   * If anything changed, it saves a session of `getSession()`. If the key or the expiry changed, it
   * sets the cookie in the headers of the response. It removes the cookie only after `flush()`. If
   * it sets or removes the cookie, it also sets `Vary: Cookie` and `Cache-Control: no-store`.
   * Otherwise the headers stay as they are.
   *
   * You may call it again: the last state counts. If the save fails, the headers stay as they are.
   * @throws {@link UpdateError} if the row no longer exists. The cookie stays. Let the user sign in
   *   again.
   * @throws {@link ConflictError}, {@link SerializationError} like `save()`
   * @throws TypeError if the session does not come from `getSession()`, or if the headers cannot be
   * changed
   */
  readonly commitSession: (session: DbSession<Data>, headers: ResponseHeaders) => Promise<void>;
}

/**
 * Creates sessions for code that uses `Request` and `Response`: Hono, a worker, a test.
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
 * @throws {@link ConfigError} for options that are missing or invalid
 */
export function createWebSessions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
>(options: SessionsOptions<Data, Model>): WebSessions<Data, Model> {
  const config = resolveOptions(options);
  const attributes = cookieAttributes(options.cookie);
  const cookies = new WeakMap<DbSession<Data>, WebCookie>();
  const Session = sessionClass();

  return {
    ...sessionsOf<Data, Model>(config),
    async getSession(request: CookieRequest) {
      const value = cookieValue(request.headers.get("cookie"), attributes.name);
      const sessionConfig = config();
      const onSet = () => warnOfPlainHttp(attributes, request);
      const cookie = new WebCookie(attributes, value !== undefined, sessionConfig.now, onSet);
      const session = new Session<Data>(sessionConfig, value, cookie);
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
      warnAtEnd(session);
      await atCallSite(site, async () => {
        const needsSave = session.needsSave();
        if (needsSave || cookie.isChanged) checkChangeable(headers);
        if (needsSave) await session.save();
      });
      cookie.writeTo(headers);
    },
  };
}

/**
 * The headers of `Response.redirect()` and of a `fetch()` cannot be changed. This check runs before
 * the save, so that no session is saved without its cookie.
 */
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
