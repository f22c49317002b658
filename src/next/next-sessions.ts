import { cookies, headers as requestHeaders } from "next/headers.js";
import { cookieAttributes } from "../cookie/cookie-attributes.ts";
import { isDevelopment } from "../cookie/environment.ts";
import { ConfigError } from "../errors.ts";
import { checkWithSessionOptions } from "../options/option-names.ts";
import { resolveOptions } from "../options/resolve-options.ts";
import type { SessionsOptions } from "../options.ts";
import { captureCallSite } from "../session/call-site.ts";
import type { DbSession } from "../session/db-session.ts";
import { type Sessions, sessionsOf } from "../sessions.ts";
import type { SessionDelegate } from "../store/prisma/session-delegate.ts";
import { type ProxyRequest, type ProxyResponse, proxyCookies } from "./proxy-cookies.ts";
import { requestCookies } from "./request-cookies.ts";
import { type ResolvedOptions, rememberSessions } from "./request-session.ts";
import { refusal, runWithSession, type WithSessionOptions } from "./with-session.ts";

/** The options of `createNextSessions`. */
export interface NextSessionsOptions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
> extends SessionsOptions<Data, Model> {
  /**
   * If the session ends while a handler runs, `withSession` redirects to this path, such as the
   * sign-in page. Leave out the `basePath`. Without this option, a route handler answers 400, and a
   * server action throws `SessionInterruptedError`.
   */
  readonly onInterrupted?: string;
}

/**
 * The sessions of a Next.js app. You can destructure the functions and export them one by one.
 */
export interface NextSessions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
> extends Sessions<Data, Model> {
  /** The session of the current request, loaded: see {@link GetSession}. */
  readonly getSession: GetSession<Data>;
  /**
   * Wraps a route handler or a server action. The handler gets the loaded session before its other
   * arguments. When the handler returns, `withSession` saves its changes. `redirect()`,
   * `permanentRedirect()`, `notFound()`, `unauthorized()` and `forbidden()` count as a return.
   * After any other throw, and after a response with a status of 500 or more, `withSession` saves
   * nothing more. The writes of the handler itself stay.
   *
   * `withSession` also waits for writes that the handler did not await. If such a write failed,
   * `withSession` throws its error.
   *
   * The session may be signed out, be revoked, expire or get a new key while the handler runs.
   * Nothing is saved then, and the cookie stays as it is. A route handler answers 400, and a server
   * action throws `SessionInterruptedError`. With the option `onInterrupted`, both redirect.
   *
   * A response that sets the cookie gets `Vary: Cookie` and `Cache-Control: no-store`. A streamed
   * response begins after the save.
   *
   * `withSession` recognizes a route handler by an argument of the class `Request`. So pass the
   * request on if you call a route handler yourself. In a "use server" file the handler must be
   * `async`, because Next.js 15 demands this.
   *
   * @example
   * ```ts
   * export const POST = withSession(
   *   async (session, request: Request) => {
   *     session.set("theme", String((await request.formData()).get("theme")));
   *     return new Response(null, { status: 204 });
   *   },
   *   { sameOrigin: true },
   * );
   * ```
   * @throws {@link ConflictError}, {@link SerializationError} like `save()`
   */
  readonly withSession: <Args extends unknown[], Result>(
    handler: (session: DbSession<Data>, ...args: Args) => Result,
    options?: WithSessionOptions,
  ) => (...args: Args) => Promise<Awaited<Result>>;
}

/** See `NextSessions.getSession`. */
export interface GetSession<Data extends object> {
  /**
   * Returns the loaded session of the current request. The first call costs one statement. Later
   * calls cost no statement. For a visitor without a session cookie, no call costs a statement.
   *
   * It works in route handlers, server actions, server components, layouts and `generateMetadata`,
   * and in `after()` of a handler or an action. You can write the session only in route handlers
   * and server actions. There, if `refreshAfter` is due, one more statement extends the expiry.
   *
   * In development, it prints a warning if a changed session is not saved by the end of the
   * request.
   * @throws {@link ConfigError} at the first use, for options that are missing or invalid, and
   * outside of a request of the App Router
   */
  (): Promise<DbSession<Data>>;
  /**
   * Does the same in `proxy.ts` (Next.js 16) and in a middleware on Node.js (15.5). The package
   * sets the cookie in `response.cookies`. From there Next.js also passes the cookie to the page of
   * the same request. Return that response.
   */
  (request: ProxyRequest, response: ProxyResponse): Promise<DbSession<Data>>;
}

/**
 * Creates sessions for the App Router of Next.js 15 and 16.
 *
 * The options are checked at the first use, not by this call: `next build` calls this function too,
 * also on machines that have no secret.
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
  let resolved: (ResolvedOptions & { sessions: Sessions<Data, Model> }) | undefined;
  const resolve = () => {
    if (!resolved) {
      const config = resolveOptions(options);
      checkPath(options.onInterrupted);
      resolved = { config, attributes: cookieAttributes(options.cookie), sessions: sessionsOf(config) };
    }
    return resolved;
  };

  // Not the function itself: a mock of next/headers in a user's tests may lack it.
  const headers = () => requestHeaders();

  const requestSession = rememberSessions<Data>(resolve);

  return {
    async getSession(request?: ProxyRequest, response?: ProxyResponse) {
      const place = isDevelopment() ? captureCallSite() : undefined;
      const requested = request
        ? requestSession(proxyCookies(request, response), { place, headers: async () => request.headers })
        : requestSession(await requestCookies(), { place, headers, askAgain: cookies });
      return (await requested).session;
    },
    withSession<Args extends unknown[], Result>(
      handler: (session: DbSession<Data>, ...args: Args) => Result,
      withOptions: WithSessionOptions = {},
    ) {
      checkWithSessionOptions(withOptions);
      const site = captureCallSite();
      return async (...args: Args): Promise<Awaited<Result>> => {
        // A browser cannot send an action an argument that becomes a Request.
        const request = args.find((arg) => arg instanceof Request);
        const refused = refusal(request, withOptions);
        if (refused) return refused as Awaited<Result>;
        const requested = await requestSession(await requestCookies(), { headers, askAgain: cookies });
        const run = () => handler(requested.session, ...args);
        const { onInterrupted } = options;
        return (await runWithSession(requested, run, { request, onInterrupted, site })) as Awaited<Result>;
      };
    },
    open: (sessionKey) => resolve().sessions.open(sessionKey),
    load: async (sessionKey) => resolve().sessions.load(sessionKey),
    clearExpired: async (options) => resolve().sessions.clearExpired(options),
    list: async (where) => resolve().sessions.list(where),
    revoke: async (where, options) => resolve().sessions.revoke(where, options),
    check: async () => resolve().sessions.check(),
  };
}

function checkPath(onInterrupted: unknown): void {
  if (onInterrupted === undefined || (typeof onInterrupted === "string" && /^\/(?![/\\])[!-~]*$/.test(onInterrupted)))
    return;
  throw new ConfigError('`onInterrupted` must be a path like "/sign-in". Set a path, or leave the option out.');
}
