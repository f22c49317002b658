/** The part of `Headers` that is used of a response's, typed by its shape. */
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

/** What caches of certain makers, and those of RFC 9213, believe rather than `Cache-Control`. */
const OVERRULING = [
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
 * Keeps a response that sets the session cookie out of every cache: in a shared one it would sign the next visitor in as this one. What was
 * said of caching before was said of the response without the cookie.
 */
export function keepOutOfCaches(headers: ResponseHeaders): void {
  headers.set("Cache-Control", "no-store");
  for (const name of OVERRULING) headers.delete(name);
  const varies = (headers.get("Vary") ?? "").split(",").map((name) => name.trim().toLowerCase());
  if (!varies.includes("cookie") && !varies.includes("*")) headers.append("Vary", "Cookie");
}
