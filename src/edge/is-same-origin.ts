import type { WithHeaders } from "../cookie/request-headers.ts";

/** For `isSameOrigin`. */
export interface SameOriginOptions {
  /**
   * Whether to take the host from `X-Forwarded-Host`, if it is there, rather than from `Host`. Only for an application that nobody reaches
   * but through a proxy that sets that header itself. Default: false.
   */
  readonly trustProxy?: boolean;
}

/**
 * Whether a request comes from a page of your own, or straight from the user (an address typed in, a bookmark), and not from a page of
 * another site, which could have the browser send the session cookie along. Next.js asks this for server actions, but not for route
 * handlers: refuse with a 403 what would change something.
 *
 * Newer browsers tell in `Sec-Fetch-Site`; the older ones, and all of them on plain http, name in `Origin` the page that sends a form or a
 * script's `POST`. That is compared with `Host`, never with the request's URL, which behind a proxy is another. What has neither header comes
 * from no browser that another site could use. Never throws.
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
  // Each proxy on the way adds the host that it was asked for; the browser's is the first.
  const forwarded = trustProxy && headers.get("x-forwarded-host")?.split(",")[0];
  const [scheme, host] = [/^https?:\/\//i.exec(origin)?.[0], forwarded || headers.get("host")];
  if (!scheme || !host) return false;
  // Under the same scheme, so that the port that goes without saying may be left out, or written, on either side.
  const own = hostOf(scheme + host);
  return own !== undefined && own === hostOf(origin);
}

/** The host and, unless it goes without saying, the port, in the one way to write them; undefined for what is more than an origin, or none. */
function hostOf(origin: string): string | undefined {
  if (!URL.canParse(origin)) return undefined;
  const { protocol, host, href } = new URL(origin);
  return href === `${protocol}//${host}/` ? host : undefined;
}
