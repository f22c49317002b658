import { type ResponseHeaders, setNoStore } from "../cookie/no-store.ts";
import type { WithHeaders } from "../cookie/request-headers.ts";
import type { NextCookieOptions, NextCookies } from "./next-cookie.ts";

/** The part of a `NextRequest` that is used, typed structurally. */
export interface ProxyRequest {
  /** The cookies that the browser sent. */
  readonly cookies: { get(name: string): { readonly value: string } | undefined };
  /** The headers that the browser sent. They tell whether the request came over https. */
  readonly headers?: WithHeaders["headers"];
}

/** The part of a `NextResponse` that is used, typed structurally. */
export interface ProxyResponse {
  /** They get `Cache-Control: no-store` and `Vary: Cookie` when the cookie is set. */
  readonly headers: ResponseHeaders;
  /**
   * The cookies that the response sets. Next.js passes them to the page of the same request too.
   */
  readonly cookies: {
    get(name: string): { readonly value: string } | undefined;
    set(name: string, value: string, options: NextCookieOptions): unknown;
  };
}

const remembered = new WeakMap<ProxyResponse, { readonly request: ProxyRequest; readonly cookies: NextCookies }>();

/**
 * The cookies of a proxy: the same object for the same response. Next.js passes what is set to the
 * browser, and from a `NextResponse.next()` to the page of the same request. `cookies()` of
 * next/headers must not be used in a proxy: setting a cookie by it drops all cookies of the
 * response.
 */
export function proxyCookies(request: ProxyRequest, response: ProxyResponse | undefined): NextCookies {
  if (!response) {
    throw new TypeError("getSession() needs the response too. In proxy.ts, call `getSession(request, response)`.");
  }
  const known = remembered.get(response);
  if (known && known.request !== request) {
    throw new TypeError(
      "getSession(): this response belongs to another request, whose session it would get. " +
        "Make a response for each request.",
    );
  }
  if (known) return known.cookies;
  const cookies: NextCookies = {
    get: (name) => response.cookies.get(name) ?? request.cookies.get(name),
    delete: undefined,
    set(name, value, options) {
      response.cookies.set(name, value, options);
      setNoStore(response.headers);
    },
  };
  remembered.set(response, { request, cookies });
  return cookies;
}
