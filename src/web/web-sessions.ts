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
   * The session of a request's cookie, loaded: one statement, and none for a visitor without a cookie. With the option `refreshAfter` it also
   * moves the expiry on when that is due, so hand every session that you load so to `commit()`.
   */
  readonly loadFrom: (request: WithHeaders) => Promise<DbSession<Data>>;
  /**
   * Ends the work on a session of `loadFrom()`: saves it if anything in it changed, and writes what became of its cookie to the headers of
   * the response. A session that is empty by then (flushed; or its cookie led to none) has its cookie removed; one that was only cleared
   * keeps it. Headers that set the cookie also get `Vary: Cookie` and `Cache-Control: no-store`; otherwise they are left alone.
   *
   * The cookie that an answer removes may be another one by then: that of a sign-in, if the request was sent before it and is answered after
   * it. What only reads, and is polled, need not commit a session whose `sessionKey` is `null`.
   *
   * It may be called again: the last state counts. When the session cannot be saved, no header is touched.
   * @throws UpdateError when the session ended meanwhile: `flush()` and commit again, to remove the cookie
   * @throws ConflictError, SerializationError like `save()`
   * @throws TypeError for a session that does not come from `loadFrom()`, and for headers that cannot be changed
   */
  readonly commit: (session: DbSession<Data>, headers: ResponseHeaders) => Promise<void>;
}

/**
 * Sessions for everything that works on `Request` and `Response`: a worker, Hono, a test.
 *
 * @example
 * ```ts
 * const { loadFrom, commit } = createWebSessions<{ visits: number }>({ model: prisma.session, secret: process.env.SESSION_SECRET });
 *
 * export async function fetch(request: Request): Promise<Response> {
 *   const session = await loadFrom(request);
 *   session.set("visits", session.get("visits", 0) + 1);
 *   const response = Response.json({ visits: session.get("visits") });
 *   await commit(session, response.headers);
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
    async loadFrom({ headers }) {
      const value = cookieValue(headers.get("cookie"), attributes.name);
      const sessionConfig = config();
      const cookie = new WebCookie(attributes, value !== undefined, sessionConfig.now);
      const session = new DbSession<Data>(sessionConfig, value, cookie);
      cookies.set(session, cookie);
      await session.load();
      await session.refresh();
      return session;
    },
    async commit(session, headers) {
      const cookie = cookies.get(session);
      if (!cookie) {
        throw new TypeError(
          "This session has no cookie that could be committed. Commit a session of `await loadFrom(request)`, by the same " +
            "createWebSessions(); one of open() or load() is written by its own save().",
        );
      }
      const isToSave = session.needsSave();
      if (isToSave || cookie.isMoved) checkChangeable(headers);
      if (isToSave) await session.save();
      cookie.writeTo(headers);
    },
  };
}

/** Those of `Response.redirect()` and of what `fetch()` gives cannot be: better said before the session is saved than after it. */
function checkChangeable(headers: ResponseHeaders): void {
  try {
    headers.delete("prisma-db-session");
  } catch (cause) {
    throw new TypeError(
      "The headers of this response cannot be changed, so the session was not committed. Copy the response, " +
        "`new Response(response.body, response)`, and commit to the headers of the copy.",
      { cause },
    );
  }
}
