import { cookieValue } from "../cookie-header.ts";
import { HOST_ONLY_NAME, PLAIN_NAME, SECURE_NAME } from "../cookie-name.ts";
import { isPossibleSessionKey } from "../possible-key.ts";
import type { WithHeaders } from "../request-headers.ts";

/** For `hasSessionCookie`. */
export interface SessionCookieName {
  /** The option `cookie.name`, if you gave one. Default: each of the names that the cookie has by default. */
  readonly name?: string;
}

/**
 * Whether a request has a cookie that may be a session's: to send visitors to the sign-in page from a proxy or an edge middleware before
 * anything is rendered for them. Only who asks for a page (`GET`): a form that was sent must reach its action, or what was typed is lost.
 *
 * It asks no database, so true says nothing about whether the session is live, or was ever there: anybody can send such a cookie. Whatever
 * shows or changes something private must ask `getSession()`.
 *
 * @example
 * ```ts
 * export function proxy(request: NextRequest) {
 *   if (request.method === "GET" && !hasSessionCookie(request)) return NextResponse.redirect(new URL("/sign-in", request.url));
 * }
 * ```
 */
export function hasSessionCookie({ headers }: WithHeaders, { name }: SessionCookieName = {}): boolean {
  const names = name === undefined ? [HOST_ONLY_NAME, SECURE_NAME, PLAIN_NAME] : [name];
  const header = headers.get("cookie");
  return names.some((each) => isPossibleSessionKey(cookieValue(header, each)));
}
