import { cookies } from "next/headers.js";
import { type CookieAttributes, cookieAttributes } from "../cookie.ts";
import { ConfigError } from "../errors.ts";
import { resolveOptions, type SessionsOptions } from "../options.ts";
import { DbSession } from "../session/db-session.ts";
import type { SessionConfig } from "../record/session-config.ts";
import { type Sessions, sessionsOf } from "../sessions.ts";
import type { SessionDelegate } from "../store/prisma/session-delegate.ts";
import { io } from "./io.ts";
import { NextCookie, type NextCookies } from "./next-cookie.ts";
import { type ProxyRequest, type ProxyResponse, proxyCookies } from "./proxy-cookies.ts";
import { UnsavedChanges, warnOfUnsaved } from "./unsaved-changes.ts";
import { type RequestSession, runWithSession } from "./with-session.ts";

/** The options of `createNextSessions`. */
export interface NextSessionsOptions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
> extends SessionsOptions<Data, Model> {
  /**
   * The path that `withSession` redirects to when the session has ended while a handler was at work: the sign-in page, say, without a
   * `basePath`. Default: none; a route handler answers 400, and an action throws `SessionInterruptedError`.
   */
  readonly onInterrupted?: string;
}

/** The sessions of a Next.js app. The functions can be taken out and exported one by one. */
export interface NextSessions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
> extends Sessions<Data, Model> {
  readonly getSession: GetSession<Data>;
  /**
   * A route handler or a server action that gets the session, loaded, before its other arguments, and whose changes are saved when it
   * returns. `redirect()`, `notFound()`, `unauthorized()` and `forbidden()` count as a return. After any other throw, and after a response
   * of 500 and more, nothing is saved but what the handler has saved itself.
   *
   * When the session has ended meanwhile (signed out in another tab, say), nothing is saved, the cookie is removed, and the answer is a 400 or
   * a `SessionInterruptedError`; see the option `onInterrupted`. A session that is empty at the end has its cookie removed. A response
   * that sets the cookie gets `Vary: Cookie` and `Cache-Control: no-store`. A response that is streamed is saved for before it begins.
   *
   * Let a route handler have the request among its arguments, as Next.js gives it: by that it is told from an action. In a "use server" file
   * the handler must be `async`, as Next.js 15 demands.
   *
   * @example
   * ```ts
   * export const POST = withSession(async (session, request: Request) => {
   *   session.set("theme", String((await request.formData()).get("theme")));
   *   return new Response(null, { status: 204 });
   * });
   * ```
   * @throws ConflictError, SerializationError like `save()`
   */
  readonly withSession: <Args extends unknown[], Result>(
    handler: (session: DbSession<Data>, ...args: Args) => Result,
  ) => (...args: Args) => Promise<Awaited<Result>>;
}

/** See `NextSessions.getSession`. */
export interface GetSession<Data extends object> {
  /**
   * The session of the request at hand, loaded: one statement the first time, none after that, and none at all for a visitor without a
   * session cookie. Works in route handlers, server actions, server components, layouts and `generateMetadata`, and in `after()` of the first
   * two; it can be written in the first two themselves. There, with the option `refreshAfter`, it also moves the expiry on when that is due: by
   * one more statement.
   *
   * In development, a session that was changed and not saved by the end of the request is warned of.
   * @throws ConfigError at the first use, for options that are missing or impossible
   */
  (): Promise<DbSession<Data>>;
  /**
   * The same in `proxy.ts` (Next.js 16) and in a middleware on Node.js (15.5): the cookie goes into `response.cookies`, from where Next.js also
   * hands it to the page of the same request. Return that very response.
   */
  (request: ProxyRequest, response: ProxyResponse): Promise<DbSession<Data>>;
}

/**
 * Sessions for the App Router of Next.js 15 and 16.
 *
 * The options are checked at the first use, not here: `next build` evaluates this too, on machines that have no secret.
 *
 * @example
 * ```ts
 * export const { getSession, withSession } = createNextSessions<{ userId: number }>({
 *   model: prisma.session,
 *   secret: process.env.SESSION_SECRET,
 * });
 * ```
 */
export function createNextSessions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
>(options: NextSessionsOptions<Data, Model>): NextSessions<Data, Model> {
  let checked: { config: SessionConfig; attributes: CookieAttributes; sessions: Sessions<Data, Model> } | undefined;
  const check = () => {
    if (!checked) {
      const config = resolveOptions(options);
      checkPath(options.onInterrupted);
      checked = { config, attributes: cookieAttributes(options.cookie), sessions: sessionsOf(config) };
    }
    return checked;
  };

  // `await cookies()` is one and the same object as long as a request is in one phase, which React's cache() is not good for: that does
  // nothing in handlers and actions. A page that is rendered after an action mostly has cookies of its own, which hold what the action set.
  const remembered = new WeakMap<object, Promise<RequestSession<Data>>>();

  return {
    async getSession(request?: ProxyRequest, response?: ProxyResponse) {
      const place = process.env.NODE_ENV === "production" ? undefined : new UnsavedChanges();
      const { session } = await requestSession(request ? proxyCookies(request, response) : await cookies(), place);
      return session;
    },
    withSession<Args extends unknown[], Result>(handler: (session: DbSession<Data>, ...args: Args) => Result) {
      return async (...args: Args): Promise<Awaited<Result>> => {
        const requested = await requestSession(await cookies());
        // Nothing that a browser sends to an action can become a Request.
        const request = args.find((arg) => arg instanceof Request);
        const run = () => handler(requested.session, ...args);
        const { onInterrupted } = options;
        return (await runWithSession(requested, run, { request, onInterrupted })) as Awaited<Result>;
      };
    },
    open: (sessionKey) => check().sessions.open(sessionKey),
    load: async (sessionKey) => check().sessions.load(sessionKey),
    clearExpired: async (options) => check().sessions.clearExpired(options),
    list: async (where) => check().sessions.list(where),
    revoke: async (where, options) => check().sessions.revoke(where, options),
  };

  /** @param place where it was asked for; undefined where somebody else sees to it that changes are saved */
  function requestSession(jar: NextCookies, place?: UnsavedChanges): Promise<RequestSession<Data>> {
    const { config, attributes } = check();
    let requested = remembered.get(jar);
    if (!requested) {
      requested = loadSession(config, new NextCookie(jar, attributes, config.now), place);
      remembered.set(jar, requested);
      requested.catch(() => remembered.delete(jar));
    }
    return requested;
  }

  async function loadSession(config: SessionConfig, cookie: NextCookie, place: UnsavedChanges | undefined) {
    const session = new DbSession<Data>(config, cookie.value, cookie);
    if (place) warnOfUnsaved(session, place);
    if (session.sessionKey !== null) await io();
    await session.load();
    // Row and cookie move together. (Where a handler throws, Next.js drops the cookie: it then ends before the row does, which does no harm.)
    if (cookie.isWritable) await session.refresh();
    return { session, cookie };
  }
}

function checkPath(onInterrupted: unknown): void {
  if (onInterrupted === undefined || (typeof onInterrupted === "string" && /^\/(?![/\\])[!-~]*$/.test(onInterrupted)))
    return;
  throw new ConfigError('The option onInterrupted is no path. Give one like "/sign-in", or leave it out.');
}
