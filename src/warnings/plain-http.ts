import type { CookieAttributes } from "../cookie/cookie-attributes.ts";
import { isDevelopment } from "../cookie/environment.ts";
import { isLoopback } from "../cookie/loopback.ts";
import type { WithHeaders } from "../cookie/request-headers.ts";
import { warnOnce } from "./warn-once.ts";

/** A request whose response sets the session cookie. */
export interface CookieRequest extends WithHeaders {
  /** Where the request went, if no header of a proxy tells. */
  readonly url?: string;
}

/**
 * In production, warns once if a browser will drop the cookie that is about to be set. Browsers
 * drop a Secure cookie over plain http, except to this very machine.
 */
export function warnOfPlainHttp({ secure }: Pick<CookieAttributes, "secure">, request: CookieRequest): void {
  if (!secure || isDevelopment()) return;
  const host = plainHttpHost(request);
  if (host === undefined || isLoopback(host)) return;
  warnOnce(
    "plain http",
    `The session cookie is Secure, but a request to "${host}" came over plain http. The browser drops the cookie, so no ` +
      "visitor stays signed in. Serve the app over https. If a proxy in front of the app already does, let the proxy " +
      "send the header `X-Forwarded-Proto: https`, which is missing. Without https, set `cookie: { secure: false }`.",
  );
}

/** The same, where the headers are still to come. A warning must never fail a request. */
export async function warnOfPlainHttpLater(
  attributes: Pick<CookieAttributes, "secure">,
  headersOf: () => Promise<WithHeaders["headers"] | undefined>,
): Promise<void> {
  if (!attributes.secure || isDevelopment()) return;
  try {
    const headers = await headersOf();
    if (headers) warnOfPlainHttp(attributes, { headers });
  } catch {}
}

/** The name of the host, if the request came over plain http as far as one can tell. */
function plainHttpHost({ headers, url = "" }: CookieRequest): string | undefined {
  // Browsers send this header over https and to loopback only.
  if (headers.get("sec-fetch-site") !== null) return undefined;
  const own = URL.canParse(url) ? new URL(url) : undefined;
  // Next.js fills these headers itself if no proxy has.
  const scheme = first(headers.get("x-forwarded-proto")) ?? own?.protocol.slice(0, -1);
  const host = first(headers.get("x-forwarded-host")) ?? headers.get("host") ?? own?.host;
  if (scheme !== "http" || !host || !URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname;
}

/** Each proxy on the way may add a value. The first is the browser's. */
const first = (header: string | null) => header?.split(",")[0]?.trim().toLowerCase();
