/**
 * Next guards server actions against other sites' requests, but no route handlers. Browsers say where a request comes from: the newer ones in
 * Sec-Fetch-Site, the older ones, and all on plain http, in Origin. What sends neither is no browser that another site could use.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = request.headers.get("origin");
  return origin === null || (URL.canParse(origin) && new URL(origin).host === request.headers.get("host"));
}
