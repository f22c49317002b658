import { HOST_ONLY_NAME, PLAIN_NAME, SECURE_NAME } from "../cookie/cookie-names.ts";
import { cookieValue } from "../cookie/read-cookie.ts";
import type { WithHeaders } from "../cookie/request-headers.ts";
import { isValidSessionKey } from "../key/valid-session-key.ts";

/** For `hasSessionCookie`. */
export interface SessionCookieName {
  /** The option `cookie.name`, if you set it. Default: the three default names of the cookie. */
  readonly name?: string;
}

/**
 * Whether a request has a cookie that may be a session's. Use it in a proxy or an edge middleware
 * to redirect visitors without a cookie to the sign-in page before anything is rendered. Do so only
 * for GET: a form must reach its action.
 *
 * Redirect to the sign-in page by this, never away from it. The cookie of a session that has ended
 * stays in the browser until the next sign-in. If the sign-in page sent such a visitor away, the
 * two pages would redirect in a circle.
 *
 * The function reads no database, and an attacker can send any cookie. A page or an action that
 * shows or changes private data must call `getSession()`.
 *
 * @example
 * ```ts
 * export function proxy(request: NextRequest) {
 *   if (request.method !== "GET" || hasSessionCookie(request)) return NextResponse.next();
 *   return NextResponse.redirect(new URL("/sign-in", request.url));
 * }
 *
 * export const config = { matcher: "/account/:path*" };
 * ```
 */
export function hasSessionCookie({ headers }: WithHeaders, { name }: SessionCookieName = {}): boolean {
  const names = name === undefined ? [HOST_ONLY_NAME, SECURE_NAME, PLAIN_NAME] : [name];
  const header = headers.get("cookie");
  return names.some((each) => isValidSessionKey(cookieValue(header, each)));
}
