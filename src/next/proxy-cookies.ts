import { keepOutOfCaches, type ResponseHeaders } from "../keep-out-of-caches.ts";
import type { NextCookieOptions, NextCookies } from "./next-cookie.ts";

/** What is used of the `NextRequest` of a proxy, typed by its shape. */
export interface ProxyRequest {
  readonly cookies: { get(name: string): { readonly value: string } | undefined };
}

/** What is used of the `NextResponse` of a proxy, typed by its shape. */
export interface ProxyResponse {
  readonly headers: ResponseHeaders;
  readonly cookies: {
    get(name: string): { readonly value: string } | undefined;
    set(name: string, value: string, options: NextCookieOptions): unknown;
  };
}

const remembered = new WeakMap<ProxyResponse, NextCookies>();

/**
 * The cookies of a proxy, the same object for one response. What is set goes to the browser and, as Next.js does with the cookies of a
 * `NextResponse.next()`, to the page of the same request. `cookies()` of next/headers must not be used there: setting one by it drops all
 * those of the response.
 */
export function proxyCookies(request: ProxyRequest, response: ProxyResponse | undefined): NextCookies {
  if (!response) {
    throw new TypeError("getSession() needs the response too. In proxy.ts, call `getSession(request, response)`.");
  }
  let cookies = remembered.get(response);
  if (!cookies) {
    cookies = {
      get: (name) => response.cookies.get(name) ?? request.cookies.get(name),
      delete: undefined,
      set(name, value, options) {
        response.cookies.set(name, value, options);
        keepOutOfCaches(response.headers);
      },
    };
    remembered.set(response, cookies);
  }
  return cookies;
}
