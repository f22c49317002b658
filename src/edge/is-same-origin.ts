import type { WithHeaders } from "../cookie/request-headers.ts";

/** For `isSameOrigin`. */
export interface SameOriginOptions {
  /**
   * Whether to read the host from `X-Forwarded-Host` instead of `Host`, if the header is there. Set
   * this only if every request comes through a proxy that sets this header. Default: false.
   */
  readonly trustProxy?: boolean;
}

/**
 * Whether a request comes from a page of your own site, or directly from the user (a typed address
 * or a bookmark). A page of another site can make the browser send a request with the session
 * cookie (CSRF). Next.js checks this for server actions, but not for route handlers. In a route
 * handler that changes something, answer 403 if this function returns false.
 *
 * Newer browsers say it in `Sec-Fetch-Site`. Older browsers, and all browsers on plain http, send
 * the page's `Origin` with a form or a script's POST. The function compares `Origin` with `Host`.
 * It does not use the request's URL, because that differs behind a proxy. A request without both
 * headers does not come from a browser that another site could use. The function never throws.
 *
 * @example
 * ```ts
 * export async function POST(request: Request) {
 *   if (!isSameOrigin(request)) return new Response(null, { status: 403 });
 * }
 * ```
 */
export function isSameOrigin({ headers }: WithHeaders, { trustProxy = false }: SameOriginOptions = {}): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  if (origin === null) return true;
  // Each proxy appends a host. The first one is that of the browser.
  const forwarded = trustProxy && headers.get("x-forwarded-host")?.split(",")[0];
  const [scheme, host] = [/^https?:\/\//i.exec(origin)?.[0], forwarded || headers.get("host")];
  if (!scheme || !host) return false;
  // With the same scheme, so that a default port does not matter.
  const own = hostOf(scheme + host);
  return own !== undefined && own === hostOf(origin);
}

/**
 * The normalized host, with a port that is not the default. `undefined` if the text is not an
 * origin.
 */
function hostOf(origin: string): string | undefined {
  if (!URL.canParse(origin)) return undefined;
  const { protocol, host, href } = new URL(origin);
  return href === `${protocol}//${host}/` ? host : undefined;
}
