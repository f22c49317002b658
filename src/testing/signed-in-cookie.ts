import { ConfigError } from "../errors.ts";
import { resolveOptions } from "../options/resolve-options.ts";
import type { SessionsOptions } from "../options.ts";
import { DbSession } from "../session/db-session.ts";
import type { SessionDelegate } from "../store/prisma/session-delegate.ts";
import { appCookieOptions, type BrowserCookie, browserCookie, type TestedApp } from "./app-cookie.ts";

/** A session that is signed in, for a browser or a client of an end-to-end test. */
export interface SignedInCookie {
  /** For `context.addCookies([cookie])` of Playwright. */
  readonly cookie: BrowserCookie;
  /** For a `Cookie` header: `fetch(url, { headers: { cookie: header } })`. */
  readonly header: string;
}

/**
 * Signs a user in without the sign-in page, for end-to-end tests. It creates the row as
 * `markAuthenticated(data)` does in a new session, and returns the cookie of this session.
 *
 * Pass the app's own options, with the same secret and the same database. Never call it in the
 * app: it signs in without a password.
 *
 * @param options the options of `createNextSessions`, `createSessions` or `createWebSessions`
 * @param data what the app's sign-in passes to `markAuthenticated()`
 * @example
 * ```ts
 * const { cookie } = await signedInCookie(sessionOptions, { userId: 7 }, {
 *   url: "http://localhost:3000",
 *   nodeEnv: "production",
 * });
 * await context.addCookies([cookie]);
 * ```
 * @throws {@link ConfigError} inside of a Next.js server, and if options are missing or invalid.
 *   Also if the URL and the options do not show the cookie's name, or if the browser would refuse
 *   the cookie.
 */
export async function signedInCookie<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
>(options: SessionsOptions<Data, Model>, data: Partial<NoInfer<Data>>, app: TestedApp): Promise<SignedInCookie> {
  if (process.env.NEXT_RUNTIME !== undefined) {
    throw new ConfigError(
      "`signedInCookie` signs in without a password, so it must not run inside of the app. Call it in your tests.",
    );
  }
  const cookieOptions = appCookieOptions(options.cookie, app);
  const config = resolveOptions({ ...options, cookie: cookieOptions })();
  let given: { readonly value: string; readonly expires: Date | null } | undefined;
  const session = new DbSession<Data>(config, null, {
    checkWritable() {},
    set(value, expires) {
      given = { value, expires };
    },
    delete() {},
  });
  await session.markAuthenticated(data);
  if (!given) throw new Error("The sign-in has set no cookie.");
  const cookie = browserCookie(cookieOptions, app.url, given);
  return { cookie, header: `${cookie.name}=${cookie.value}` };
}
