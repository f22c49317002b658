import type { CookieAttributes } from "../cookie/cookie-attributes.ts";
import { isDevelopment } from "../cookie/environment.ts";
import type { WithHeaders } from "../cookie/request-headers.ts";
import type { ConfigSource } from "../options/config-source.ts";
import type { CallSite } from "../session/call-site.ts";
import type { DbSession } from "../session/db-session.ts";
import { warnOfPlainHttpLater } from "../warnings/plain-http.ts";
import { sessionClass } from "../warnings/session-class.ts";
import { io } from "./io.ts";
import { NextCookie, type NextCookies } from "./next-cookie.ts";
import { warnAfterRequest } from "./unsaved-changes.ts";

/** The session of a request, and its cookie. */
export interface RequestSession<Data extends object> {
  readonly session: DbSession<Data>;
  readonly cookie: NextCookie;
}

/** The options that a request needs. */
export interface ResolvedOptions {
  readonly config: ConfigSource;
  readonly attributes: CookieAttributes;
}

/** The context of a `getSession()` call. */
export interface HowAsked {
  /**
   * The place of the call, for the warning about unsaved changes. `undefined` if the package saves
   * the changes itself, and in production.
   */
  readonly place?: CallSite | undefined;
  /** The headers of the request. */
  readonly headers: () => Promise<WithHeaders["headers"] | undefined>;
  /** The function `cookies` of next/headers. Absent in a proxy. */
  readonly askAgain?: () => Promise<NextCookies>;
}

/**
 * Returns a function that loads the session of a request once, and then remembers it.
 *
 * `await cookies()` returns the same object throughout a request. React's `cache()` does nothing in
 * handlers and actions. The page that is rendered after an action mostly has a cookies object of
 * its own, which contains the cookies that the action set.
 */
export function rememberSessions<Data extends object>(resolve: () => ResolvedOptions) {
  const remembered = new WeakMap<object, Promise<RequestSession<Data>>>();
  return (jar: NextCookies, how: HowAsked): Promise<RequestSession<Data>> => {
    const options = resolve();
    let requested = remembered.get(jar);
    if (!requested) {
      requested = loadSession<Data>(jar, options, how);
      remembered.set(jar, requested);
      requested.catch(() => remembered.delete(jar));
    }
    return requested;
  };
}

async function loadSession<Data extends object>(
  jar: NextCookies,
  { config: configSource, attributes }: ResolvedOptions,
  { place, headers, askAgain }: HowAsked,
): Promise<RequestSession<Data>> {
  const config = configSource();
  const onSet = () => warnOfPlainHttpLater(attributes, headers);
  const cookie = new NextCookie(jar, attributes, config.now, { askAgain, onSet });
  const Session = sessionClass();
  const session = new Session<Data>(config, cookie.value, cookie);
  const { isWritable } = cookie;
  // First, because Next.js reads the clock to run what `warnAfterRequest()` asks for.
  if (session.sessionKey !== null || isDevelopment()) await io();
  if (isDevelopment()) warnAfterRequest(session, { place, isWritable });
  await session.load();
  // If the handler throws, Next.js drops the cookie. The browser's cookie then expires before the
  // row does. That is harmless.
  if (isWritable) await session.refresh();
  return { session, cookie };
}
