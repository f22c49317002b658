/** The methods of a response's `Headers` that the package uses. */
export interface ResponseHeaders {
  /** The values of a header, joined by commas. `null` if the header is absent. */
  get(name: string): string | null;
  /** Replaces all values of a header. */
  set(name: string, value: string): void;
  /** Adds a value to a header. */
  append(name: string, value: string): void;
  /** Removes a header with all its values. */
  delete(name: string): void;
  /** Every `Set-Cookie` header, each by itself. */
  getSetCookie(): string[];
}

/** CDNs obey these headers instead of `Cache-Control`. The first one is that of RFC 9213. */
const CDN_CACHE_HEADERS = [
  "CDN-Cache-Control",
  "Surrogate-Control",
  "Akamai-Cache-Control",
  "Cloudflare-CDN-Cache-Control",
  "Edge-Control",
  "Fastly-CDN-Cache-Control",
  "Netlify-CDN-Cache-Control",
  "Vercel-CDN-Cache-Control",
  "X-Accel-Expires",
  "X-LiteSpeed-Cache-Control",
];

/**
 * Keeps a response that sets the session cookie out of every cache. A shared cache would sign the
 * next visitor in with this cookie. Cache headers that the response has already were meant for a
 * response without the cookie, so this function replaces them.
 */
export function setNoStore(headers: ResponseHeaders): void {
  headers.set("Cache-Control", "no-store");
  for (const name of CDN_CACHE_HEADERS) headers.delete(name);
  const varies = (headers.get("Vary") ?? "").split(",").map((name) => name.trim().toLowerCase());
  if (!varies.includes("cookie") && !varies.includes("*")) headers.append("Vary", "Cookie");
}
